import { KitError } from '#shared/errors';
import type { BatchScorer, ScoredRow, Vote } from '#shared/streams';
import type { Model } from '../model.js';

type Labels = readonly string[] | undefined;

/** One decision in another model's words, by the labels' places: what one calls "late" the other may call "delayed". */
function decisionInWordsOf(others: Labels, own: Labels, decision: string | null): string | null {
  if (decision === null || own === undefined || others?.length !== own.length) return decision;
  return others[own.indexOf(decision)] ?? decision;
}

/**
 * What a challenger says of each row, in the champion's words; null where it cannot say. Whatever it throws concerns nobody
 * but itself: it stands beside records that have their score already.
 */
export async function votesOf(challenger: Model, labels: Labels, rows: readonly object[]): Promise<(Vote | null)[]> {
  const { name: modelName, version: modelVersion } = challenger;
  const scored = await challenger.score(rows).catch(() => []);
  return rows.map((_, index) => {
    const row = scored[index];
    if (row === undefined || row instanceof KitError) return null;
    const decision = decisionInWordsOf(labels, challenger.card.labels, row.decision);
    const vote = { score: row.score, decision, modelName, modelVersion };
    return row.reasons === undefined ? vote : { ...vote, reasons: row.reasons };
  });
}

/** The champion's rows, each with the challenger's vote. */
export function withVotes(
  scored: readonly (ScoredRow | KitError)[],
  votes: readonly (Vote | null)[],
): (ScoredRow | KitError)[] {
  return scored.map((row, index) => (row instanceof KitError ? row : { ...row, challenger: votes[index] ?? null }));
}

/** Two models as one, for where neither is ever exchanged: the champion's scores, each with the challenger's vote. */
export function championWithVotes(champion: Model, challenger: Model): BatchScorer<object> {
  return {
    name: champion.name,
    version: champion.version,
    score: async (rows) => {
      const voting = votesOf(challenger, champion.card.labels, rows);
      return withVotes(await champion.score(rows), await voting);
    },
  };
}
