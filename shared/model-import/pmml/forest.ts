import { childNamed, refusal, required } from './element.js';
import { labelsInOrder, type ModelSource, type OpenedModel } from './model.js';
import type { Prediction } from './prediction.js';
import { sharesOfVotes } from './segment-aggregates.js';
import type { Segmentation } from './segments.js';
import { TreeEnsemble } from './tree-ensemble.js';
import { distribution, growTree, type LeafWeights, noPrediction, scoreNumber, treeLabels } from './tree-model.js';
import type { Leaf } from './tree-nodes.js';
import type { XmlElement } from './xml.js';

/**
 * A MiningModel of trees that are always used and summed, averaged or counted, as one TreeEnsembleRegressor; undefined for
 * every other.
 */
export function forest(source: ModelSource, segmentation: Segmentation): Prediction | undefined {
  const { segments, missing, method } = segmentation;
  const plain = segments.every(
    ({ condition, model }) =>
      condition.name === 'True' && model.name === 'TreeModel' && childNamed(model, 'Targets') === undefined,
  );
  if (!plain || missing === 'skipSegment') return undefined;
  const { task } = source;
  const weights = segments.map(({ weight }) => (method.startsWith('weighted') ? weight : 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  switch (method) {
    case 'sum':
    case 'weightedSum':
      return task === 'regression' ? sumOfTrees(source, segmentation, weights) : undefined;
    case 'average':
    case 'weightedAverage': {
      const shares = weights.map((weight) => weight / total);
      return task === 'regression'
        ? sumOfTrees(source, segmentation, shares)
        : meanOfShares(source, segmentation, shares);
    }
    case 'majorityVote':
    case 'weightedMajorityVote':
      if (task !== 'classification' || missing !== 'continue' || segmentation.missingThreshold < 1) return undefined;
      return votes(source, segmentation, weights);
    default:
      return undefined;
  }
}

function sumOfTrees(source: ModelSource, { segments }: Segmentation, factors: readonly number[]): Prediction {
  const { ops } = source.scope.compilation;
  const ensemble = new TreeEnsemble(ops, 1);
  for (const [index, { model }] of segments.entries()) {
    const factor = factors[index] ?? 1;
    const weights: LeafWeights = (node) => [{ output: 0, weight: scoreNumber(node) * factor }];
    growTree(opened(source, model), ensemble, weights, noPrediction(1));
  }
  return { kind: 'regression', value: ensemble.write() };
}

function meanOfShares(source: ModelSource, { segments }: Segmentation, factors: readonly number[]): Prediction {
  const { ops } = source.scope.compilation;
  const labels = forestLabels(source, segments);
  const ensemble = new TreeEnsemble(ops, labels.length);
  for (const [index, { model }] of segments.entries()) {
    const factor = factors[index] ?? 1;
    const weights: LeafWeights = (node) =>
      distribution(node, labels).map((share, output) => ({ output, weight: share * factor }));
    growTree(opened(source, model), ensemble, weights, noPrediction(labels.length));
  }
  return { kind: 'classification', labels, probabilities: ensemble.write() };
}

/** Each tree votes for its score; a tree that predicts nothing for that, in a column of its own. */
function votes(source: ModelSource, { segments }: Segmentation, amounts: readonly number[]): Prediction {
  const { ops } = source.scope.compilation;
  const labels = forestLabels(source, segments);
  const ensemble = new TreeEnsemble(ops, labels.length + 1);
  let mayBeMissing = false;
  for (const [index, { model }] of segments.entries()) {
    const weight = amounts[index] ?? 1;
    const weights: LeafWeights = (node) => [{ output: labels.indexOf(required(node, 'score')), weight }];
    const nothing: Leaf = { weights: [{ output: labels.length, weight }] };
    growTree(opened(source, model), ensemble, weights, nothing);
    mayBeMissing ||= ensemble.leadsTo(nothing);
  }
  const sums = ensemble.write();
  const counted = ops.node('Gather', [sums, ops.builder.constant('int64', [...labels.keys()])], { axis: { int: 1 } });
  // Where each tree always votes, the shares are a sum over trees, which can be explained.
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  const probabilities = mayBeMissing
    ? sharesOfVotes(ops, counted, ops.column(sums, labels.length))
    : ops.node('Mul', [counted, ops.number(1 / total)]);
  return { kind: 'classification', labels, probabilities };
}

function forestLabels(source: ModelSource, segments: Segmentation['segments']): readonly string[] {
  return labelsInOrder(
    source,
    segments.flatMap(({ model }) => treeLabels(model)),
  );
}

function opened(source: ModelSource, model: XmlElement): OpenedModel {
  const inner = source.open(model);
  if (inner.task === source.task) return inner;
  throw refusal(model, `it is a ${inner.task} inside a ${source.task}.`);
}
