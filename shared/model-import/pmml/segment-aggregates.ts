import { refusal } from './element.js';
import type { Ops } from './ops.js';
import { type Classification, winnerOf } from './prediction.js';
import { SegmentCounts, type SegmentResult } from './segment-counts.js';
import { median, weightedMedian } from './segment-medians.js';
import type { Method, Segmentation } from './segments.js';

const SAME = 1e-7;

/** One number of several. */
export function aggregateNumbers(ops: Ops, segmentation: Segmentation, results: readonly SegmentResult[]): string {
  const { method, element } = segmentation;
  const counts = new SegmentCounts(ops, segmentation, results);
  switch (method) {
    case 'selectFirst':
      return selectFirst(ops, counts);
    case 'sum':
    case 'weightedSum':
    case 'average':
    case 'weightedAverage':
      return weighted(ops, counts, method);
    case 'median':
      return counts.checked(median(ops, counts));
    case 'weightedMedian':
      return counts.checked(weightedMedian(ops, counts));
    case 'max': {
      const columns = ops.columns(counts.each(({ value }) => value, Number.NEGATIVE_INFINITY));
      return counts.checked(ops.node('Add', [ops.maxOfColumns(columns), missingIfAny(ops, columns)]));
    }
    default:
      throw refusal(element, `multipleModelMethod="${method}" is not understood for a regression.`);
  }
}

/** Probabilities out of those of several. */
export function aggregateClasses(
  ops: Ops,
  segmentation: Segmentation,
  results: readonly (SegmentResult & { readonly classification: Classification })[],
): Pick<Classification, 'probabilities' | 'threshold'> {
  const { method, element } = segmentation;
  const counts = new SegmentCounts(ops, segmentation, results);
  switch (method) {
    case 'selectFirst': {
      const thresholds = new Set(results.map(({ classification }) => classification.threshold));
      const [threshold] = thresholds;
      if (thresholds.size > 1) {
        throw refusal(element, 'its models decide at different probabilities; this is not understood.');
      }
      return { probabilities: selectFirst(ops, counts), ...(threshold === undefined ? {} : { threshold }) };
    }
    case 'average':
    case 'weightedAverage':
      return { probabilities: weighted(ops, counts, method) };
    case 'majorityVote':
    case 'weightedMajorityVote':
      return { probabilities: vote(ops, segmentation, results) };
    case 'median':
      // Of two in the middle, which are equally near to their mean, rounding decides.
      if (!counts.alwaysAll || results.length % 2 === 0) {
        throw refusal(element, 'multipleModelMethod="median" of classes needs an odd number of models that all count.');
      }
      return { probabilities: counts.checked(mostTelling(ops, counts, method, labelsOf(results))) };
    case 'max':
      return { probabilities: counts.checked(mostTelling(ops, counts, method, labelsOf(results))) };
    default:
      throw refusal(element, `multipleModelMethod="${method}" is not understood for a classification.`);
  }
}

/** Votes as shares; the missing vote wins where it has more than each of the others. */
export function sharesOfVotes(ops: Ops, votes: string, missing: string): string {
  const shares = ops.node('Div', [votes, ops.sumOfColumns(votes)]);
  return ops.nanWhere(ops.node('Greater', [missing, ops.maxOfColumns(votes)]), shares);
}

function selectFirst(ops: Ops, { results, counts }: SegmentCounts): string {
  return results.reduceRight((otherwise, { value }, index) => {
    const here = counts[index];
    return here === undefined ? value : ops.where(here, value, otherwise);
  }, ops.number(Number.NaN));
}

function weighted(ops: Ops, counts: SegmentCounts, method: Method): string {
  const weightOf = ({ weight }: SegmentResult): number => (method.startsWith('weighted') ? weight : 1);
  const terms = counts.each((result) => {
    const weight = weightOf(result);
    return weight === 1 ? result.value : ops.node('Mul', [result.value, ops.number(weight)]);
  }, 0);
  const sum = ops.sum(terms);
  if (method === 'sum' || method === 'weightedSum') return counts.checked(sum);
  const divisor = counts.alwaysAll
    ? ops.number(counts.results.reduce((total, result) => total + weightOf(result), 0))
    : counts.weights(weightOf);
  return counts.checked(ops.node('Div', [sum, divisor]));
}

function vote(
  ops: Ops,
  segmentation: Segmentation,
  results: readonly (SegmentResult & { readonly classification: Classification })[],
): string {
  const isWeighted = segmentation.method === 'weightedMajorityVote';
  const votes: string[] = [];
  const missing: string[] = [];
  for (const { classification, active, weight, value } of results) {
    const amount = ops.number(isWeighted ? weight : 1);
    const none = ops.isMissing(ops.column(value, 0));
    const indices = classification.labels.map((_, index) => index);
    const winner = winnerOf(ops, classification);
    const mine = ops.node('Equal', [winner, ops.builder.constant('int64', indices, [1, indices.length])]);
    const counts = active === undefined ? ops.not(none) : ops.and(active, ops.not(none));
    votes.push(ops.where(ops.and(mine, counts), amount, ops.number(0)));
    missing.push(ops.where(active === undefined ? none : ops.and(active, none), amount, ops.number(0)));
  }
  const skips = segmentation.missing === 'skipSegment';
  const shares = sharesOfVotes(ops, ops.sum(votes), skips ? ops.number(0) : ops.sum(missing));
  return new SegmentCounts(ops, segmentation, results).checked(shares);
}

/**
 * The mean of the models that tell most: of the class with the greatest maximum (or median) of probabilities, those whose
 * probability is that, or is nearest to it.
 */
function mostTelling(ops: Ops, counts: SegmentCounts, method: 'max' | 'median', classes: number): string {
  const { results } = counts;
  const values = results.map(({ value }) => value);
  const perClass =
    method === 'max'
      ? ops.node(
          'Max',
          counts.each(({ value }) => value, -1),
        )
      : medianPerClass(ops, counts, classes);
  const winner = ops.node('ArgMax', [perClass], { axis: { int: 1 }, keepdims: { int: 1 } });
  const most = ops.maxOfColumns(perClass);
  const infinity = Number.POSITIVE_INFINITY;
  const distances = counts.each(({ value }) => {
    const own = ops.node('GatherElements', [value, winner], { axis: { int: 1 } });
    return ops.node('Abs', [ops.node('Sub', [own, most])]);
  }, infinity);
  // Trees give float32: what is as near but for that is as near.
  const least = ops.node('Add', [ops.node('Min', distances), ops.number(SAME)]);
  const chosen = distances.map((distance) =>
    ops.where(ops.node('LessOrEqual', [distance, least]), ops.number(1), ops.number(0)),
  );
  const sum = ops.sum(
    values.map((value, index) => {
      const own = chosen[index] ?? '';
      return ops.where(ops.node('Greater', [own, ops.number(0)]), value, ops.number(0));
    }),
  );
  const mean = ops.node('Div', [sum, ops.sum(chosen)]);
  return ops.node('Add', [mean, missingIfAny(ops, ops.columns(counts.each(({ value }) => ops.column(value, 0), 0)))]);
}

function labelsOf(results: readonly { readonly classification: Classification }[]): number {
  return results[0]?.classification.labels.length ?? 0;
}

function medianPerClass(ops: Ops, counts: SegmentCounts, classes: number): string {
  return ops.columns(
    Array.from({ length: classes }, (_, index) => median(ops, counts, (value) => ops.column(value, index))),
  );
}

/** 0, or NaN where one of several columns is NaN: what ONNX makes of NaN in a maximum is not defined. */
function missingIfAny(ops: Ops, columns: string): string {
  const missing = ops.maxOfColumns(ops.toDouble(ops.isMissing(columns)));
  return ops.nanWhere(ops.node('Greater', [missing, ops.number(0)]), ops.number(0));
}
