import { describe, expect, it } from 'vitest';
import { pmml, refusalOf, scoresOf } from './test-document.js';

const DICTIONARY = `
  <DataField name="department" optype="categorical" dataType="string"/>
  <DataField name="age" optype="continuous" dataType="double"/>
  <DataField name="income" optype="continuous" dataType="double"/>
  <DataField name="score" optype="continuous" dataType="double"/>`;

const age = (operator: string, value?: number): string =>
  `<SimplePredicate field="age" operator="${operator}"${value === undefined ? '' : ` value="${value}"`}/>`;

const card = (attributes: string, characteristics: string) =>
  pmml(
    DICTIONARY,
    `<Scorecard functionName="regression" ${attributes}><MiningSchema><MiningField name="score" usageType="target"/>
       <MiningField name="department"/><MiningField name="age"/><MiningField name="income"/></MiningSchema>
     <Characteristics>${characteristics}</Characteristics></Scorecard>`,
  );

const AGE = `<Characteristic name="age" reasonCode="RA" baselineScore="18">
  <Attribute partialScore="-1" reasonCode="RA_1">${age('isMissing')}</Attribute>
  <Attribute partialScore="10">${age('lessOrEqual', 30)}</Attribute>
  <Attribute partialScore="20">${age('lessOrEqual', 50)}</Attribute></Characteristic>`;

describe('a Scorecard', () => {
  it('adds to the initial score the partial score of the first attribute that holds', async () => {
    const text = card('initialScore="5" useReasonCodes="true" reasonCodeAlgorithm="pointsBelow"', AGE);
    expect(await scoresOf(text, [{ age: 30 }, { age: 31 }, {}])).toEqual([15, 25, 4]);
  });

  it('gives no score to a record for which no attribute of a characteristic holds', async () => {
    expect(await scoresOf(card('initialScore="5"', AGE), [{ age: 51 }])).toEqual([null]);
  });

  it('computes complex partial scores', async () => {
    const income = `<Characteristic name="income"><Attribute><True/><ComplexPartialScore>
      <Apply function="*"><FieldRef field="income"/><Constant>0.01</Constant></Apply></ComplexPartialScore></Attribute></Characteristic>`;
    expect(await scoresOf(card('', AGE + income), [{ age: 20, income: 1_000 }, { age: 20 }])).toEqual([20, null]);
  });

  it('refuses an attribute without a score', () => {
    const text = card('', '<Characteristic name="age"><Attribute><True/></Attribute></Characteristic>');
    expect(refusalOf(text)).toMatch(/Attribute: it has neither partialScore nor ComplexPartialScore/);
  });
});
