import { expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import type { BatchScorer } from '#shared/streams';
import { ScoredCounter } from './scored-counter.js';

it('counts the rows that got a score, by whichever version, and releases what it acquired', async () => {
  const versions = ['1', '2'].map(
    (version): BatchScorer<number> => ({
      name: 'model',
      version,
      score: (rows) =>
        Promise.resolve(
          rows.map((row) => (row < 0 ? new KitError('record-unscorable', 'negative') : { score: row, decision: null })),
        ),
    }),
  );
  const waiting = [...versions];
  const released: BatchScorer<number>[] = [];
  const counter = new ScoredCounter<number>({
    acquire: () => waiting.shift() as BatchScorer<number>,
    release: (model) => released.push(model),
  });
  const [one, two] = [counter.acquire(), counter.acquire()];
  expect(await one.score([1, -1, 3])).toEqual([{ score: 1, decision: null }, expect.any(KitError), expect.anything()]);
  await two.score([4]);
  expect([one.version, two.version, counter.scoredTotal]).toEqual(['1', '2', 3]);
  counter.release(two);
  counter.release(one);
  expect(released).toEqual(versions.toReversed());
});
