import type { Ops } from './ops.js';
import type { SegmentCounts } from './segment-counts.js';

/** Values of the models that count, sorted: those that do not stand at the end. */
interface Sorted {
  readonly values: string;
  readonly order: string;
}

/** The middle of the models that count; of an even number the mean of the two in the middle. `of` takes the column. */
export function median(ops: Ops, counts: SegmentCounts, of: (value: string) => string = (value) => value): string {
  const { values } = sort(ops, counts, of);
  const size = counts.results.length;
  const [low, high] = counts.alwaysAll
    ? [ops.column(values, Math.floor((size - 1) / 2)), ops.column(values, Math.floor(size / 2))]
    : middles(ops, counts, values);
  return ops.node('Add', [ops.node('Mul', [ops.node('Add', [low, high]), ops.number(0.5)]), gap(ops, counts, of)]);
}

/** The first of the sorted values up to which half of the weight is reached. */
export function weightedMedian(ops: Ops, counts: SegmentCounts): string {
  const { values, order } = sort(ops, counts, (value) => value);
  const weights = ops.columns(counts.each(({ weight }) => ops.full(ops.number(weight)), 0));
  const sorted = ops.node('GatherElements', [weights, order], { axis: { int: 1 } });
  const reached = ops.node('CumSum', [sorted, ops.builder.constant('int64', [1], [])]);
  const half = ops.node('Mul', [ops.sumOfColumns(weights), ops.number(0.5)]);
  const enough = ops.toDouble(ops.node('GreaterOrEqual', [reached, half]));
  const first = ops.node('ArgMax', [enough], { axis: { int: 1 }, keepdims: { int: 1 } });
  const value = ops.node('GatherElements', [values, first], { axis: { int: 1 } });
  return ops.node('Add', [value, gap(ops, counts, (each) => each)]);
}

function sort(ops: Ops, counts: SegmentCounts, of: (value: string) => string): Sorted {
  const columns = ops.columns(counts.each(({ value }) => ops.full(of(value)), Number.POSITIVE_INFINITY));
  const size = ops.builder.constant('int64', [counts.results.length]);
  return ops.sorted(columns, size);
}

function middles(ops: Ops, counts: SegmentCounts, values: string): [string, string] {
  const count = counts.weights(() => 1);
  const at = (shift: number): string => {
    const half = ops.node('Floor', [ops.node('Mul', [ops.node('Add', [count, ops.number(shift)]), ops.number(0.5)])]);
    const index = ops.node('Cast', [ops.node('Max', [half, ops.number(0)])], { to: { int: 7 } });
    // One index for all rows would take the middle of the first row alone.
    return ops.node('GatherElements', [values, ops.full(index)], { axis: { int: 1 } });
  };
  // Where none counts, the first is infinity: see `gap`.
  return [at(-1), at(0)];
}

/** 0, or NaN where a model that counts predicts nothing, or none counts. */
function gap(ops: Ops, counts: SegmentCounts, of: (value: string) => string): string {
  const sum = ops.sum(counts.each(({ value }) => of(value), 0));
  const missing = ops.isMissing(sum);
  const none = counts.alwaysAll
    ? missing
    : ops.or(missing, ops.node('Equal', [counts.weights(() => 1), ops.number(0)]));
  return ops.where(none, ops.number(Number.NaN), ops.number(0));
}
