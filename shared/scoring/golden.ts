import { z } from 'zod';
import { KitError } from '#shared/errors';
import type { BatchScorer } from '#shared/streams';
import { firstIssue } from './first-issue.js';

const row = z.object({ input: z.record(z.string(), z.unknown()), score: z.number() });

const golden = z.object({
  madeBy: z.string().default('the training tool'),
  tolerance: z.number().positive().default(1e-5),
  rows: z.array(row).min(1),
});

/** A row with the score that the training tool gave it. */
export type GoldenRow = z.infer<typeof row>;

/** The golden rows of a model folder, with how far a score may be off. */
export type Golden = z.infer<typeof golden>;

/**
 * Scores the golden rows and compares with the scores that the training tool gave.
 * @throws KitError 'model-golden-mismatch' naming the row that is furthest off.
 */
export async function checkGolden(
  model: BatchScorer<object>,
  { madeBy, tolerance, rows }: Golden,
  file: string,
): Promise<void> {
  const results = await model.score(rows.map(({ input }) => input));
  let furthest = { row: -1, distance: tolerance, found: '' };
  results.forEach((result, index) => {
    const expected = rows[index]?.score ?? Number.NaN;
    const distance = result instanceof KitError ? Number.POSITIVE_INFINITY : Math.abs(result.score - expected);
    if (!(distance <= furthest.distance)) {
      const found = result instanceof KitError ? result.message : `the score ${result.score}`;
      furthest = { row: index + 1, distance, found: `${found} where ${madeBy} gave ${expected}` };
    }
  });
  if (furthest.row >= 0) {
    throw new KitError(
      'model-golden-mismatch',
      `The model ${model.name} does not score as it was trained: row ${furthest.row} of ${file} gives ${furthest.found} (the tolerance is ${tolerance}, whatever the size of the score).`,
    );
  }
}

/**
 * Reads a file of golden rows.
 * @throws KitError 'model-invalid' where it is none.
 */
export function parseGolden(text: string, file: string): Golden {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw KitError.from(error, 'model-invalid', `The golden rows ${file} cannot be read: they are not JSON`);
  }
  const parsed = golden.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new KitError('model-invalid', `The golden rows ${file} cannot be read: ${firstIssue(parsed.error)}.`);
}
