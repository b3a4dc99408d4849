import type { Ops } from './ops.js';

export const COMPARE_FUNCTIONS = ['absDiff', 'gaussSim', 'delta', 'equal'] as const;

/** How a field's value is compared with a center's, and how much that counts. */
export interface Comparison {
  readonly compare: (typeof COMPARE_FUNCTIONS)[number];
  readonly weight: number;
  /** Of gaussSim: the difference at which the similarity is ½. */
  readonly scale: number;
}

/** How comparisons become one distance: (Σ weight · c^power)^(1/power), the root only where `root`, or their maximum. */
export interface Aggregation {
  readonly combine: 'sum' | 'max';
  readonly power: number;
  readonly root: boolean;
}

/** Records and centers to compare. */
export interface Distances {
  /** [N, fields] */
  readonly values: string;
  /** Of each cluster, its coordinates. */
  readonly centers: readonly (readonly number[])[];
  /** Of each field. */
  readonly comparisons: readonly Comparison[];
  /** Of each field: by their share that is there, distances are scaled up. */
  readonly missingWeights: readonly number[];
  readonly aggregation: Aggregation;
}

/** Distances of records to centers, as [N, clusters]; NaN where all fields are missing. */
export function distancesTo(
  ops: Ops,
  { values, centers, comparisons, missingWeights, aggregation }: Distances,
): string {
  const { combine, power, root } = aggregation;
  const fields = comparisons.length;
  const last = ops.builder.constant('int64', [2]);
  // [N, 1, fields] against [1, clusters, fields]
  const x = ops.node('Unsqueeze', [values, ops.builder.constant('int64', [1])]);
  const coordinates = ops.builder.constant('double', centers.flat(), [1, centers.length, fields]);
  const along = (numbers: readonly number[]): string => ops.builder.constant('double', numbers, [1, 1, fields]);
  const missing = ops.isMissing(x);
  const differences = ops.node('Abs', [ops.node('Sub', [x, coordinates])]);
  const compared = compare(ops, differences, comparisons);
  const raised = power === 1 ? compared : ops.node('Pow', [compared, ops.number(power)]);
  const weighed = ops.node('Mul', [raised, along(comparisons.map(({ weight }) => weight))]);
  const present = ops.where(missing, ops.number(0), weighed);
  const combined =
    combine === 'sum'
      ? ops.node('ReduceSum', [present, last], { keepdims: { int: 0 } })
      : ops.node('ReduceMax', [present], { axes: { ints: [2] }, keepdims: { int: 0 } });
  const there = ops.node('ReduceSum', [ops.where(missing, ops.number(0), along(missingWeights)), last], {
    keepdims: { int: 0 },
  });
  const all = missingWeights.reduce((sum, weight) => sum + weight, 0);
  const adjusted = ops.node('Mul', [combined, ops.node('Div', [ops.number(all), there])]);
  if (!root) return adjusted;
  return power === 2 ? ops.node('Sqrt', [adjusted]) : ops.node('Pow', [adjusted, ops.number(1 / power)]);
}

/** Each field by its own function: a constant mask picks the fields of each. */
function compare(ops: Ops, differences: string, comparisons: readonly Comparison[]): string {
  const used = COMPARE_FUNCTIONS.filter((name) => comparisons.some((each) => each.compare === name));
  const [first, ...rest] = used.map((name) => ({ name, tensor: compareBy(ops, name, differences, comparisons) }));
  return rest.reduce((otherwise, { name, tensor }) => {
    const mask = comparisons.map((each) => (each.compare === name ? 1 : 0));
    return ops.where(ops.builder.constant('bool', mask, [1, 1, mask.length]), tensor, otherwise);
  }, first?.tensor ?? differences);
}

function compareBy(
  ops: Ops,
  name: Comparison['compare'],
  differences: string,
  comparisons: readonly Comparison[],
): string {
  if (name === 'absDiff') return differences;
  if (name === 'gaussSim') {
    const factors = comparisons.map(({ scale }) => -Math.LN2 / (scale * scale));
    const factor = ops.builder.constant('double', factors, [1, 1, factors.length]);
    return ops.node('Exp', [ops.node('Mul', [ops.node('Mul', [differences, differences]), factor])]);
  }
  const same = ops.node('Equal', [differences, ops.number(0)]);
  return name === 'equal'
    ? ops.where(same, ops.number(1), ops.number(0))
    : ops.where(same, ops.number(0), ops.number(1));
}
