import { KitError } from '#shared/errors';
import type { ScoredRow } from '#shared/streams';
import type { ModelCard } from './model-card.js';

type Values = Float32Array | Float64Array;

/**
 * Reads score and decision from one row of the output tensor, its `width` values from `from` on, as the card's task says: binary gives the probability of the
 * second label, multiclass without a column the winner's, clustering the distance to the nearest cluster, regression and
 * anomaly the value itself.
 */
export function decide(card: ModelCard, values: Values, from: number, width: number): ScoredRow | KitError {
  const { task, output } = card;
  if (output.column === undefined && (task === 'multiclass' || task === 'clustering')) {
    const row = values.subarray(from, from + width);
    return chosen(card, row, extreme(row, task === 'multiclass' ? Math.max : Math.min));
  }
  if (output.column === undefined && (width > 2 || (width === 2 && task !== 'binary'))) {
    return new KitError(
      'record-unscorable',
      `The output "${output.tensor}" of ${card.name} gives ${width} columns; the card must say which is the score, as in "output": { "tensor": "${output.tensor}", "column": 0 }.`,
    );
  }
  const column = output.column ?? width - 1;
  const score = column >= 0 && column < width ? values[from + column] : undefined;
  if (score === undefined || Number.isNaN(score)) return noNumber(card);
  if (task === 'regression' && card.threshold === undefined) return { score, decision: null };
  const labels = card.labels ?? ['0', '1'];
  return { score, decision: labels[score >= (card.threshold ?? 0.5) ? 1 : 0] ?? null };
}

/** The greatest or the least value; NaN where one is NaN. */
function extreme(row: Values, of: (a: number, b: number) => number): number {
  let found = row[0] ?? Number.NaN;
  for (const value of row) found = of(found, value);
  return found;
}

/** The label of the column that has the score; the first of several. */
function chosen(card: ModelCard, row: Values, score: number): ScoredRow | KitError {
  if (row.length === 0 || Number.isNaN(score)) return noNumber(card);
  const index = row.indexOf(score);
  return { score, decision: card.labels?.[index] ?? String(index) };
}

function noNumber({ name, output }: ModelCard): KitError {
  return new KitError('record-unscorable', `The model ${name} gave no number in its output "${output.tensor}".`);
}
