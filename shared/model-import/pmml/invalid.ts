import type { Names } from './compilation.js';
import type { Ops } from './ops.js';
import { isMissing, type Value } from './values.js';

/** Functions that are undefined for some numbers. */
const PARTIAL = new Set(['/', 'modulo', 'pow', 'ln', 'ln1p', 'log10', 'sqrt', 'asin', 'acos']);

/**
 * The result of a function, which is invalid where its arguments are, and where it is itself undefined if that `counts`.
 * A text cannot say so: its row has no score at once.
 */
export function withInvalid(
  { compilation }: Names,
  called: string,
  result: Value,
  values: readonly Value[],
  counts: boolean,
): Value {
  const { ops } = compilation;
  const own = counts && PARTIAL.has(called) && !isHarmless(called, values) ? undefinedWhere(ops, result, values) : [];
  const passedOn = called === 'if' ? invalidBranch(ops, values) : invalidOf(values);
  const all = [...new Set([...invalidOf([result]), ...own, ...passedOn])];
  if (all.length === 0) return result;
  const invalid = ops.or(...all);
  if (result.kind !== 'text') return { ...result, invalid };
  compilation.invalid.add(invalid);
  return result;
}

/** A value that is invalid where another is, whose missing values it replaces. */
export function keep(other: Value, value: Value): Value {
  return other.kind === 'text' || value.kind === 'text' ? value : { ...value, invalid: other.invalid };
}

/** Division by a constant that is not 0, and powers whose exponent is a constant natural number, are always defined. */
function isHarmless(called: string, [, second]: readonly Value[]): boolean {
  if (second?.kind !== 'number' || second.spelled === undefined) return false;
  const constant = Number(second.spelled);
  return called === 'pow' ? Number.isInteger(constant) && constant >= 0 : constant !== 0;
}

/** Where the arguments of a function are there, and it gives no number. */
function undefinedWhere(ops: Ops, result: Value, values: readonly Value[]): string[] {
  if (result.kind !== 'number') return [];
  const missing = values.filter(({ mayBeMissing }) => mayBeMissing).map((value) => isMissing(ops, value));
  const none = ops.isMissing(result.tensor);
  return [missing.length === 0 ? none : ops.and(none, ops.not(ops.or(...missing)))];
}

const invalidOf = (values: readonly (Value | undefined)[]): string[] =>
  values.flatMap((value) => (value === undefined || value.kind === 'text' ? [] : (value.invalid ?? [])));

/** Of an "if", the condition and the branch that is taken. */
function invalidBranch(ops: Ops, [condition, then, otherwise]: readonly Value[]): string[] {
  if (condition?.kind !== 'boolean') return invalidOf([condition, then, otherwise]);
  return [
    ...invalidOf([condition]),
    ...invalidOf([then]).map((invalid) => ops.and(condition.isTrue, invalid)),
    ...invalidOf([otherwise]).map((invalid) => ops.and(condition.isFalse, invalid)),
  ];
}
