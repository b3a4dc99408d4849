import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { ChunkQueue } from './chunk-queue.js';
import type { Chunk } from './records.js';

const chunk = (partition: number, records = 1): Chunk => ({
  topic: 't',
  partition,
  nextOffset: records,
  records: Array.from({ length: records }, (_, offset) => ({
    topic: 't',
    partition,
    offset,
    timestamp: 0,
    key: null,
    value: null,
    headers: {},
  })),
});

describe('ChunkQueue', () => {
  it('gives chunks in the order in which they came, and nothing when there is none', async () => {
    const queue = new ChunkQueue(10);
    queue.add(chunk(1));
    queue.add(chunk(2));
    expect((await queue.take(0))?.partition).toBe(1);
    expect((await queue.take(1_000))?.partition).toBe(2);
    expect(await queue.take(0)).toBeUndefined();
    expect(await queue.take(1)).toBeUndefined();
  });

  it('wakes who waits', async () => {
    const queue = new ChunkQueue(10);
    const taking = queue.take(60_000);
    queue.add(chunk(3));
    expect((await taking)?.partition).toBe(3);
  });

  it('is full until enough was taken, and says when there is room', async () => {
    const queue = new ChunkQueue(4);
    queue.add(chunk(0, 3));
    expect(queue.isFull).toBe(false);
    queue.add(chunk(1, 3));
    expect(queue.isFull).toBe(true);
    const room = queue.roomWithin(60_000);
    await queue.take(0);
    await room;
    expect(queue.isFull).toBe(false);
  });

  it('has room and nothing in it once it was cleared', async () => {
    const queue = new ChunkQueue(1);
    queue.add(chunk(0, 5));
    const room = queue.roomWithin(60_000);
    queue.clear();
    await room;
    expect(await queue.take(0)).toBeUndefined();
  });

  it('throws once it has failed, to who waits as well', async () => {
    const queue = new ChunkQueue(1);
    const taking = queue.take(60_000);
    queue.fail(new KitError('cluster-unreachable', 'gone'));
    await expect(taking).rejects.toThrow('gone');
    await expect(queue.take(0)).rejects.toThrow('gone');
  });
});
