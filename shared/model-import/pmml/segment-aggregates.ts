import { refusal } from './element.js';
import type { Ops } from './ops.js';
import { type Classification, winnerOf } from './prediction.js';
import type { Method, Segmentation } from './segments.js';

/** What one model of several gives. */
export interface SegmentResult {
  /** Doubles of shape [N, columns], NaN where it predicts nothing. */
  readonly value: string;
  /** Where the model counts at all; undefined where it always does. */
  readonly active: string | undefined;
  readonly weight: number;
}

const isWeighted = (method: Method): boolean => method.startsWith('weighted');

/** One number of several. */
export function aggregateNumbers(ops: Ops, segmentation: Segmentation, results: readonly SegmentResult[]): string {
  const { method, element } = segmentation;
  switch (method) {
    case 'selectFirst':
      return selectFirst(ops, results);
    case 'sum':
    case 'weightedSum':
    case 'average':
    case 'weightedAverage':
      return weighted(ops, segmentation, results, method);
    case 'median':
      return median(
        ops,
        allActive(segmentation, results).map(({ value }) => value),
      );
    case 'max': {
      const columns = ops.columns(allActive(segmentation, results).map(({ value }) => value));
      return ops.node('Add', [ops.maxOfColumns(columns), missingIfAny(ops, columns)]);
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
  switch (method) {
    case 'selectFirst': {
      const thresholds = new Set(results.map(({ classification }) => classification.threshold));
      const [threshold] = thresholds;
      if (thresholds.size > 1)
        throw refusal(element, 'its models decide at different probabilities; this is not understood.');
      return { probabilities: selectFirst(ops, results), ...(threshold === undefined ? {} : { threshold }) };
    }
    case 'average':
    case 'weightedAverage':
      return { probabilities: weighted(ops, segmentation, results, method) };
    case 'majorityVote':
    case 'weightedMajorityVote':
      return { probabilities: vote(ops, segmentation, results) };
    case 'max':
      return {
        probabilities: mostCertain(
          ops,
          allActive(segmentation, results).map(({ value }) => value),
        ),
      };
    default:
      throw refusal(element, `multipleModelMethod="${method}" is not understood for a classification.`);
  }
}

/** Votes as shares; the missing vote wins where it has more than each of the others. */
export function sharesOfVotes(ops: Ops, votes: string, missing: string): string {
  const shares = ops.node('Div', [votes, ops.sumOfColumns(votes)]);
  return ops.where(ops.node('Greater', [missing, ops.maxOfColumns(votes)]), ops.number(Number.NaN), shares);
}

function selectFirst(ops: Ops, results: readonly SegmentResult[]): string {
  return results.reduceRight(
    (otherwise, { value, active }) => (active === undefined ? value : ops.where(active, value, otherwise)),
    ops.number(Number.NaN),
  );
}

function weighted(ops: Ops, segmentation: Segmentation, results: readonly SegmentResult[], method: Method): string {
  const total = results.reduce((sum, { weight }) => sum + weight, 0);
  const counted = results.map((result) => count(ops, segmentation, result));
  const weightOf = ({ weight }: SegmentResult): number => (isWeighted(method) ? weight : 1);
  const sum = ops.sum(
    counted.map(({ value, active }, index) => {
      const weight = weightOf(results[index] ?? { value, active, weight: 1 });
      const term = weight === 1 ? value : ops.node('Mul', [value, ops.number(weight)]);
      return active === undefined ? term : ops.where(active, term, ops.number(0));
    }),
  );
  const always = counted.every(({ active }) => active === undefined);
  const isSum = method === 'sum' || method === 'weightedSum';
  if (always) {
    const divisor = results.reduce((all, result) => all + weightOf(result), 0);
    return isSum ? sum : ops.node('Div', [sum, ops.number(divisor)]);
  }
  const present = (weight: (result: SegmentResult) => number): string =>
    ops.sum(
      counted.map(({ active }, index) => {
        const amount = ops.number(weight(results[index] ?? { value: '', active, weight: 1 }));
        return active === undefined ? amount : ops.where(active, amount, ops.number(0));
      }),
    );
  const divided = isSum ? sum : ops.node('Div', [sum, present(weightOf)]);
  const none = ops.node('Equal', [present(() => 1), ops.number(0)]);
  const result = ops.where(none, ops.number(Number.NaN), divided);
  if (segmentation.missing !== 'skipSegment' || segmentation.missingThreshold >= 1) return result;
  if (results.some(({ active }) => active !== undefined)) {
    throw refusal(segmentation.element, 'a missingThreshold with segments that are not always used is not understood.');
  }
  const share = ops.node('Div', [present(({ weight }) => weight), ops.number(total)]);
  const enough = ops.node('GreaterOrEqual', [share, ops.number(1 - segmentation.missingThreshold)]);
  return ops.where(enough, result, ops.number(Number.NaN));
}

/** Where a model counts: not where it predicts nothing and is skipped then. */
function count(ops: Ops, { missing }: Segmentation, { value, active }: SegmentResult): SegmentResult {
  if (missing !== 'skipSegment') return { value, active, weight: 1 };
  const present = ops.not(ops.isMissing(ops.column(value, 0)));
  return { value, active: active === undefined ? present : ops.and(active, present), weight: 1 };
}

function vote(
  ops: Ops,
  segmentation: Segmentation,
  results: readonly (SegmentResult & { readonly classification: Classification })[],
): string {
  if (segmentation.missingThreshold < 1) {
    throw refusal(segmentation.element, 'a missingThreshold with votes is not understood.');
  }
  const votes: string[] = [];
  const missing: string[] = [];
  for (const { classification, active, weight, value } of results) {
    const amount = ops.number(isWeighted(segmentation.method) ? weight : 1);
    const none = ops.isMissing(ops.column(value, 0));
    const indices = classification.labels.map((_, index) => index);
    const mine = ops.node('Equal', [
      winnerOf(ops, classification),
      ops.builder.constant('int64', indices, [1, indices.length]),
    ]);
    const counts = active === undefined ? ops.not(none) : ops.and(active, ops.not(none));
    votes.push(ops.where(ops.and(mine, counts), amount, ops.number(0)));
    missing.push(ops.where(active === undefined ? none : ops.and(active, none), amount, ops.number(0)));
  }
  const shares = sharesOfVotes(
    ops,
    ops.sum(votes),
    ops.sum(segmentation.missing === 'skipSegment' ? [ops.number(0)] : missing),
  );
  if (segmentation.missing !== 'returnMissing') return shares;
  return ops.where(ops.node('Greater', [ops.sum(missing), ops.number(0)]), ops.number(Number.NaN), shares);
}

/** The middle of several columns; of an even number the mean of the two in the middle. */
function median(ops: Ops, values: readonly string[]): string {
  const columns = ops.columns(values);
  const count = values.length;
  const sorted = `sorted_${columns}`;
  ops.builder.nodes(
    'TopK',
    [columns, ops.builder.constant('int64', [count])],
    { axis: { int: 1 } },
    {
      outputs: [sorted, `order_${columns}`],
    },
  );
  const low = ops.column(sorted, Math.floor((count - 1) / 2));
  const high = ops.column(sorted, Math.ceil((count - 1) / 2));
  const middle = ops.node('Mul', [ops.node('Add', [low, high]), ops.number(0.5)]);
  return ops.node('Add', [middle, missingIfAny(ops, columns)]);
}

/** The mean of those models that give the greatest probability there is. */
function mostCertain(ops: Ops, matrices: readonly string[]): string {
  const [first, ...rest] = matrices;
  const greatest = rest.length === 0 ? (first ?? '') : ops.node('Max', [...matrices]);
  const winner = ops.node('ArgMax', [greatest], { axis: { int: 1 }, keepdims: { int: 1 } });
  const most = ops.maxOfColumns(greatest);
  const chosen = matrices.map((matrix) => {
    const own = ops.node('GatherElements', [matrix, winner], { axis: { int: 1 } });
    return ops.where(ops.node('Equal', [own, most]), ops.number(1), ops.number(0));
  });
  const sum = ops.sum(matrices.map((matrix, index) => ops.node('Mul', [matrix, chosen[index] ?? ''])));
  return ops.node('Div', [sum, ops.sum(chosen)]);
}

/** 0, or NaN where one of several columns is NaN: what ONNX makes of NaN in a maximum is not defined. */
function missingIfAny(ops: Ops, columns: string): string {
  const any = ops.isMissing(ops.sumOfColumns(columns));
  return ops.where(any, ops.number(Number.NaN), ops.number(0));
}

function allActive<Result extends SegmentResult>(
  { element, missing, method }: Segmentation,
  results: readonly Result[],
): readonly Result[] {
  if (missing === 'skipSegment' || results.some(({ active }) => active !== undefined)) {
    throw refusal(element, `multipleModelMethod="${method}" with segments that do not always count is not understood.`);
  }
  return results;
}
