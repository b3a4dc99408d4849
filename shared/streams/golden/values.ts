import { KitError } from '#shared/errors';
import type { Windowed } from '#shared/streams';

/** A value of a case: an integer, a text, or null, which is a real null. */
export type CaseValue = RowValue | null;

/** A value of a case that is not null, as tables hold them. */
export type RowValue = number | string;

/** A key of a case that is not null: a text, or what a windowed aggregate makes of one. */
export type CaseKey = string | Windowed<CaseKey>;

/** An integer is itself, null is 0, a text is its length in UTF-16 units, as Java counts. */
export function asInt(value: CaseValue): number {
  if (value === null) return 0;
  return typeof value === 'string' ? value.length : value;
}

/** Null is "null", an integer in decimal, a text itself, a windowed key `key@start/end`. */
export function asStr(value: CaseValue | CaseKey): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return `${asStr(value.key)}@${value.window.start}/${value.window.end}`;
}

/** The floored remainder: never negative. */
export function mod(dividend: number, divisor: number): number {
  return exact(((dividend % divisor) + divisor) % divisor);
}

/**
 * The integer itself, and 0 for -0, which Java's integers do not know.
 * @throws KitError 'internal' beyond 2^53, where a number would differ from Java's long unseen.
 */
export function exact(value: number): number {
  if (Number.isSafeInteger(value)) return value + 0;
  throw new KitError(
    'internal',
    `Computing a case's value: ${value} is not an integer from -2^53 to 2^53, the only ones that a number holds exactly.`,
  );
}
