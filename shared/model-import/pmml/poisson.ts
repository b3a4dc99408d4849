import type { Ops } from './ops.js';

/** Up to here the factorials are a table; beyond, the series below is as exact as a double. */
const TABLE = 16;

/** The logarithm of the probability of a count, cut to a whole number, under a Poisson distribution; -∞ below 0. */
export function poissonLogProbability(ops: Ops, x: string, mean: number): string {
  const count = ops.node('Floor', [x]);
  const power = ops.node('Sub', [ops.node('Mul', [count, ops.number(Math.log(mean))]), ops.number(mean)]);
  const log = ops.node('Sub', [power, logFactorial(ops, count)]);
  return ops.where(ops.node('Less', [x, ops.number(0)]), ops.number(Number.NEGATIVE_INFINITY), log);
}

function logFactorial(ops: Ops, n: string): string {
  const table = [0];
  for (let k = 1; k < TABLE; k += 1) table.push((table[k - 1] ?? 0) + Math.log(k));
  const isSmall = ops.node('Less', [n, ops.number(TABLE)]);
  const isTabled = ops.and(isSmall, ops.node('GreaterOrEqual', [n, ops.number(0)]));
  const index = ops.node('Cast', [ops.where(isTabled, n, ops.number(0))], { to: { int: 7 } });
  const small = ops.node('Gather', [ops.builder.constant('double', table), index], { axis: { int: 0 } });
  return ops.where(isSmall, small, stirling(ops, ops.node('Max', [n, ops.number(TABLE)])));
}

/** Stirling's series of ln n! to 1/n⁷. */
function stirling(ops: Ops, n: string): string {
  const inverse = ops.node('Div', [ops.number(1), n]);
  const square = ops.node('Mul', [inverse, inverse]);
  const series = [-1 / 1680, 1 / 1260, -1 / 360].reduce(
    (sum, coefficient) => ops.node('Add', [ops.node('Mul', [sum, square]), ops.number(coefficient)]),
    ops.number(0),
  );
  const correction = ops.node('Mul', [
    ops.node('Add', [ops.node('Mul', [series, square]), ops.number(1 / 12)]),
    inverse,
  ]);
  const main = ops.node('Mul', [ops.node('Add', [n, ops.number(0.5)]), ops.node('Log', [n])]);
  const constant = ops.number(0.5 * Math.log(2 * Math.PI));
  return ops.sum([main, ops.node('Neg', [n]), constant, correction]);
}
