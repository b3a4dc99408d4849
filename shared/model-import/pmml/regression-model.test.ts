import { describe, expect, it } from 'vitest';
import { loadPmml, pmml, refusalOf, scorePmml, scoresOf } from './test-document.js';

const DICTIONARY = `
  <DataField name="age" optype="continuous" dataType="double"/>
  <DataField name="salary" optype="continuous" dataType="double"/>
  <DataField name="car" optype="categorical" dataType="string"><Value value="carpark"/><Value value="street"/></DataField>
  <DataField name="claims" optype="continuous" dataType="double"/>
  <DataField name="risk" optype="categorical" dataType="string"><Value value="low"/><Value value="high"/></DataField>
  <DataField name="job" optype="categorical" dataType="string"><Value value="clerical"/><Value value="trainee"/><Value value="skilled"/></DataField>`;

const model = (attributes: string, target: string, tables: string) => `
  <RegressionModel ${attributes}>
    <MiningSchema>
      <MiningField name="${target}" usageType="target"/>
      <MiningField name="age"/><MiningField name="salary"/><MiningField name="car"/>
    </MiningSchema>${tables}
  </RegressionModel>`;

const LINEAR = `<RegressionTable intercept="132.37">
  <NumericPredictor name="age" exponent="1" coefficient="7.1"/>
  <NumericPredictor name="salary" coefficient="0.01"/>
  <CategoricalPredictor name="car" value="carpark" coefficient="41.1"/>
  <CategoricalPredictor name="car" value="street" coefficient="325.03"/>
</RegressionTable>`;

describe('a RegressionModel', () => {
  it('adds numbers times their coefficients and the coefficient of each category', async () => {
    const text = pmml(DICTIONARY, model('functionName="regression"', 'claims', LINEAR));
    expect(
      await scoresOf(text, [
        { age: 30, salary: 1_000, car: 'carpark' },
        { age: 30, salary: 1_000, car: 'street' },
        { age: 30, salary: 1_000 },
        { age: 30, salary: 1_000, car: 'garage' },
        { age: 30, car: 'street' },
      ]),
      // A missing category adds nothing; one that is not declared makes the row invalid, a missing number has no result.
    ).toEqual([expect.closeTo(396.47, 9), expect.closeTo(680.4, 9), expect.closeTo(355.37, 9), null, null]);
  });

  it('says in its card which fields it takes, which may be missing, and what made it', async () => {
    const { imported } = await loadPmml(pmml(DICTIONARY, model('functionName="regression"', 'claims', LINEAR)));
    expect(imported.card).toEqual({
      name: 'pmml-model',
      version: '1',
      task: 'regression',
      description: '',
      inputs: [
        { name: 'age', type: 'number', optional: false },
        { name: 'salary', type: 'number', optional: false },
        { name: 'car', type: 'string', optional: true, categories: ['carpark', 'street'] },
      ],
      output: { tensor: 'prediction' },
      madeBy: { tool: 'a tool 1', format: 'PMML 4.4', model: 'RegressionModel' },
    });
  });

  it('raises to powers and multiplies in terms', async () => {
    const table = `<RegressionTable intercept="1">
      <NumericPredictor name="age" exponent="2" coefficient="0.5"/>
      <PredictorTerm coefficient="-2"><FieldRef field="age"/><FieldRef field="salary"/></PredictorTerm></RegressionTable>`;
    const text = pmml(DICTIONARY, model('functionName="regression"', 'claims', table));
    expect(await scoresOf(text, [{ age: 3, salary: 0.25 }])).toEqual([1 + 4.5 - 1.5]);
  });

  it.each([
    ['none', 0.3],
    ['logit', 1 / (1 + Math.exp(-0.3))],
    ['softmax', 1 / (1 + Math.exp(-0.3))],
    ['exp', Math.exp(0.3)],
    ['probit', 0.617911422188],
    ['cloglog', 1 - Math.exp(-Math.exp(0.3))],
    ['loglog', Math.exp(-Math.exp(-0.3))],
    ['cauchit', 0.5 + Math.atan(0.3) / Math.PI],
  ])('normalizes by %s', async (method, expected) => {
    const table = '<RegressionTable intercept="0.1"><NumericPredictor name="age" coefficient="0.2"/></RegressionTable>';
    const text = pmml(DICTIONARY, model(`functionName="regression" normalizationMethod="${method}"`, 'claims', table));
    expect(await scoresOf(text, [{ age: 1 }])).toEqual([expect.closeTo(expected, 7)]);
  });

  const classes = (...intercepts: [label: string, intercept: number][]) =>
    intercepts
      .map(
        ([label, intercept]) => `<RegressionTable intercept="${intercept}" targetCategory="${label}">
          <NumericPredictor name="age" coefficient="${intercept === 0 ? 0 : 1}"/></RegressionTable>`,
      )
      .join('');

  it('gives the probability of the second declared label, whichever table comes first', async () => {
    const row = { age: 0.5 };
    const text = (tables: string) =>
      pmml(DICTIONARY, model('functionName="classification" normalizationMethod="logit"', 'risk', tables));
    const p = 1 / (1 + Math.exp(-1.5));
    const [high] = await scorePmml(text(classes(['high', 1], ['low', 0])), [row]);
    expect(high).toEqual({ score: expect.closeTo(p, 12), decision: 'high' });
    const [low] = await scorePmml(text(classes(['low', 1], ['high', 0])), [row]);
    expect(low).toEqual({ score: expect.closeTo(1 - p, 12), decision: 'low' });
  });

  it('gives the winner of several classes by softmax', async () => {
    const tables = classes(['clerical', 1], ['trainee', 2], ['skilled', 0]);
    const text = pmml(DICTIONARY, model('functionName="classification" normalizationMethod="softmax"', 'job', tables));
    const weights = [Math.exp(1.5), Math.exp(2.5), 1];
    const sum = weights.reduce((total, weight) => total + weight);
    expect(await scorePmml(text, [{ age: 0.5 }])).toEqual([
      { score: expect.closeTo(Math.exp(2.5) / sum, 12), decision: 'trainee' },
    ]);
  });

  it('gives the last of several classes what the others leave, without normalization', async () => {
    const tables = classes(['clerical', 0.1], ['trainee', 0.2], ['skilled', 0]);
    const text = pmml(DICTIONARY, model('functionName="classification" normalizationMethod="none"', 'job', tables));
    expect(await scorePmml(text, [{ age: 0 }])).toEqual([{ score: expect.closeTo(0.7, 12), decision: 'skilled' }]);
  });

  it('cumulates the classes of an ordinal target', async () => {
    const ordinal = DICTIONARY.replace('name="job" optype="categorical"', 'name="job" optype="ordinal"');
    const tables = `<RegressionTable intercept="-1" targetCategory="clerical"/><RegressionTable intercept="2" targetCategory="trainee"/>
      <RegressionTable intercept="0" targetCategory="skilled"/>`;
    const text = pmml(
      ordinal,
      model('functionName="classification" normalizationMethod="logit"', 'job', tables).replace(
        '</RegressionModel>',
        '</RegressionModel>',
      ),
    );
    expect(refusalOf(text)).toContain('not refused');
    const sigmoid = (y: number) => 1 / (1 + Math.exp(-y));
    expect(await scorePmml(text, [{ age: 0, car: 'street' }])).toEqual([
      { score: expect.closeTo(sigmoid(2) - sigmoid(-1), 12), decision: 'trainee' },
    ]);
  });

  it('refuses what it does not understand, by name and line', () => {
    const text = (attributes: string, tables: string) => pmml(DICTIONARY, model(attributes, 'claims', tables));
    expect(refusalOf(text('functionName="regression" isScorable="false"', LINEAR))).toContain('isScorable="false"');
    expect(refusalOf(text('functionName="regression" normalizationMethod="magic"', LINEAR))).toBe(
      'PMML, line 11, RegressionModel: normalizationMethod="magic" is not understood; it can be none, simplemax, softmax, logit, probit, cloglog, exp, loglog, cauchit.',
    );
    expect(refusalOf(text('functionName="regression" weight="3"', LINEAR))).toContain('the attribute weight');
    expect(refusalOf(text('functionName="regression"', '<RegressionTable intercept="x"/>'))).toContain(
      'intercept is "x", which is no number',
    );
    expect(refusalOf(text('functionName="regression"', `${LINEAR}<Magic/>`))).toContain(
      'Magic: this element is not understood inside RegressionModel',
    );
    expect(refusalOf(text('functionName="regression"', LINEAR.replace('"salary"', '"height"')))).toContain(
      'there is no field "height"',
    );
  });
});
