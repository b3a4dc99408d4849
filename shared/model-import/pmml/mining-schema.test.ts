import { describe, expect, it } from 'vitest';
import { loadPmml, pmml, refusalOf, scoresOf } from './test-document.js';

/** A model whose prediction is a field, with values declared and treated as given. */
const number = (dictionary: string, schema: string) =>
  pmml(
    `<DataField name="x" ${dictionary}</DataField><DataField name="y" optype="continuous" dataType="double"/>`,
    `<RegressionModel functionName="regression"><MiningSchema><MiningField name="y" usageType="predicted"/><MiningField name="x" ${schema}/></MiningSchema>
     <RegressionTable intercept="0"><NumericPredictor name="x" coefficient="1"/></RegressionTable></RegressionModel>`,
  );

/** A model that gives 1 for a, 2 for b, 4 for c and 8 for d, and for other texts, and for missing ones, 0. */
const text = (values: string, schema: string) =>
  pmml(
    `<DataField name="x" optype="categorical" dataType="string">${values}</DataField><DataField name="y" optype="continuous" dataType="double"/>`,
    `<RegressionModel functionName="regression"><MiningSchema><MiningField name="y" usageType="predicted"/><MiningField name="x" ${schema}/></MiningSchema>
     <RegressionTable intercept="0">${['a', 'b', 'c', 'd'].map((each, index) => `<CategoricalPredictor name="x" value="${each}" coefficient="${2 ** index}"/>`).join('')}
     </RegressionTable></RegressionModel>`,
  );

const DOUBLE = 'optype="continuous" dataType="double">';
const rows = (...values: unknown[]) => values.map((x) => ({ x }));

describe('a number in the mining schema', () => {
  it('is missing where it is absent or declared to be', async () => {
    const declared = `${DOUBLE}<Value value="-999" property="missing"/>`;
    expect(await scoresOf(number(declared, ''), rows(1, -999, null))).toEqual([1, null, null]);
    expect(await scoresOf(number(declared, 'missingValueReplacement="5"'), rows(1, -999, null))).toEqual([1, 5, 5]);
    const { imported } = await loadPmml(number(declared, 'missingValueTreatment="returnInvalid"'));
    expect(imported.card.inputs).toEqual([{ name: 'x', type: 'number', optional: false }]);
  });

  it('is invalid outside the intervals, and treated as the schema says', async () => {
    const intervals = `${DOUBLE}<Interval closure="closedOpen" leftMargin="0" rightMargin="10"/><Interval closure="openClosed" leftMargin="20"/>`;
    const of = (schema: string) => scoresOf(number(intervals, schema), rows(0, 9.5, 10, 20, 21, -1));
    expect(await of('')).toEqual([0, 9.5, null, null, 21, null]);
    expect(await of('invalidValueTreatment="asIs"')).toEqual([0, 9.5, 10, 20, 21, -1]);
    expect(await of('invalidValueTreatment="asMissing"')).toEqual([0, 9.5, null, null, 21, null]);
    expect(await of('invalidValueTreatment="asMissing" missingValueReplacement="7"')).toEqual([0, 9.5, 7, 7, 21, 7]);
    expect(await of('invalidValueTreatment="asValue" invalidValueReplacement="3"')).toEqual([0, 9.5, 3, 3, 21, 3]);
  });

  it('is invalid where it is not listed, or listed as such', async () => {
    const valid = `${DOUBLE}<Value value="1"/><Value value="2.5"/>`;
    expect(await scoresOf(number(valid, ''), rows(1, 2.5, 2))).toEqual([1, 2.5, null]);
    const invalid = `${DOUBLE}<Value value="3" property="invalid"/>`;
    expect(await scoresOf(number(invalid, ''), rows(1, 3))).toEqual([1, null]);
  });

  it('is invalid as an integer that has a fraction, and rounded as a float', async () => {
    expect(await scoresOf(number('optype="continuous" dataType="integer">', ''), rows(3, 3.5))).toEqual([3, null]);
    expect(await scoresOf(number('optype="continuous" dataType="float">', ''), rows(0.1))).toEqual([Math.fround(0.1)]);
  });

  it('is cut or missing beyond the bounds of outliers', async () => {
    const of = (schema: string) =>
      scoresOf(number(DOUBLE, `lowValue="0" highValue="10" ${schema}`), rows(-1, 0, 10, 11, null));
    expect(await of('')).toEqual([-1, 0, 10, 11, null]);
    expect(await of('outliers="asExtremeValues"')).toEqual([0, 0, 10, 10, null]);
    expect(await of('outliers="asMissingValues"')).toEqual([null, 0, 10, null, null]);
    expect(await of('outliers="asMissingValues" missingValueReplacement="5"')).toEqual([5, 0, 10, 5, 5]);
    // A bound of one side leaves the other alone.
    const oneSide = number(DOUBLE, 'outliers="asExtremeValues" highValue="10"');
    expect(await scoresOf(oneSide, rows(-100, 100))).toEqual([-100, 10]);
  });
});

describe('a text in the mining schema', () => {
  const AB = '<Value value="a"/><Value value="b"/>';

  it('is missing where it is absent, empty or declared to be', async () => {
    const declared = '<Value value="?" property="missing"/>';
    const of = (schema: string) => scoresOf(text(declared, schema), rows('a', 'z', '?', '', null));
    expect(await of('')).toEqual([1, 0, 0, 0, 0]);
    expect(await of('missingValueReplacement="c"')).toEqual([1, 0, 4, 4, 4]);
    expect(await of('missingValueTreatment="returnInvalid"')).toEqual([1, 0, null, null, null]);
  });

  it('is invalid where valid ones are listed without it, and treated as the schema says', async () => {
    const of = (schema: string) => scoresOf(text(AB, schema), rows('a', 'b', 'c', 'q', null));
    expect(await of('')).toEqual([1, 2, null, null, 0]);
    expect(await of('invalidValueTreatment="asIs"')).toEqual([1, 2, 4, 0, 0]);
    expect(await of('invalidValueTreatment="asMissing"')).toEqual([1, 2, 0, 0, 0]);
    expect(await of('invalidValueTreatment="asMissing" missingValueReplacement="d"')).toEqual([1, 2, 8, 8, 8]);
    expect(await of('invalidValueTreatment="asValue" invalidValueReplacement="b"')).toEqual([1, 2, 2, 2, 0]);
    expect(await of('missingValueReplacement="b"')).toEqual([1, 2, null, null, 2]);
    expect(await of('invalidValueTreatment="asIs" missingValueReplacement="b"')).toEqual([1, 2, 4, 0, 2]);
  });

  it('is invalid where it is listed as such', async () => {
    const of = (schema: string) =>
      scoresOf(text('<Value value="c" property="invalid"/>', schema), rows('a', 'c', 'q', null));
    expect(await of('')).toEqual([1, null, 0, 0]);
    expect(await of('invalidValueTreatment="asMissing" missingValueReplacement="d"')).toEqual([1, 8, 0, 8]);
    expect(await of('invalidValueTreatment="asValue" invalidValueReplacement="b"')).toEqual([1, 2, 0, 0]);
    expect(await of('invalidValueTreatment="asIs"')).toEqual([1, 4, 0, 0]);
  });

  it('names its categories in the card', async () => {
    const { imported } = await loadPmml(text(AB, ''));
    expect(imported.card.inputs).toEqual([{ name: 'x', type: 'string', optional: true, categories: ['a', 'b'] }]);
  });
});

describe('a mining schema', () => {
  const unused = (schema: string) =>
    pmml(
      '<DataField name="x" optype="continuous" dataType="double"/><DataField name="u" optype="categorical" dataType="string"><Value value="a"/></DataField>' +
        '<DataField name="v" optype="continuous" dataType="double"/><DataField name="y" optype="continuous" dataType="double"/>',
      `<RegressionModel functionName="regression"><MiningSchema><MiningField name="x"/><MiningField name="u" ${schema}/><MiningField name="v"/></MiningSchema>
       <RegressionTable intercept="0"><NumericPredictor name="x" coefficient="1"/></RegressionTable></RegressionModel>`,
    );

  it('checks a field that the model does not use, where it can be invalid, and leaves out others', async () => {
    const { imported } = await loadPmml(unused(''));
    expect(imported.card.inputs.map(({ name }) => name)).toEqual(['x', 'u']);
    expect(await scoresOf(unused(''), [{ x: 1, u: 'a' }, { x: 1, u: 'b' }, { x: 1 }])).toEqual([1, null, 1]);
    expect((await loadPmml(unused('usageType="supplementary"'))).imported.card.inputs).toHaveLength(1);
  });

  it('passes over a field of another type that no model uses', async () => {
    const dated = unused('').replace(
      '</DataDictionary>',
      '<DataField name="when" optype="ordinal" dataType="dateTime"/></DataDictionary>',
    );
    expect(
      await scoresOf(dated.replace('<MiningField name="v"/>', '<MiningField name="v"/><MiningField name="when"/>'), [
        { x: 1 },
      ]),
    ).toEqual([1]);
  });

  it('refuses what it does not understand, by name', () => {
    expect(refusalOf(number(DOUBLE, 'invalidValueTreatment="guess"'))).toContain('invalidValueTreatment="guess"');
    expect(refusalOf(number(DOUBLE, 'outliers="asExtremeValues"'))).toContain('needs lowValue or highValue');
    expect(refusalOf(number(DOUBLE, 'weight="2"'))).toContain('the attribute weight is not understood');
    expect(refusalOf(number('optype="continuous" dataType="date">', ''))).toContain(
      'dataType="date" is not understood',
    );
    expect(refusalOf(text('', 'outliers="asExtremeValues" lowValue="1"'))).toContain('outliers of a text');
  });
});
