import { describe, expect, it } from 'vitest';
import { pmml, refusalOf, scorePmml, scoresOf } from './test-document.js';

const DICTIONARY = `
  <DataField name="sex" optype="categorical" dataType="string"><Value value="m"/><Value value="f"/></DataField>
  <DataField name="age" optype="continuous" dataType="double"/>
  <DataField name="work" optype="continuous" dataType="double"/>
  <DataField name="y" optype="continuous" dataType="double"/>
  <DataField name="low" optype="categorical" dataType="string"><Value value="0"/><Value value="1"/></DataField>
  <DataField name="job" optype="categorical" dataType="string"><Value value="1"/><Value value="2"/><Value value="3"/></DataField>`;

const PREDICTORS = `<ParameterList><Parameter name="p0" label="Intercept"/><Parameter name="p1" label="sex"/><Parameter name="p2"/><Parameter name="p3"/></ParameterList>
  <FactorList><Predictor name="sex"/></FactorList>
  <CovariateList><Predictor name="age"/><Predictor name="work"/></CovariateList>
  <PPMatrix><PPCell value="f" predictorName="sex" parameterName="p1"/><PPCell value="2" predictorName="age" parameterName="p2"/>
    <PPCell value="f" predictorName="sex" parameterName="p3"/><PPCell value="1" predictorName="work" parameterName="p3"/></PPMatrix>`;

const model = (attributes: string, target: string, cells: string, predictors = PREDICTORS) =>
  pmml(
    DICTIONARY,
    `<GeneralRegressionModel ${attributes}><MiningSchema><MiningField name="${target}" usageType="target"/>
      <MiningField name="sex"/><MiningField name="age"/><MiningField name="work"/></MiningSchema>
      ${predictors}<ParamMatrix>${cells}</ParamMatrix></GeneralRegressionModel>`,
  );

const cell = (name: string, beta: number, category?: string) =>
  `<PCell parameterName="${name}" beta="${beta}" df="1"${category === undefined ? '' : ` targetCategory="${category}"`}/>`;

const CELLS = cell('p0', 0.5) + cell('p1', 2) + cell('p2', 0.25) + cell('p3', -1);
const ROWS = [
  { sex: 'm', age: 2, work: 3 },
  { sex: 'f', age: 2, work: 3 },
  { sex: 'm', age: 2 },
  { sex: 'f', age: 2 },
  { age: 2, work: 3 },
];
const sigmoid = (y: number) => 1 / (1 + Math.exp(-y));

describe('a GeneralRegressionModel', () => {
  it('multiplies factors and powers of covariates to parameters', async () => {
    const text = model('functionName="regression" modelType="regression"', 'y', CELLS);
    // A factor of another category makes the product 0 whatever the covariate; a missing one has no result.
    expect(await scoresOf(text, ROWS)).toEqual([1.5, 0.5, 1.5, null, null]);
  });

  it('knows contrasts of categories', async () => {
    const predictors = `<ParameterList><Parameter name="p0"/><Parameter name="p1"/></ParameterList>
      <FactorList><Predictor name="sex"><Categories><Category value="m"/><Category value="f"/></Categories>
        <Matrix><Array n="2" type="real">1 -1</Array><Array n="2" type="real">0.5 3</Array></Matrix></Predictor></FactorList>
      <PPMatrix><PPCell value="f" predictorName="sex" parameterName="p1"/></PPMatrix>`;
    const text = model(
      'functionName="regression" modelType="generalLinear"',
      'y',
      cell('p0', 1) + cell('p1', 2),
      predictors,
    );
    expect(await scoresOf(text, [{ sex: 'm' }, { sex: 'f' }, {}])).toEqual([-1, 7, null]);
  });

  it.each([
    ['linkFunction="identity"', 1.5],
    ['linkFunction="log"', Math.exp(1.5)],
    ['linkFunction="logc"', 1 - Math.exp(1.5)],
    ['linkFunction="logit"', sigmoid(1.5)],
    ['linkFunction="cloglog"', 1 - Math.exp(-Math.exp(1.5))],
    ['linkFunction="loglog"', Math.exp(-Math.exp(-1.5))],
    ['linkFunction="probit"', 0.933192798731],
    ['linkFunction="negbin" distParameter="2"', 1 / (2 * (Math.exp(-1.5) - 1))],
    ['linkFunction="power" linkParameter="2"', Math.sqrt(1.5)],
    ['linkFunction="power" linkParameter="0"', Math.exp(1.5)],
    ['linkFunction="oddspower" linkParameter="2"', 1 / (1 + 4 ** -0.5)],
    ['linkFunction="log" offsetValue="0.5" trialsValue="3"', 3 * Math.exp(2)],
    ['linkFunction="identity" offsetVariable="work"', 4.5],
  ])('inverts the link: %s', async (link, expected) => {
    const text = model(`functionName="regression" modelType="generalizedLinear" ${link}`, 'y', CELLS);
    expect(await scoresOf(text, ROWS.slice(0, 1))).toEqual([expect.closeTo(expected, 7)]);
  });

  it('gives the probability of the class that is not the reference', async () => {
    const attributes = 'functionName="classification" modelType="generalizedLinear" linkFunction="logit"';
    const cells = CELLS.replaceAll('df="1"', 'df="1" targetCategory="1"');
    const p = { score: expect.closeTo(sigmoid(1.5), 12), decision: '1' };
    expect((await scorePmml(model(`${attributes} targetReferenceCategory="0"`, 'low', cells), ROWS))[0]).toEqual(p);
    expect((await scorePmml(model(attributes, 'low', cells), ROWS))[0]).toEqual(p);
    expect((await scorePmml(model(`${attributes} targetReferenceCategory="0"`, 'low', CELLS), ROWS))[0]).toEqual(p);
    expect(refusalOf(model(attributes, 'low', CELLS))).toContain('which class is the reference');
  });

  it('weighs several classes against the reference', async () => {
    const cells = cell('p0', 1, '1') + cell('p2', 0.5, '1') + cell('p0', -1, '3') + cell('p1', 4, '3');
    const text = model(
      'functionName="classification" modelType="multinomialLogistic" targetReferenceCategory="2"',
      'job',
      cells,
    );
    const [m, f] = await scorePmml(text, ROWS);
    const total = (a: number, b: number) => Math.exp(a) + 1 + Math.exp(b);
    expect(m).toEqual({ score: expect.closeTo(Math.exp(3) / total(3, -1), 12), decision: '1' });
    expect(f).toEqual({ score: expect.closeTo(Math.exp(3) / total(3, 3), 12), decision: '1' });
  });

  it('cumulates ordered classes', async () => {
    const cells = cell('p0', -1, '1') + cell('p0', 2, '2') + cell('p2', 0.25);
    const text = model(
      'functionName="classification" modelType="ordinalMultinomial" cumulativeLink="logit"',
      'job',
      cells,
    );
    expect((await scorePmml(text, ROWS))[0]).toEqual({ score: expect.closeTo(sigmoid(0), 12), decision: '1' });
    expect((await scorePmml(text, [{ age: 0 }]))[0]).toEqual({
      score: expect.closeTo(sigmoid(2) - sigmoid(-1), 12),
      decision: '2',
    });
  });

  it('refuses what it does not understand, by name', () => {
    expect(refusalOf(model('functionName="regression" modelType="CoxRegression"', 'y', CELLS))).toContain(
      'CoxRegression',
    );
    expect(
      refusalOf(model('functionName="regression" modelType="generalizedLinear" linkFunction="magic"', 'y', CELLS)),
    ).toContain('linkFunction="magic"');
    expect(refusalOf(model('functionName="regression" modelType="regression" offsetValue="1"', 'y', CELLS))).toContain(
      'offsetValue with modelType="regression"',
    );
  });
});
