import { describe, expect, it } from 'vitest';
import { OnnxFile } from '#shared/onnx';
import { loadPmml, pmml, refusalOf, scorePmml, scoresOf } from './test-document.js';

const DICTIONARY = `
  <DataField name="temperature" optype="continuous" dataType="double"/>
  <DataField name="humidity" optype="continuous" dataType="double"/>
  <DataField name="windy" optype="categorical" dataType="string"/>
  <DataField name="outlook" optype="categorical" dataType="string"><Value value="sunny"/><Value value="overcast"/><Value value="rain"/></DataField>
  <DataField name="play" optype="categorical" dataType="string"><Value value="will play"/><Value value="may play"/><Value value="no play"/></DataField>
  <DataField name="yes" optype="categorical" dataType="string"><Value value="no"/><Value value="yes"/></DataField>
  <DataField name="amount" optype="continuous" dataType="double"/>`;

const FIELDS = ['temperature', 'humidity', 'windy', 'outlook'];

const tree = (attributes: string, target: string, nodes: string) =>
  pmml(
    DICTIONARY,
    `<TreeModel ${attributes}><MiningSchema><MiningField name="${target}" usageType="target"/>
     ${FIELDS.map((name) => `<MiningField name="${name}"/>`).join('')}</MiningSchema>${nodes}</TreeModel>`,
  );

/** The example of the PMML specification, with other numbers. */
const GOLF = `<Node score="will play"><True/>
  <Node id="1" score="will play" defaultChild="11"><SimplePredicate field="outlook" operator="equal" value="sunny"/>
    <Node id="11" score="will play"><CompoundPredicate booleanOperator="and">
      <SimplePredicate field="temperature" operator="lessThan" value="90"/>
      <SimplePredicate field="temperature" operator="greaterThan" value="50"/></CompoundPredicate>
      <Node id="111" score="will play"><SimplePredicate field="humidity" operator="lessThan" value="80"/></Node>
      <Node id="112" score="no play"><SimplePredicate field="humidity" operator="greaterOrEqual" value="80"/></Node>
    </Node>
    <Node id="12" score="no play"><CompoundPredicate booleanOperator="or">
      <SimplePredicate field="temperature" operator="greaterOrEqual" value="90"/>
      <SimplePredicate field="temperature" operator="lessOrEqual" value="50"/></CompoundPredicate></Node>
  </Node>
  <Node id="2" score="may play"><SimpleSetPredicate field="outlook" booleanOperator="isIn"><Array n="2" type="string">overcast "rain"</Array></SimpleSetPredicate>
    <Node id="21" score="may play"><SimplePredicate field="windy" operator="equal" value="false"/></Node>
    <Node id="22" score="no play"><SimplePredicate field="windy" operator="notEqual" value="false"/></Node>
  </Node></Node>`;

const decisions = async (text: string, rows: readonly object[]) =>
  (await scorePmml(text, rows)).map((result) => result?.decision ?? null);

describe('a TreeModel', () => {
  it('finds the leaf by simple, compound and set predicates', async () => {
    const text = tree('functionName="classification"', 'play', GOLF);
    expect(
      await decisions(text, [
        { outlook: 'sunny', temperature: 70, humidity: 60, windy: 'true' },
        { outlook: 'sunny', temperature: 70, humidity: 80, windy: 'true' },
        { outlook: 'sunny', temperature: 50, humidity: 60, windy: 'true' },
        { outlook: 'rain', temperature: 70, humidity: 60, windy: 'false' },
        { outlook: 'overcast', temperature: 70, humidity: 60, windy: 'true' },
        { outlook: 'hail', temperature: 70, humidity: 60, windy: 'true' },
      ]),
    ).toEqual(['will play', 'no play', 'no play', 'may play', 'no play', null]);
  });

  const unknownTemperature = { outlook: 'sunny', humidity: 60, windy: 'true' };
  const unknownOutlook = { temperature: 70, humidity: 60, windy: 'true' };
  it.each([
    // Nothing about a missing value is true, and with no true child there is no prediction …
    ['missingValueStrategy="none"', [null, null]],
    ['', [null, null]],
    // … or that of the last node.
    ['missingValueStrategy="none" noTrueChildStrategy="returnLastPrediction"', ['will play', 'will play']],
    ['missingValueStrategy="nullPrediction" noTrueChildStrategy="returnLastPrediction"', [null, null]],
    ['missingValueStrategy="lastPrediction"', ['will play', 'will play']],
    // The sunny node has a default child, which goes on with the humidity; the root has none.
    ['missingValueStrategy="defaultChild"', ['will play', null]],
  ])('with %s knows what a missing value means', async (attributes, expected) => {
    const text = tree(`functionName="classification" ${attributes}`, 'play', GOLF);
    expect(await decisions(text, [unknownTemperature, unknownOutlook])).toEqual(expected);
  });

  it('uses surrogates where a value is missing', async () => {
    const nodes = `<Node score="0"><True/>
      <Node score="1"><CompoundPredicate booleanOperator="surrogate"><SimplePredicate field="temperature" operator="lessThan" value="10"/>
        <SimplePredicate field="humidity" operator="greaterThan" value="50"/><False/></CompoundPredicate></Node>
      <Node score="2"><True/></Node></Node>`;
    expect(
      await scoresOf(tree('functionName="regression"', 'amount', nodes), [
        { temperature: 5, humidity: 0 },
        { temperature: 15, humidity: 60 },
        { humidity: 60 },
        { humidity: 50 },
        {},
      ]),
    ).toEqual([1, 2, 1, 2, 2]);
  });

  it('compares doubles exactly, on the threshold and beside it', async () => {
    const next = 0.1 + Number.EPSILON / 8;
    const split = (operator: string, other: string) => `<Node><True/>
      <Node score="1"><SimplePredicate field="temperature" operator="${operator}" value="0.1"/></Node>
      <Node score="2"><SimplePredicate field="temperature" operator="${other}" value="0.1"/></Node></Node>`;
    const rows = [{ temperature: 0.1 }, { temperature: next }, { temperature: Math.fround(0.1) }];
    const of = (operator: string, other: string) =>
      scoresOf(tree('functionName="regression"', 'amount', split(operator, other)), rows);
    expect(await of('lessOrEqual', 'greaterThan')).toEqual([1, 2, 2]);
    expect(await of('lessThan', 'greaterOrEqual')).toEqual([2, 2, 2]);
    expect(await of('equal', 'notEqual')).toEqual([1, 2, 2]);
    expect(await of('notEqual', 'equal')).toEqual([2, 1, 1]);
  });

  it('rounds values and thresholds of a float field alike', async () => {
    const nodes = `<Node><True/><Node score="1"><SimplePredicate field="temperature" operator="lessOrEqual" value="0.1"/></Node>
      <Node score="2"><True/></Node></Node>`;
    const text = tree('functionName="regression"', 'amount', nodes).replace('dataType="double"', 'dataType="float"');
    const above = Math.fround(0.1) + 2 ** -26;
    expect(
      await scoresOf(text, [{ temperature: 0.1 }, { temperature: Math.fround(0.1) }, { temperature: above }]),
    ).toEqual([1, 1, 2]);
  });

  it('asks whether a value is missing', async () => {
    const nodes = `<Node><True/><Node score="1"><SimplePredicate field="temperature" operator="isMissing"/></Node>
      <Node score="2"><SimplePredicate field="windy" operator="isNotMissing"/></Node>
      <Node score="3"><SimplePredicate field="temperature" operator="lessThan" value="1"/></Node></Node>`;
    const rows = [{}, { temperature: 0, windy: 'a' }, { temperature: 0 }, { temperature: 2 }, { windy: 'a' }];
    expect(await scoresOf(tree('functionName="regression"', 'amount', nodes), rows)).toEqual([1, 2, 3, null, 1]);
  });

  const shares = (yes: number, no: number) =>
    `<ScoreDistribution value="yes" recordCount="${yes}"/><ScoreDistribution value="no" recordCount="${no}"/>`;

  it('gives the probability of the second label, from shares or as the nodes say it', async () => {
    const nodes = `<Node score="no"><True/>
      <Node score="no"><SimplePredicate field="temperature" operator="lessThan" value="1"/>${shares(1, 3)}</Node>
      <Node score="yes"><SimplePredicate field="temperature" operator="lessThan" value="2"/>
        <ScoreDistribution value="yes" recordCount="1" probability="0.75"/><ScoreDistribution value="no" recordCount="9" probability="0.25"/></Node>
      <Node score="yes"><True/></Node></Node>`;
    expect(
      await scorePmml(tree('functionName="classification"', 'yes', nodes), [
        { temperature: 0 },
        { temperature: 1 },
        { temperature: 2 },
      ]),
    ).toEqual([
      { score: 0.25, decision: 'no' },
      { score: 0.75, decision: 'yes' },
      { score: 1, decision: 'yes' },
    ]);
  });

  it('decides a tie as the node does, and by the threshold at which the scores turn', async () => {
    const leaves = (first: string, second: string) => `<Node score="no"><True/>
      <Node score="${first}"><SimplePredicate field="temperature" operator="lessThan" value="1"/>${shares(5, 5)}</Node>
      <Node score="${second}"><True/>${shares(3, 7)}</Node></Node>`;
    const rows = [{ temperature: 0 }, { temperature: 1 }];
    const of = (first: string, second: string) =>
      decisions(tree('functionName="classification"', 'yes', leaves(first, second)), rows);
    expect(await of('no', 'no')).toEqual(['no', 'no']);
    expect(await of('yes', 'no')).toEqual(['yes', 'no']);
    expect(await of('yes', 'yes')).toEqual(['yes', 'yes']);
    expect(refusalOf(tree('functionName="classification"', 'yes', leaves('no', 'yes')))).toContain(
      'nodes score against their shares',
    );
  });

  it('becomes a TreeEnsembleRegressor whose features are the inputs', async () => {
    const nodes = `<Node><True/><Node score="1"><SimplePredicate field="temperature" operator="lessOrEqual" value="3"/></Node>
      <Node score="2"><True/></Node></Node>`;
    const { imported } = await loadPmml(tree('functionName="regression"', 'amount', nodes));
    const trees = OnnxFile.parse(imported.graph).nodes.find(({ op }) => op === 'TreeEnsembleRegressor');
    expect(trees?.inputs).toEqual(['temperature']);
    expect(trees?.strings('nodes_modes')).toEqual(['BRANCH_LEQ', 'LEAF', 'LEAF']);
    expect(trees?.floats('nodes_values')).toEqual([3, 0, 0]);
  });

  it('refuses what it does not understand, by name', () => {
    const leaf = '<Node score="1"><True/></Node>';
    const refused = (attributes: string, nodes = leaf) =>
      refusalOf(tree(`functionName="regression" ${attributes}`, 'amount', nodes));
    expect(refused('missingValueStrategy="weightedConfidence"')).toContain('weightedConfidence');
    expect(refused('missingValueStrategy="aggregateNodes"')).toContain('aggregateNodes');
    expect(refused('', '<Node score="1"><True/><Regression/></Node>')).toContain('Regression: this element');
    expect(refused('', '<Node score="1"><Magic/></Node>')).toContain('Magic');
    expect(
      refused('', '<Node score="1"><SimplePredicate field="windy" operator="lessThan" value="a"/></Node>'),
    ).toContain('"windy" is a text, whose order is not understood');
  });
});
