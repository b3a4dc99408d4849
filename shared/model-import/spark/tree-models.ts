import { matrixOf, row, toDouble } from './double-nodes.js';
import type { PipelineGraph } from './pipeline-graph.js';
import { featuresOf, type Prediction, refuseUnequalThresholds, thresholdOf } from './predictor.js';
import type { SavedStage } from './saved-stage.js';
import { readForest, readTree, type Tree } from './saved-trees.js';
import { treeEnsemble } from './tree-ensemble.js';

/** DecisionTreeClassifier and RandomForestClassifier: the mean of the trees' class proportions. */
export async function classificationTrees(stage: SavedStage, graph: PipelineGraph): Promise<Prediction> {
  const forest = stage.kind !== 'DecisionTreeClassificationModel';
  const trees = forest ? await readForest(stage) : await readTree(stage);
  const features = await featuresOf(stage, graph, stage.numFeatures ?? Number.NaN);
  const classes = stage.numClasses ?? 0;
  if (classes < 2) throw stage.refusal(`it has ${classes} classes; two or more are right`);
  const proportions = ({ statistics }: { statistics: readonly number[] }): number[] => {
    const total = statistics.reduce((sum, count) => sum + count, 0);
    if (statistics.length !== classes || !(total > 0))
      throw stage.refusal(`a leaf of its trees has no rows or not ${classes} classes`);
    return statistics.map((count) => count / total / trees.length);
  };
  const algorithm = forest ? `random forest of ${trees.length} trees` : 'decision tree';
  if (classes === 2) {
    const sums = treeEnsemble(graph, features, trees, 1, (leaf) => proportions(leaf).slice(1));
    const tensor = graph.end(graph.refusing(toDouble(graph.builder, sums)), 'probability', 1);
    return { card: { task: 'binary', output: { tensor }, threshold: thresholdOf(stage) }, algorithm, classes };
  }
  refuseUnequalThresholds(stage);
  const sums = treeEnsemble(graph, features, trees, classes, proportions);
  const tensor = graph.end(graph.refusing(toDouble(graph.builder, sums)), 'probabilities', classes);
  return { card: { task: 'multiclass', output: { tensor } }, algorithm, classes };
}

/** GBTClassifier: the weighted trees' sum m is half the log odds, p = 1 / (1 + exp(−2 m)). */
export async function boostedClassifier(stage: SavedStage, graph: PipelineGraph): Promise<Prediction> {
  const { builder } = graph;
  const loss = stage.parameters.text('lossType', 'logistic');
  if (loss !== 'logistic') throw stage.refusal(`the loss "${loss}" is not understood`);
  const trees = await readForest(stage);
  const features = await featuresOf(stage, graph, stage.numFeatures ?? Number.NaN);
  const margin = toDouble(
    builder,
    treeEnsemble(graph, features, trees, 1, ({ prediction }, { weight }) => [prediction * weight]),
  );
  const logOdds = builder.node('Mul', [margin, row(builder, [2])]);
  const tensor = graph.end(builder.node('Sigmoid', [graph.refusing(logOdds)]), 'probability', 1);
  return {
    card: { task: 'binary', output: { tensor }, threshold: thresholdOf(stage) },
    algorithm: `gradient-boosted trees (${trees.length})`,
    classes: 2,
  };
}

/** DecisionTreeRegressor, RandomForestRegressor (the trees' mean) and GBTRegressor (their weighted sum). */
export async function regressionTrees(stage: SavedStage, graph: PipelineGraph): Promise<Prediction> {
  const { builder } = graph;
  const single = stage.kind === 'DecisionTreeRegressionModel';
  const trees = single ? await readTree(stage) : await readForest(stage);
  const features = await featuresOf(stage, graph, stage.numFeatures ?? Number.NaN);
  const boosted = stage.kind === 'GBTRegressionModel';
  const leafValue = (prediction: number, weight: number): number => (boosted ? prediction * weight : prediction);
  const split = coarseAndFine(trees, leafValue);
  const sums = treeEnsemble(graph, features, trees, 2, ({ prediction }, { weight }) =>
    split(leafValue(prediction, weight)),
  );
  // One product, not a sum and a quotient: ONNX Runtime fuses a factor with the MatMul before it, and rounds it to float32.
  const factor = boosted || single ? 1 : 1 / trees.length;
  const mean = builder.node('MatMul', [toDouble(builder, sums), matrixOf(builder, [[factor], [factor]])]);
  const tensor = graph.end(graph.refusing(mean), 'prediction', 1);
  const algorithm = single
    ? 'decision tree'
    : `${boosted ? 'gradient-boosted trees' : 'random forest'} (${trees.length})`;
  return { card: { task: 'regression', output: { tensor } }, algorithm };
}

/**
 * ONNX's tree operators give float32, too coarse for a delay in seconds or an amount of money. So each leaf is split in
 * two targets: a multiple of a step so coarse that float32 holds every sum of such exactly, and the rest.
 */
function coarseAndFine(
  trees: readonly Tree[],
  leafValue: (prediction: number, weight: number) => number,
): (value: number) => [number, number] {
  let largestSum = Number.MIN_VALUE;
  for (const { nodes, weight } of trees) {
    const values = nodes.map((node) => ('split' in node ? 0 : Math.abs(leafValue(node.prediction, weight))));
    largestSum += values.reduce((one, other) => Math.max(one, other));
  }
  const step = 2 ** (Math.ceil(Math.log2(largestSum)) - 22);
  return (value) => {
    const coarse = Math.round(value / step) * step;
    return [coarse, value - coarse];
  };
}
