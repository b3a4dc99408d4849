import { KitError } from '#shared/errors';
import type { ScoredRow } from '#shared/streams';
import type { ModelCard } from './model-card.js';

/**
 * Reads score and decision from one row of the output tensor, as the card's task says: binary gives the probability of the
 * second label, multiclass without a column the winner's, regression and anomaly the value itself.
 */
export function decide(card: ModelCard, row: Float32Array | Float64Array): ScoredRow | KitError {
  if (card.task === 'multiclass' && card.output.column === undefined) return winner(card, row);
  const score = row[card.output.column ?? row.length - 1];
  if (score === undefined || Number.isNaN(score)) {
    return new KitError(
      'record-unscorable',
      `The model ${card.name} gave no number in its output "${card.output.tensor}".`,
    );
  }
  if (card.task === 'regression' && card.threshold === undefined) return { score, decision: null };
  const labels = card.labels ?? ['0', '1'];
  return { score, decision: labels[score >= (card.threshold ?? 0.5) ? 1 : 0] ?? null };
}

function winner(card: ModelCard, row: Float32Array | Float64Array): ScoredRow {
  const score = Math.max(...row);
  const index = row.indexOf(score);
  return { score, decision: card.labels?.[index] ?? String(index) };
}
