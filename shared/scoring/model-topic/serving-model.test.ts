import { describe, expect, it, vi } from 'vitest';
import type { BatchScorer } from '#shared/streams';
import { loadModelFiles, type Model } from '../index.js';
import { plusModel } from '../test-models.js';
import { ServingModel } from './serving-model.js';

/** Models that add such numbers, and which of them are closed. */
async function loaded<N extends number[]>(...pluses: N) {
  const closed: number[] = [];
  const models = await Promise.all(
    pluses.map(async (plus) => {
      const model = await loadModelFiles(plusModel(plus), `plus ${plus}`);
      const close = model.close.bind(model);
      vi.spyOn(model, 'close').mockImplementation(async () => {
        closed.push(plus);
        await close();
      });
      return model;
    }),
  );
  return { models: models as { [I in keyof N]: Model }, closed };
}

const row = { x: 1 };
const score = async (scorer: BatchScorer<object>) => (await scorer.score([row]))[0];

describe('what serves', () => {
  it('goes on for those who have it until all of them release it, and is closed then, once', async () => {
    const { models, closed } = await loaded(1, 2);
    const serving = new ServingModel(models[0], undefined);
    const [first, second] = [serving.acquire(), serving.acquire()];
    serving.exchange(models[1], 5);
    const third = serving.acquire();
    expect([first, second, third].map(({ version }) => version)).toEqual(['1', '1', '2']);
    serving.release(first);
    expect(await score(second)).toMatchObject({ score: 2 });
    expect(await score(third)).toMatchObject({ score: 3 });
    expect(closed).toEqual([]);
    serving.release(second);
    expect(closed).toEqual([1]);
    serving.release(third);
    expect(closed).toEqual([1]);
    expect(await score(serving.acquire())).toMatchObject({ score: 3 });
    await serving.close();
    expect(closed).toEqual([1, 2]);
  });

  it('is closed at once where nobody has it', async () => {
    const { models, closed } = await loaded(1, 2, 3);
    const serving = new ServingModel(models[0], undefined);
    serving.exchange(models[1], 5);
    serving.exchange(models[2], 6);
    expect(closed).toEqual([1, 2]);
    expect(serving.publishedAt).toBe(6);
    serving.republished(7);
    expect(serving).toMatchObject({ publishedAt: 7, current: { version: '3' } });
    await serving.close();
  });

  it('is compared from zero after an exchange, with what serves then', async () => {
    const { models, closed } = await loaded(1, 2, 4);
    const serving = new ServingModel(models[0], undefined);
    serving.challenge(models[2]);
    expect(await score(serving.acquire())).toMatchObject({ score: 2 });
    await vi.waitUntil(() => serving.comparison?.compared === 1);
    expect(serving.comparison?.meanDifference).toBe(3);
    serving.exchange(models[1], 5);
    expect(serving.comparison?.compared).toBe(0);
    await score(serving.acquire());
    await vi.waitUntil(() => serving.comparison?.compared === 1);
    expect(serving.comparison?.meanDifference).toBe(2);
    serving.challenge(undefined);
    await serving.close();
    expect(new Set(closed)).toEqual(new Set([2, 4]));
  });

  it('keeps the last rows that it could score, to try the next one on', async () => {
    const { models } = await loaded(1);
    const serving = new ServingModel(models[0], undefined);
    const scorer = serving.acquire();
    await scorer.score([{ x: 'no number' }, row, {}]);
    expect(serving.recent).toEqual([row]);
    for (let x = 0; x < 200; x += 1) await scorer.score([{ x }]);
    expect(new Set(serving.recent)).toEqual(new Set(Array.from({ length: 64 }, (_, index) => ({ x: 136 + index }))));
    await serving.close();
  });
});
