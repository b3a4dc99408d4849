import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Chunk, Cluster } from '#shared/kafka';
import { TopicObserver } from './topic-observer.js';

const TOPIC = 'flights';

const chunk = (from: number, to: number): Chunk => ({
  topic: TOPIC,
  partition: 0,
  records: Array.from({ length: to - from }, (_, i) => ({
    topic: TOPIC,
    partition: 0,
    offset: from + i,
    timestamp: 0,
    key: null,
    value: null,
    headers: {},
  })),
  nextOffset: to,
});

/** A cluster that hands out these chunks: no real one can be told when to go back behind what was read. */
function clusterWith(chunks: readonly Chunk[]): Cluster {
  const consume: Cluster['consume'] = async ({ topics }) => {
    const coming = topics.includes(TOPIC) ? [...chunks] : [];
    return {
      poll: () => new Promise((resolve) => setImmediate(() => resolve(coming.shift()))),
      commit: async () => true,
      close: async () => undefined,
    };
  };
  return { consume } as Partial<Cluster> as Cluster;
}

const observe = (chunks: readonly Chunk[], handler: (chunk: Chunk) => Promise<void>): Promise<TopicObserver> =>
  TopicObserver.start(clusterWith(chunks), 'test', new Map([[TOPIC, handler]]), TOPIC, new Map([[TOPIC, [0]]]));

describe('TopicObserver', () => {
  it('has reached an offset when the records before it are handled, not when they are read', async () => {
    const steps = new EventEmitter();
    const handling = once(steps, 'handling');
    const observer = await observe([chunk(0, 10)], async () => {
      const handled = once(steps, 'handled');
      steps.emit('handling');
      await handled;
    });
    const ends = new Map([[TOPIC, [10]]]);
    await handling;
    expect(observer.hasReached(ends)).toBe(false);
    steps.emit('handled');
    await expect.poll(() => observer.hasReached(ends)).toBe(true);
    await observer.close();
  });

  it('leaves out what it has read before', async () => {
    const offsets: number[] = [];
    const observer = await observe([chunk(0, 5), chunk(2, 5), chunk(3, 8)], async ({ records }) => {
      offsets.push(...records.map(({ offset }) => offset));
    });
    await expect.poll(() => observer.hasReached(new Map([[TOPIC, [8]]]))).toBe(true);
    expect(offsets).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await observer.close();
  });

  it('has reached the end of a topic that ends with what nobody is shown, and tells nobody of it', async () => {
    let told = 0;
    const observer = await observe([chunk(0, 5), { ...chunk(0, 0), nextOffset: 7 }], async () => {
      told += 1;
    });
    await expect.poll(() => observer.hasReached(new Map([[TOPIC, [7]]]))).toBe(true);
    expect(told).toBe(1);
    await observer.close();
  });
});
