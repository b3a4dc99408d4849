import { describe, expect, it } from 'vitest';
import { OnnxFile } from '#shared/onnx';
import { loadPmml, pmml, refusalOf, scorePmml, scoresOf } from './test-document.js';

const DICTIONARY = `
  <DataField name="x" optype="continuous" dataType="double"/>
  <DataField name="color" optype="categorical" dataType="string"><Value value="red"/><Value value="blue"/></DataField>
  <DataField name="y" optype="continuous" dataType="double"/>
  <DataField name="kind" optype="categorical" dataType="string"><Value value="a"/><Value value="b"/><Value value="c"/></DataField>
  <DataField name="good" optype="categorical" dataType="string"><Value value="no"/><Value value="yes"/></DataField>`;

const SCHEMA = '<MiningSchema><MiningField name="x"/><MiningField name="color"/></MiningSchema>';

/** A regression tree: `low` below the split, `high` from there on, nothing where x is missing. */
const stump = (split: number, low: number, high: number) => `<TreeModel functionName="regression">${SCHEMA}<Node><True/>
  <Node score="${low}"><SimplePredicate field="x" operator="lessThan" value="${split}"/></Node>
  <Node score="${high}"><SimplePredicate field="x" operator="greaterOrEqual" value="${split}"/></Node></Node></TreeModel>`;

/** A classification tree that says one label below the split and another from there on. */
const voter = (
  split: number,
  low: string,
  high: string,
) => `<TreeModel functionName="classification">${SCHEMA}<Node><True/>
  <Node score="${low}"><SimplePredicate field="x" operator="lessThan" value="${split}"/></Node>
  <Node score="${high}"><SimplePredicate field="x" operator="greaterOrEqual" value="${split}"/></Node></Node></TreeModel>`;

const linear = (intercept: number, coefficient: number) => `<RegressionModel functionName="regression">${SCHEMA}
  <RegressionTable intercept="${intercept}"><NumericPredictor name="x" coefficient="${coefficient}"/></RegressionTable></RegressionModel>`;

const always = (model: string, attributes = '') => `<Segment ${attributes}><True/>${model}</Segment>`;
const where = (condition: string, model: string) => `<Segment>${condition}${model}</Segment>`;
const isRed = '<SimplePredicate field="color" operator="equal" value="red"/>';
const isBlue = '<SimplePredicate field="color" operator="equal" value="blue"/>';

const mining = (task: string, target: string, segmentation: string, segments: string) =>
  pmml(
    DICTIONARY,
    `<MiningModel functionName="${task}"><MiningSchema><MiningField name="${target}" usageType="target"/>
      <MiningField name="x"/><MiningField name="color"/></MiningSchema>
      <Segmentation ${segmentation}>${segments}</Segmentation></MiningModel>`,
  );

const THREE = [stump(1, 1, 10), stump(2, 2, 20), stump(3, 3, 60)];
const ROWS = [{ x: 0 }, { x: 1.5 }, { x: 2.5 }, { x: 3 }, {}];
const weighted = (models: readonly string[], weights: readonly number[]) =>
  models.map((model, index) => always(model, `weight="${weights[index]}"`)).join('');

describe('a MiningModel that joins numbers', () => {
  it('takes the median of each row, also where the same models count in all of them', async () => {
    // x is replaced where it is missing, so that the last segment never counts.
    const never = where('<SimplePredicate field="x" operator="isMissing"/>', linear(1_000, 0));
    const segments = always(linear(1, 1)) + always(linear(2, 2)) + always(linear(3, 3)) + never;
    const text = mining('regression', 'y', 'multipleModelMethod="median"', segments).replace(
      '<MiningField name="y" usageType="target"/>\n      <MiningField name="x"/>',
      '<MiningField name="y" usageType="target"/>\n      <MiningField name="x" missingValueReplacement="5"/>',
    );
    expect(await scoresOf(text, [{ x: 0 }, { x: 1 }, { x: 10 }, {}])).toEqual([2, 4, 22, 12]);
  });

  const mixed = [...THREE.slice(0, 2), linear(3, 0)];
  it.each([
    ['sum', [6, 15, 33, 90, null]],
    ['average', [2, 5, 11, 30, null]],
    ['weightedAverage', [2.625, 3.75, 6, 48.75, null]],
    ['median', [2, 3, 10, 20, null]],
    ['max', [3, 10, 20, 60, null]],
  ])('by %s, whether the models are trees or not', async (method, expected) => {
    const weights = [1, 1, 6].map((weight) => weight / 2);
    const trees = mining('regression', 'y', `multipleModelMethod="${method}"`, weighted(THREE, weights));
    const close = expected.map((each) => (each === null ? null : expect.closeTo(each, 5)));
    expect(await scoresOf(trees, ROWS)).toEqual(close);
    // The same with a linear model in place of the third tree, where that says 3.
    const others = mining('regression', 'y', `multipleModelMethod="${method}"`, weighted(mixed, weights));
    expect((await scoresOf(others, ROWS))[0]).toBe(expected[0]);
  });

  it('makes one TreeEnsembleRegressor of all trees', async () => {
    const { imported } = await loadPmml(
      mining('regression', 'y', 'multipleModelMethod="sum"', weighted(THREE, [1, 1, 1])),
    );
    const trees = OnnxFile.parse(imported.graph).nodes.filter(({ op }) => op === 'TreeEnsembleRegressor');
    expect(trees).toHaveLength(1);
    expect(new Set(trees[0]?.ints('nodes_treeids'))).toEqual(new Set([0, 1, 2]));
  });

  it('counts only those segments whose predicate is true', async () => {
    const segments = where(isRed, linear(1, 1)) + where(isBlue, linear(2, 2)) + always(linear(6, 0));
    const rows = [{ x: 1, color: 'red' }, { x: 1, color: 'blue' }, { x: 1 }, { color: 'red' }];
    const of = (attributes: string, all = segments) => scoresOf(mining('regression', 'y', attributes, all), rows);
    expect(await of('multipleModelMethod="average"')).toEqual([4, 5, 6, null]);
    expect(await of('multipleModelMethod="sum"')).toEqual([8, 10, 6, null]);
    expect(await of('multipleModelMethod="sum"', where(isRed, linear(1, 1)))).toEqual([2, null, null, null]);
    expect(await of('multipleModelMethod="average" missingPredictionTreatment="skipSegment"')).toEqual([4, 5, 6, null]);
  });

  it('skips what predicts nothing, where the document says so, up to a share', async () => {
    const some =
      always(stump(1, 1, 10)) +
      always(`<TreeModel functionName="regression">${SCHEMA}<Node score="5"><True/></Node></TreeModel>`);
    const of = (attributes: string) =>
      scoresOf(mining('regression', 'y', `multipleModelMethod="average" ${attributes}`, some), ROWS);
    expect((await of('')).at(-1)).toBeNull();
    expect((await of('missingPredictionTreatment="returnMissing"')).at(-1)).toBeNull();
    expect(await of('missingPredictionTreatment="skipSegment"')).toEqual([3, 7.5, 7.5, 7.5, 5]);
    expect((await of('missingPredictionTreatment="skipSegment" missingThreshold="0.4"')).at(-1)).toBeNull();
    expect((await of('missingPredictionTreatment="skipSegment" missingThreshold="0.5"')).at(-1)).toBe(5);
  });
});

describe('a MiningModel that joins classes', () => {
  const VOTERS = [voter(1, 'a', 'b'), voter(2, 'a', 'b'), voter(3, 'b', 'c')];

  it('by votes, with or without weights', async () => {
    const of = (method: string, weights: number[]) =>
      scorePmml(mining('classification', 'kind', `multipleModelMethod="${method}"`, weighted(VOTERS, weights)), ROWS);
    const third = expect.closeTo(2 / 3, 12);
    expect(await of('majorityVote', [9, 1, 1])).toEqual([
      { score: third, decision: 'a' },
      { score: third, decision: 'b' },
      { score: 1, decision: 'b' },
      { score: third, decision: 'b' },
      null,
    ]);
    expect(await of('weightedMajorityVote', [1, 1, 6])).toEqual([
      { score: 0.75, decision: 'b' },
      { score: 0.875, decision: 'b' },
      { score: 1, decision: 'b' },
      { score: 0.75, decision: 'c' },
      null,
    ]);
  });

  const sure = (
    yes: number,
  ) => `<RegressionModel functionName="classification" normalizationMethod="none"><MiningSchema>
      <MiningField name="good" usageType="target"/><MiningField name="x"/></MiningSchema>
    <RegressionTable intercept="${yes}" targetCategory="yes"><NumericPredictor name="x" coefficient="0.1"/></RegressionTable>
    <RegressionTable intercept="0" targetCategory="no"/></RegressionModel>`;

  it('by the mean of probabilities, that of the most certain, or votes of models that are no trees', async () => {
    const models = [sure(0.1), sure(0.2), sure(0.75)];
    const of = async (method: string, weights = [1, 1, 1]) =>
      (
        await scorePmml(
          mining('classification', 'good', `multipleModelMethod="${method}"`, weighted(models, weights)),
          [{ x: 0 }],
        )
      )[0];
    expect(await of('average')).toEqual({ score: expect.closeTo(0.35, 12), decision: 'no' });
    expect(await of('weightedAverage', [1, 1, 8])).toEqual({ score: expect.closeTo(0.63, 12), decision: 'yes' });
    expect(await of('max')).toEqual({ score: expect.closeTo(0.1, 12), decision: 'no' });
    expect(await of('majorityVote')).toEqual({ score: expect.closeTo(1 / 3, 12), decision: 'no' });
    expect(await of('weightedMajorityVote', [1, 1, 8])).toEqual({ score: 0.8, decision: 'yes' });
  });
});

describe('a MiningModel that chooses or chains', () => {
  it('takes the first segment whose predicate is true', async () => {
    const segments = where(isRed, linear(1, 1)) + where(isBlue, linear(2, 2)) + where('<False/>', linear(9, 9));
    const text = mining('regression', 'y', 'multipleModelMethod="selectFirst"', segments);
    const rows = [{ x: 1, color: 'red' }, { x: 1, color: 'blue' }, { x: 1 }];
    expect(await scoresOf(text, rows)).toEqual([2, 4, null]);
  });

  it('hands on what earlier models give: the value, a probability, the class, what is made of them', async () => {
    const first = `<RegressionModel functionName="regression">${SCHEMA}
      <Output><OutputField name="raw" feature="predictedValue" dataType="double" optype="continuous"/>
        <OutputField name="twice" feature="transformedValue" dataType="double" optype="continuous">
          <Apply function="*"><FieldRef field="raw"/><Constant dataType="double">2</Constant></Apply></OutputField>
        <OutputField name="unused" feature="standardError"/></Output>
      <RegressionTable intercept="-1"><NumericPredictor name="x" coefficient="1"/></RegressionTable></RegressionModel>`;
    const second = `<TreeModel functionName="classification"><MiningSchema><MiningField name="kind" usageType="target"/><MiningField name="twice"/></MiningSchema>
      <Output><OutputField name="share" feature="probability" value="b" dataType="double" optype="continuous"/>
        <OutputField name="class" feature="predictedValue" dataType="string" optype="categorical"/></Output>
      <Node score="a"><True/>
        <Node score="a"><SimplePredicate field="twice" operator="lessThan" value="1"/><ScoreDistribution value="a" recordCount="3"/><ScoreDistribution value="b" recordCount="1"/></Node>
        <Node score="b"><True/><ScoreDistribution value="a" recordCount="1"/><ScoreDistribution value="b" recordCount="4"/></Node></Node></TreeModel>`;
    const last = `<RegressionModel functionName="regression"><MiningSchema><MiningField name="y" usageType="target"/><MiningField name="raw"/><MiningField name="share"/><MiningField name="class"/></MiningSchema>
      <RegressionTable intercept="100"><NumericPredictor name="raw" coefficient="10"/><NumericPredictor name="share" coefficient="1"/>
        <CategoricalPredictor name="class" value="b" coefficient="1000"/></RegressionTable></RegressionModel>`;
    const text = mining(
      'regression',
      'y',
      'multipleModelMethod="modelChain"',
      always(first) + always(second) + always(last),
    );
    expect(await scoresOf(text, [{ x: 1 }, { x: 2 }, {}])).toEqual([
      expect.closeTo(100.25, 6),
      expect.closeTo(1110.8, 6),
      null,
    ]);
  });

  it('refuses what it does not understand, by name', () => {
    const refused = (attributes: string, segments: string) =>
      refusalOf(mining('regression', 'y', attributes, segments));
    expect(refused('multipleModelMethod="selectAll"', always(linear(1, 1)))).toContain(
      'multipleModelMethod="selectAll"',
    );
    expect(refused('multipleModelMethod="majorityVote"', always(linear(1, 1)))).toContain('for a regression');
    expect(refused('multipleModelMethod="sum"', always('<GaussianProcessModel functionName="regression"/>'))).toContain(
      'GaussianProcessModel: this kind of model is not understood',
    );
    expect(refused('multipleModelMethod="sum"', always(voter(1, 'a', 'b')))).toContain(
      'it is a classification inside a regression',
    );
  });
});
