import type { RowsOfOutput } from '../graph-outputs.js';
import type { Column } from './graph-view.js';
import type { Check } from './score-form.js';

/** Of the numbers that were added: ten times what float32 loses over some hundred trees. */
const TOLERANCE = 1e-4;
/** Of a probability, which is float32. */
const PROBABILITY_TOLERANCE = 1e-5;

/** The sum of bias and contributions of a row, and of their sizes. */
export interface Sum {
  readonly row: number;
  readonly total: number;
  readonly size: number;
}

/**
 * Compares a sum with what the graph gave for the row. `others` gives the sums that a softmax takes the form among.
 * Where the graph gave no number there is nothing to compare, and nothing to explain.
 */
export function checksOut(
  check: Check,
  { row, total, size }: Sum,
  outputs: ReadonlyMap<string, RowsOfOutput>,
  others: () => readonly number[],
): boolean {
  const tolerance = TOLERANCE * size;
  const at = ({ value, column }: Column): number => outputs.get(value)?.numbers(row)?.[column] ?? Number.NaN;
  if (check.kind === 'sum') {
    const given = check.columns.reduce((sum, column) => sum + column.coefficient * at(column), 0);
    return Math.abs(given - total) <= tolerance;
  }
  const probability = at(check.column);
  const sum = check.direction * total;
  const rivals = check.kind === 'logistic' ? [0] : others();
  const expected = 1 / (1 + rivals.reduce((ratio, rival) => ratio + Math.exp(rival - sum), 0));
  return Math.abs(probability - expected) <= PROBABILITY_TOLERANCE + tolerance;
}
