import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadModelFiles, type Model } from '../index.js';
import { plusModel } from '../test-models.js';
import { Shadow } from './shadow.js';

let now = 0;
afterEach(() => {
  vi.restoreAllMocks();
});

/** A model that takes so long for each row, by a clock that only it and the test move. */
async function slowModel(msPerRow: number): Promise<{ model: Model; runs: number[] }> {
  const model = await loadModelFiles(plusModel(2), 'plus 2');
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const runs: number[] = [];
  const score: Model['score'] = (rows) => {
    now += msPerRow * rows.length;
    runs.push(rows.length);
    return model.score(rows);
  };
  return { model: Object.assign(Object.create(model, { score: { value: score } })), runs };
}

const rows = Array.from({ length: 256 }, (_, x) => ({ x }));
const champion = rows.map(({ x }) => ({ score: x, decision: null }));

/** Offers it so many times 256 rows, 20 ms apart, and waits each time until it has done what it began. */
async function offer(shadow: Shadow, times: number, runs: readonly number[]): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    now += 20;
    shadow.score(rows, champion);
    for (let before = -1; before !== runs.length; ) {
      before = runs.length;
      for (let turn = 0; turn < 6; turn += 1) await setImmediate();
    }
  }
}

describe('a challenger', () => {
  it('scores every row where it is quick', async () => {
    const { model, runs } = await slowModel(0.001);
    const shadow = new Shadow(model, undefined);
    await offer(shadow, 20, runs);
    expect(shadow.comparison).toMatchObject({ compared: 20 * 256, skipped: 0, meanDifference: 2 });
  });

  it('takes a quarter of the time where it is slow, a little at once, and leaves out the rest', async () => {
    const { model, runs } = await slowModel(2);
    const shadow = new Shadow(model, undefined);
    await offer(shadow, 200, runs);
    const usedMs = 2 * runs.reduce((sum, count) => sum + count, 0);
    expect(usedMs).toBeLessThan(1_000 + 0.25 * now + 2 * 16);
    expect(usedMs).toBeGreaterThan(0.2 * now);
    // Its first run tells how long a row takes.
    expect(Math.max(...runs.slice(1)) * 2).toBeLessThanOrEqual(5);
    const { compared, skipped } = shadow.comparison;
    expect(compared + skipped).toBe(200 * 256);
  });
});
