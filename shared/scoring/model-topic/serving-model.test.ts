import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { BatchScorer } from '#shared/streams';
import { loadModelFiles, type Model } from '../index.js';
import { plusModel } from '../test-models.js';
import { MAX_CALL_DELAY_MS } from './call-delay.js';
import { ServingModel } from './serving-model.js';
import { championWithVotes } from './vote.js';

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

describe('what is slowed down', () => {
  /** Timers may fire a little before their time, by another clock. */
  const [HELD_MS, AT_LEAST_MS] = [40, 35];

  async function slowed(ms: number) {
    const { models } = await loaded(1, 2);
    const took: number[] = [];
    const serving = new ServingModel(models[0], undefined, (_, tookMs) => took.push(tookMs));
    serving.slowDown(ms);
    return { serving, next: models[1], took };
  }

  it('is told as part of how long its calls take, of the old model and of the new', async () => {
    const { serving, next, took } = await slowed(HELD_MS);
    const old = serving.acquire();
    serving.exchange(next, 5);
    expect([await score(old), await score(serving.acquire())]).toMatchObject([{ score: 2 }, { score: 3 }]);
    expect(Math.min(...took)).toBeGreaterThanOrEqual(AT_LEAST_MS);
    expect(took).toHaveLength(2);
    serving.release(old);
    await serving.close();
  });

  it('holds up what it scores, and lets it go as soon as that ends', async () => {
    const { serving, took } = await slowed(Number.POSITIVE_INFINITY);
    const lease = serving.acquire();
    const scoring = score(lease);
    await nextTurn();
    expect(took).toEqual([]);
    serving.slowDown(0);
    expect(await scoring).toMatchObject({ score: 2 });
    expect(took[0]).toBeLessThan(MAX_CALL_DELAY_MS);
    await serving.close();
  });

  it('does not keep it from being closed', async () => {
    const { serving, took } = await slowed(MAX_CALL_DELAY_MS);
    const scoring = score(serving.acquire());
    await nextTurn();
    await serving.close();
    expect(await scoring).toMatchObject({ score: 2 });
    expect(took[0]).toBeLessThan(MAX_CALL_DELAY_MS);
  });
});

describe('a challenger that votes', () => {
  const vote = (plus: number, score: number) => ({
    score,
    decision: null,
    modelName: 'plus',
    modelVersion: String(plus),
  });

  it('says its word beside each score', async () => {
    const { models, closed } = await loaded(1, 2);
    const serving = new ServingModel(models[0], undefined);
    serving.elect(models[1]);
    const lease = serving.acquire();
    expect(lease).toMatchObject({ name: 'plus', version: '1' });
    expect(await lease.score([{ x: 1 }, { x: 5 }])).toEqual([
      { score: 2, decision: null, challenger: vote(2, 3) },
      { score: 6, decision: null, challenger: vote(2, 7) },
    ]);
    serving.release(lease);
    expect(serving.comparison).toMatchObject({ version: '2', compared: 2, meanDifference: 1, failed: 0, skipped: 0 });
    await serving.close();
    expect(closed).toEqual([1, 2]);
  });

  it('stays the same until the lease ends, as the champion does, whichever is exchanged; each is closed once', async () => {
    const { models, closed } = await loaded(1, 2, 10, 20);
    const serving = new ServingModel(models[0], undefined);
    serving.elect(models[2]);
    const before = serving.acquire();
    serving.elect(models[3]);
    serving.exchange(models[1], 5);
    const after = serving.acquire();
    expect(await score(before)).toMatchObject({ score: 2, challenger: vote(10, 11) });
    expect(await score(after)).toMatchObject({ score: 3, challenger: vote(20, 21) });
    expect(closed).toEqual([]);
    serving.release(before);
    expect(closed).toEqual([1, 10]);
    serving.elect(undefined);
    expect(closed).toEqual([1, 10]);
    serving.release(after);
    expect(closed).toEqual([1, 10, 20]);
    expect(await score(serving.acquire())).toEqual({ score: 3, decision: null });
    await serving.close();
    expect(closed).toEqual([1, 10, 20, 2]);
  });

  it('is compared with what serves now, not with what did when the lease began', async () => {
    const { models } = await loaded(1, 2, 4);
    const serving = new ServingModel(models[0], undefined);
    serving.elect(models[2]);
    const old = serving.acquire();
    await score(old);
    serving.exchange(models[1], 5);
    await score(old);
    expect(serving.comparison?.compared).toBe(0);
    await score(serving.acquire());
    expect(serving.comparison).toMatchObject({ compared: 1, meanDifference: 2 });
    serving.release(old);
    await serving.close();
  });

  it("has no vote on a row that it cannot score; the champion's score is there all the same", async () => {
    const champion = await loadModelFiles(plusModel(1), 'plus 1');
    const challenger = await loadModelFiles(plusModel(2, { input: 'luck' }), 'plus 2');
    const serving = new ServingModel(champion, undefined);
    serving.elect(challenger);
    const rows = await serving.acquire().score([{ x: 1 }, { x: 1, luck: 5 }, { luck: 5 }]);
    expect(rows).toEqual([
      { score: 2, decision: null, challenger: null },
      { score: 2, decision: null, challenger: vote(2, 7) },
      expect.objectContaining({ code: 'record-unscorable' }),
    ]);
    expect(serving.comparison).toMatchObject({ compared: 1, failed: 1 });
    await serving.close();
  });

  it('has no vote on any row where it fails as a whole', async () => {
    const { models } = await loaded(1, 2);
    const serving = new ServingModel(models[0], undefined);
    const broken: Model['score'] = () => Promise.reject(new Error('out of memory'));
    serving.elect(Object.assign(Object.create(models[1], { score: { value: broken } })));
    expect(await score(serving.acquire())).toEqual({ score: 2, decision: null, challenger: null });
    expect(serving.comparison).toMatchObject({ compared: 0, failed: 1 });
    await serving.close();
  });

  it('decides in the words of the champion', async () => {
    const card = (labels: string[]) => ({ card: { task: 'binary', threshold: 3, labels } });
    const champion = await loadModelFiles(plusModel(0, card(['on time', 'delayed'])), 'plus 0');
    const challenger = await loadModelFiles(plusModel(2, card(['punctual', 'late'])), 'plus 2');
    const both = championWithVotes(champion, challenger);
    expect(await both.score([{ x: 2 }, { x: 4 }])).toMatchObject([
      { decision: 'on time', challenger: { decision: 'delayed' } },
      { decision: 'delayed', challenger: { decision: 'delayed' } },
    ]);
    await Promise.all([champion.close(), challenger.close()]);
  });
});
