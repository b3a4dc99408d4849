import { describe, expect, it } from 'vitest';
import { readBatchHeader, readRecords } from '#shared/wire';
import { Sequences } from './batches.js';
import { closed, OpenBatches } from './open-batches.js';
import type { OutgoingRecord } from './records.js';

const record = (bytes: number, more: Partial<OutgoingRecord> = {}): OutgoingRecord => ({
  topic: 'topic',
  key: null,
  value: Buffer.alloc(bytes),
  timestamp: 0,
  partition: 0,
  ...more,
});
const added = (records: readonly OutgoingRecord[], partitionsOf = async () => 4): OpenBatches => {
  const batches = new OpenBatches(partitionsOf);
  batches.add(records);
  return batches;
};
const counts = async (records: readonly OutgoingRecord[]): Promise<number[][]> =>
  (await added(records).sends()).map((send) => send.map(({ builder }) => builder.count));

describe('OpenBatches', () => {
  it('has at most 4,096 records in a batch, and one batch of a partition in a send', async () => {
    expect(await counts(Array.from({ length: 8_193 }, () => record(1)))).toEqual([[4_096], [4_096], [1]]);
    const other = record(1, { partition: 1 });
    expect(await counts([...Array.from({ length: 4_097 }, () => record(1)), other])).toEqual([[4_096, 1], [1]]);
    expect(await counts([])).toEqual([]);
  });

  it('has at most 512 KiB in a batch, and in a send', async () => {
    expect(await counts(Array.from({ length: 5 }, () => record(262_000)))).toEqual([[2], [2], [1]]);
    const spread = Array.from({ length: 5 }, (_, partition) => record(200_000, { partition }));
    expect(await counts(spread)).toEqual([[1, 1], [1, 1], [1]]);
  });

  it('counts key and headers', async () => {
    const headers = { long: 'é'.repeat(131_072), nothing: null, repeated: [Buffer.alloc(10), null, 'text'] };
    expect(await counts([record(0, { key: 'k'.repeat(262_144) }), record(0, { headers })])).toEqual([[1], [1]]);
    expect(await counts([record(0, { key: 'k'.repeat(261_000) }), record(0, { headers })])).toEqual([[2]]);
  });

  it('sends a larger record alone', async () => {
    expect(await counts([record(1), record(2), record(600_000), record(3)])).toEqual([[2], [1], [1]]);
  });

  it('keeps the order of the calls, whichever topic has to be looked up', async () => {
    const looked: string[] = [];
    const batches = new OpenBatches(async (topic) => {
      await new Promise((resolve) => setTimeout(resolve, topic === 'slow' ? 20 : 0));
      looked.push(topic);
      return 1;
    });
    const text = (topic: string, value: string): OutgoingRecord => record(0, { topic, value: Buffer.from(value) });
    batches.add([text('slow', 'a')]);
    batches.add([text('topic', 'b'), text('slow', 'c')]);
    batches.add([text('topic', 'd')]);
    expect([...batches.topics]).toEqual([]);
    const [send = []] = await batches.sends();
    expect(looked).toEqual(['slow', 'topic']);
    expect([...batches.topics]).toEqual(['slow', 'topic']);
    const identity = { transactionalId: null, producerId: 1, producerEpoch: 0 };
    const written = send.map((batch) => {
      const { topic, bytes } = closed(batch, identity, new Sequences());
      return [topic, Array.from(readRecords(bytes), ({ value }) => String(value)).join('')];
    });
    expect(written).toEqual([
      ['slow', 'ac'],
      ['topic', 'bd'],
    ]);
  });

  it('has what it was given, whatever becomes of the array', async () => {
    const records = [record(1), record(2)];
    const batches = added(records);
    records.length = 0;
    expect((await batches.sends()).map((send) => send.map(({ builder }) => builder.count))).toEqual([[2]]);
  });

  it('lets others have their turn while it encodes many', async () => {
    let turns = 0;
    const turning = setInterval(() => {
      turns += 1;
    }, 0);
    await added(Array.from({ length: 500_000 }, () => record(0))).sends();
    clearInterval(turning);
    expect(turns).toBeGreaterThan(10);
  });

  it('says of records that could not be placed why, and which topics it was about', async () => {
    const batches = added([record(1)], async () => {
      throw new Error('there is no such topic');
    });
    await expect(batches.sends()).rejects.toThrow('there is no such topic');
    expect([...batches.topics]).toEqual(['topic']);
  });
});

describe('closed', () => {
  it('says who writes, within a transaction, and with which number it begins', async () => {
    const [[batch] = []] = await added([record(0, { key: 'key' }), record(0, { key: 'key' })]).sends();
    if (batch === undefined) throw new Error('Two records are a batch.');
    const sequences = new Sequences();
    sequences.advance({ topic: 'topic', partition: 0, count: 42, bytes: Buffer.alloc(0) });
    const { bytes, count } = closed(batch, { transactionalId: 'id', producerId: 7, producerEpoch: 3 }, sequences);
    expect(count).toBe(2);
    expect(readBatchHeader(bytes)).toMatchObject({
      producerId: 7,
      producerEpoch: 3,
      baseSequence: 42,
      attributes: 0b10000,
      recordCount: 2,
    });
  });
});
