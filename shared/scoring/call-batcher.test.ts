import { describe, expect, it, vi } from 'vitest';
import { CallBatcher } from './call-batcher.js';

describe('CallBatcher', () => {
  const doubling = (runs: number[][], maxRows = 4) =>
    new CallBatcher<number, number>(
      async (rows) => {
        runs.push([...rows]);
        return rows.map((row) => row * 2);
      },
      { maxRows, maxWaitMs: 0 },
    );

  it('makes one run of the calls of one turn, and gives each its own results', async () => {
    const runs: number[][] = [];
    const batcher = doubling(runs);
    expect(await Promise.all([batcher.call([1]), batcher.call([]), batcher.call([2, 3])])).toEqual([[2], [], [4, 6]]);
    expect(await batcher.call([4])).toEqual([8]);
    expect(runs).toEqual([[1, 2, 3], [4]]);
  });

  it('keeps a run within its bound, whatever the calls', async () => {
    const runs: number[][] = [];
    const batcher = doubling(runs);
    expect(await Promise.all([batcher.call([1, 2, 3]), batcher.call([4, 5, 6])])).toEqual([
      [2, 4, 6],
      [8, 10, 12],
    ]);
    expect(runs).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ]);
  });

  it('rejects every call of a run that fails, and goes on with the next', async () => {
    let fail = true;
    const batcher = new CallBatcher<number, number>(
      async (rows) => {
        if (fail) throw new Error('broken');
        return rows;
      },
      { maxRows: 4, maxWaitMs: 0 },
    );
    const results = await Promise.allSettled([batcher.call([1]), batcher.call([2])]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fail = false;
    expect(await batcher.call([3])).toEqual([3]);
  });

  it('waits for others no longer than its bound, and not at all once a run is full', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const runs: number[][] = [];
    const batcher = new CallBatcher<number, number>(
      async (rows) => {
        runs.push([...rows]);
        return rows;
      },
      { maxRows: 3, maxWaitMs: 5 },
    );
    const early = Promise.all([batcher.call([1]), batcher.call([2])]);
    await new Promise(setImmediate);
    await vi.advanceTimersByTimeAsync(4);
    expect(runs).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await early).toEqual([[1], [2]]);
    const full = Promise.all([batcher.call([3]), batcher.call([4, 5])]);
    expect(await full).toEqual([[3], [4, 5]]);
    expect(runs).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    vi.useRealTimers();
  });
});
