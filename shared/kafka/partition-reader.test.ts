import { Kafka, logLevel } from 'kafkajs';
import { beforeAll, expect, it, vi } from 'vitest';
import { describeOnEachKafka, makeTopic } from '#shared/testing';
import {
  type Chunk,
  type Cluster,
  type ConsumedRecord,
  connectCluster,
  type OffsetReset,
  type OutgoingRecord,
  type PartitionReader,
  type ReaderOptions,
  type TopicPartition,
} from './index.js';

const numbered = (topic: string, from: number, to: number, partition = 0): OutgoingRecord[] =>
  Array.from({ length: to - from }, (_, index) => ({
    topic,
    partition,
    key: `key-${from + index}`,
    value: Buffer.from(String(from + index)),
    timestamp: 1_380_000_000_000 + from + index,
  }));

/** Polls until so many records have come. */
async function read(reader: PartitionReader, count: number): Promise<ConsumedRecord[]> {
  const records: ConsumedRecord[] = [];
  while (records.length < count) for (const chunk of await reader.poll(1_000)) records.push(...chunk.records);
  return records;
}

const numbers = (records: readonly ConsumedRecord[]): number[] => records.map(({ value }) => Number(value));
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

await describeOnEachKafka('a partition reader', (kafka) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
    return () => cluster.close();
  });

  const topic = (name: string, partitions = 1): Promise<string> => makeTopic(kafka, cluster, name, partitions);
  const write = async (records: readonly OutgoingRecord[]): Promise<void> => {
    const producer = await cluster.produce();
    await producer.send(records);
    await producer.close();
  };
  const open = (options: Partial<ReaderOptions> = {}) => cluster.reader({ isolation: 'read_committed', ...options });
  /** Polls until the position is there. */
  const untilAt = async (reader: PartitionReader, partition: TopicPartition, position: number): Promise<Chunk[]> => {
    const chunks: Chunk[] = [];
    while (reader.position(partition) !== position) chunks.push(...(await reader.poll(100)));
    chunks.push(...(await reader.poll(0)));
    return chunks;
  };

  it('reads partitions from where it is told, in order, cut into chunks', async () => {
    const name = await topic('order', 2);
    await write([...numbered(name, 0, 1_234, 0), ...numbered(name, 0, 10, 1)]);
    const reader = await open({ maxChunkRecords: 100 });
    reader.seek([
      { topic: name, partition: 0, offset: 200 },
      { topic: name, partition: 1, offset: 7 },
    ]);
    const chunks: Chunk[] = [];
    while (chunks.reduce((sum, { records }) => sum + records.length, 0) < 1_037)
      chunks.push(...(await reader.poll(1_000)));
    const first = chunks.filter(({ partition }) => partition === 0);
    expect(numbers(first.flatMap(({ records }) => records))).toEqual(range(200, 1_234));
    expect(numbers(chunks.filter(({ partition }) => partition === 1).flatMap(({ records }) => records))).toEqual([
      7, 8, 9,
    ]);
    expect(Math.max(...first.map(({ records }) => records.length))).toBe(100);
    for (const [index, { records, nextOffset }] of first.entries()) {
      expect(nextOffset).toBe(first[index + 1]?.records[0]?.offset ?? 1_234);
      expect(records.every(({ partition, topic: of }) => partition === 0 && of === name)).toBe(true);
    }
    expect(reader.position({ topic: name, partition: 0 })).toBe(1_234);
    expect(reader.knownEnd({ topic: name, partition: 0 })).toBe(1_234);
    expect(reader.position({ topic: name, partition: 2 })).toBeUndefined();
    await reader.close();
  });

  it('gets what is written while it waits, and nothing where nothing comes', async () => {
    const name = await topic('waits');
    const reader = await open();
    reader.seek([{ topic: name, partition: 0, offset: 0 }]);
    expect(await reader.poll(250)).toEqual([]);
    expect(reader.knownEnd({ topic: name, partition: 0 })).toBe(0);
    const reading = read(reader, 3);
    await write(numbered(name, 0, 3));
    const [record] = await reading;
    expect(record).toEqual({
      topic: name,
      partition: 0,
      offset: 0,
      timestamp: 1_380_000_000_000,
      key: Buffer.from('key-0'),
      value: Buffer.from('0'),
      headers: {},
    });
    await reader.close();
  });

  it('gives what one answer brought all together: none of it looks as if it were not there', async () => {
    const partitions = range(0, 8);
    const name = await topic('whole', partitions.length);
    await write(partitions.flatMap((partition) => numbered(name, 0, 3, partition)));
    const reader = await open();
    reader.seek(partitions.map((partition) => ({ topic: name, partition, offset: 0 })));
    let chunks: readonly Chunk[] = [];
    while (chunks.length === 0) chunks = await reader.poll(1_000);
    expect(chunks.map(({ partition }) => partition).toSorted((a, b) => a - b)).toEqual(partitions);
    await reader.close();
  });

  it('moves with a seek, and drops what was fetched before', async () => {
    const name = await topic('seek', 2);
    await write([...numbered(name, 0, 2_000), ...numbered(name, 0, 50, 1)]);
    const reader = await open();
    const both = [0, 1].map((partition) => ({ topic: name, partition, offset: 0 }));
    reader.seek(both);
    const [some] = await reader.poll(5_000);
    expect(some).toBeDefined();
    reader.seek([{ topic: name, partition: 0, offset: 1_990 }]);
    reader.remove([{ topic: name, partition: 1 }]);
    expect(reader.position({ topic: name, partition: 1 })).toBeUndefined();
    expect(numbers(await read(reader, 10))).toEqual(range(1_990, 2_000));
    await reader.close();
  });

  it('fetches nothing of what is paused, keeps what it has of it, and goes on when resumed', async () => {
    const name = await topic('pause', 2);
    const [paused, other] = [0, 1].map((partition) => ({ topic: name, partition, offset: 0 })) as [
      TopicPartition & { offset: number },
      TopicPartition & { offset: number },
    ];
    await write(numbered(name, 0, 10));
    const reader = await open();
    reader.seek([paused, other]);
    await vi.waitFor(() => expect(reader.position(paused)).toBe(10), { timeout: 5_000, interval: 1 });
    reader.pause([paused]);
    expect(numbers(await read(reader, 10))).toEqual(range(0, 10));
    // What is on its way still comes: a fetch of both, which the other's first record ends.
    await write(numbered(name, 0, 1, 1));
    await read(reader, 1);
    await write([...numbered(name, 10, 20), ...numbered(name, 1, 6, 1)]);
    expect(numbers(await read(reader, 5))).toEqual(range(1, 6));
    expect(reader.position(paused)).toBe(10);
    reader.resume([paused]);
    expect(numbers(await read(reader, 10))).toEqual(range(10, 20));
    await reader.close();
  });

  it('looks again at what had no more when it catches up with others, also while a fetch waits for it', async () => {
    const [catchingUp, atEnd] = [await topic('catching-up'), await topic('at-end')];
    const both = [catchingUp, atEnd].map((name) => ({ topic: name, partition: 0, offset: 0 }));
    // So little is written that a fetch that waits is answered when its time is over.
    const reader = await open({ minFetchBytes: 1_000_000, maxWaitMs: 3_000, maxBytesPerPartition: 4_096 });
    const waiting = both.slice(1);
    reader.seek(waiting);
    await vi.waitUntil(() => waiting.every((each) => reader.knownEnd(each) === 0), 5_000);
    await reader.poll(50);
    await write(numbered(atEnd, 0, 3));
    for (const part of [0, 1, 2]) await write(numbered(catchingUp, part * 50, (part + 1) * 50));
    reader.seek(both.slice(0, 1));
    const chunks: Chunk[] = [];
    while (chunks.length === 0) chunks.push(...(await reader.poll(1_000)));
    expect(chunks.find(({ topic }) => topic === atEnd)?.records.length).toBe(3);
    // What the waiting fetch brings of it in the end has been there already.
    const rest = [...chunks];
    while (rest.flatMap(({ records }) => records).length < 153) rest.push(...(await reader.poll(1_000)));
    await write(numbered(atEnd, 3, 4));
    while (rest.flatMap(({ records }) => records).length < 154) rest.push(...(await reader.poll(10_000)));
    const of = (name: string) => rest.filter(({ topic }) => topic === name).flatMap(({ records }) => records);
    expect([numbers(of(atEnd)), numbers(of(catchingUp))]).toEqual([range(0, 4), range(0, 150)]);
    await reader.close();
  });

  it('does not know where that ends which nobody has looked at since something newer came of others', async () => {
    const name = await topic('newer', 2);
    const [late, other] = [0, 1].map((partition) => ({ topic: name, partition, offset: 0 })) as [
      TopicPartition & { offset: number },
      TopicPartition & { offset: number },
    ];
    const reader = await open({ minFetchBytes: 500, maxWaitMs: 9_000 });
    reader.seek([late, other]);
    await vi.waitUntil(() => reader.knownEnd(late) === 0 && reader.knownEnd(other) === 0, 5_000);
    reader.pause([late]);
    expect(reader.knownEnd(late)).toBeUndefined();
    // Both were in the fetch that waits; the next one has the other alone.
    await write(numbered(name, 0, 50, 1));
    await read(reader, 50);
    reader.resume([late]);
    await vi.waitUntil(() => reader.knownEnd(late) === 0, 5_000);
    await write([...numbered(name, 0, 1, 0), ...numbered(name, 50, 100, 1)]);
    let chunks: readonly Chunk[] = [];
    while (chunks.length === 0) chunks = await reader.poll(1_000);
    const isThere = chunks.some(({ partition }) => partition === late.partition);
    expect(isThere || reader.knownEnd(late) === undefined).toBe(true);
    await read(reader, isThere ? 0 : 1);
    expect(reader.knownEnd(late)).toBe(1);
    await reader.close();
  });

  it('moves over aborted records and control batches, and shows the first to read_uncommitted only', async () => {
    const name = await topic('aborted');
    const partition = { topic: name, partition: 0 };
    const producer = await cluster.transactionalProducer({ transactionalId: kafka.unique('aborted') });
    const commit = () => producer.commit({ groupId: kafka.unique('nobody'), offsets: new Map() });
    await producer.send(numbered(name, 0, 5));
    await producer.abort();
    const reader = await open();
    reader.seek([{ ...partition, offset: 0 }]);
    // Five records and the batch that says that they are aborted.
    expect(await untilAt(reader, partition, 6)).toEqual([]);
    await producer.send(numbered(name, 5, 10));
    await commit();
    await producer.send(numbered(name, 10, 15));
    await producer.abort();
    const chunks = await untilAt(reader, partition, 18);
    expect(numbers(chunks.flatMap(({ records }) => records))).toEqual(range(5, 10));
    expect(reader.knownEnd(partition)).toBe(18);
    const uncommitted = await open({ isolation: 'read_uncommitted' });
    uncommitted.seek([{ ...partition, offset: 3 }]);
    const all = await untilAt(uncommitted, partition, 18);
    expect(numbers(all.flatMap(({ records }) => records))).toEqual(range(3, 15));
    expect(all.at(-1)?.nextOffset).toBe(18);
    await Promise.all([reader.close(), uncommitted.close(), producer.close()]);
  });

  it('ends at the last stable offset for read_committed, at the high watermark otherwise', async () => {
    const name = await topic('stable');
    const partition = { topic: name, partition: 0 };
    await write(numbered(name, 0, 2));
    const producer = await cluster.transactionalProducer({ transactionalId: kafka.unique('stable') });
    await producer.send(numbered(name, 2, 4));
    const committed = await open();
    const uncommitted = await open({ isolation: 'read_uncommitted' });
    for (const reader of [committed, uncommitted]) reader.seek([{ ...partition, offset: 0 }]);
    await untilAt(uncommitted, partition, 4);
    expect(uncommitted.knownEnd(partition)).toBe(4);
    await untilAt(committed, partition, 2);
    expect(committed.knownEnd(partition)).toBe(2);
    await producer.abort();
    await untilAt(committed, partition, 5);
    await Promise.all([committed.close(), uncommitted.close(), producer.close()]);
  });

  it('holds back what is not asked for yet, of that partition alone', async () => {
    const name = await topic('flood', 2);
    const flooded = { topic: name, partition: 0 };
    const other = { topic: name, partition: 1 };
    await write(numbered(name, 0, 60_000));
    const reader = await open({ maxBytesPerPartition: 65_536 });
    reader.seek([flooded, other].map((partition) => ({ ...partition, offset: 0 })));
    for (let round = 1; round <= 5; round += 1) {
      await write(numbered(name, round - 1, round, 1));
      await vi.waitFor(() => expect(reader.position(other)).toBe(round), { timeout: 5_000, interval: 10 });
    }
    expect(reader.position(flooded)).toBeGreaterThan(1_000);
    expect(reader.position(flooded)).toBeLessThan(15_000);
    const records = await read(reader, 60_005);
    expect(numbers(records.filter(({ partition }) => partition === 0))).toEqual(range(0, 60_000));
    await reader.close();
  });

  it('says where a position is out of range, until that partition is moved', async () => {
    const name = await topic('range', 2);
    await write([...numbered(name, 0, 3), ...numbered(name, 0, 4, 1)]);
    const reader = await open();
    reader.seek([
      { topic: name, partition: 0, offset: 17 },
      { topic: name, partition: 1, offset: 0 },
    ]);
    const polling = (async () => {
      for (;;) await reader.poll(1_000);
    })();
    await expect(polling).rejects.toMatchObject({
      code: 'topic-mismatch',
      message: expect.stringMatching(`^Reading partition 0 of ${name} at offset 17: .* --reset-offsets`),
    });
    reader.seek([{ topic: name, partition: 0, offset: 1 }]);
    const again: ConsumedRecord[] = [];
    while (again.length < 2) {
      for (const { partition, records } of await reader.poll(1_000)) if (partition === 0) again.push(...records);
    }
    expect(numbers(again)).toEqual([1, 2]);
    await reader.close();
  });

  it('says that it is closed, also to whoever waits for records', async () => {
    const name = await topic('closed');
    const reader = await open();
    reader.seek([{ topic: name, partition: 0, offset: 0 }]);
    const polling = reader.poll(10_000);
    const closed = expect(polling).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('is closed'),
    });
    await reader.close();
    await closed;
    await expect(reader.poll(0)).rejects.toMatchObject({ code: 'usage' });
  });

  it('has an end before what an open transaction has written, for who reads what is committed', async () => {
    const name = await topic('open');
    await write(numbered(name, 0, 3));
    const producer = await cluster.transactionalProducer({ transactionalId: kafka.unique('open'), timeoutMs: 10_000 });
    await producer.send(numbered(name, 3, 5));
    const endFor = async (isolation: ReaderOptions['isolation']) =>
      (await cluster.endOffsets([name], { isolation })).get(name);
    expect(await endFor('read_committed')).toEqual([3]);
    expect(await endFor('read_uncommitted')).toEqual([5]);
    expect((await cluster.endOffsets([name])).get(name)).toEqual([5]);
    await producer.close();
  });

  it('goes on at either end where it was told so', async () => {
    const name = await topic('ends');
    await write(numbered(name, 0, 10));
    await cluster.deleteRecords(new Map([[name, [4]]]));
    expect((await cluster.beginningOffsets([name])).get(name)).toEqual([4]);
    const first = await open({ onOutOfRange: 'earliest' });
    first.seek([{ topic: name, partition: 0, offset: 0 }]);
    expect(numbers(await read(first, 6))).toEqual(range(4, 10));
    const last = await open({ onOutOfRange: 'latest' });
    last.seek([{ topic: name, partition: 0, offset: 99 }]);
    await untilAt(last, { topic: name, partition: 0 }, 10);
    await write(numbered(name, 10, 12));
    expect(numbers(await read(last, 2))).toEqual([10, 11]);
    await Promise.all([first.close(), last.close()]);
  });

  it('drops what was not polled of a topic that is made anew, and begins with the new one', async () => {
    const name = await topic('anew');
    await write(numbered(name, 0, 10));
    const told: OffsetReset[] = [];
    const reader = await open({ onOutOfRange: 'earliest', onReset: (reset) => told.push(reset) });
    const partition = { topic: name, partition: 0 };
    reader.seek([{ ...partition, offset: 0 }]);
    await vi.waitUntil(() => reader.position(partition) === 10, 20_000);
    const admin = new Kafka({ brokers: [kafka.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.deleteTopics({ topics: [name] });
    await vi.waitUntil(async () => !(await admin.listTopics()).includes(name), 20_000);
    // Its client gives up where the broker does not know of the topic yet that it has just made.
    await admin.createTopics({ topics: [{ topic: name, numPartitions: 1 }], waitForLeaders: false });
    await vi.waitUntil(async () => (await admin.listTopics()).includes(name), 20_000);
    await admin.disconnect();
    await write(numbered(name, 100, 102));
    await vi.waitUntil(() => told.length > 0, 20_000);
    expect(told).toEqual([{ ...partition, from: 10, to: 0 }]);
    expect(numbers(await read(reader, 2))).toEqual([100, 101]);
    await reader.close();
  });

  it('reads the others where a topic is missing, and that one when it is there', async () => {
    const name = await topic('there');
    const missing = kafka.unique('missing');
    await write(numbered(name, 0, 3));
    const reader = await open();
    reader.seek([missing, name].map((of) => ({ topic: of, partition: 0, offset: 0 })));
    expect(numbers(await read(reader, 3))).toEqual([0, 1, 2]);
    expect((await cluster.partitionCounts([name, missing])).get(missing)).toBeUndefined();
    expect((await cluster.partitionCounts([name, missing])).get(name)).toBe(1);
    await topic('missing');
    await write(numbered(missing, 5, 7));
    expect(numbers(await read(reader, 2))).toEqual([5, 6]);
    await reader.close();
  });

  it('takes a record that is larger than a fetch may be', async () => {
    const name = await topic('large');
    const value = Buffer.alloc(300_000, 7);
    await write([...numbered(name, 0, 1), { topic: name, key: null, value, timestamp: 0 }, ...numbered(name, 2, 3)]);
    const reader = await open({ maxBytesPerPartition: 10_000 });
    reader.seek([{ topic: name, partition: 0, offset: 0 }]);
    const records = await read(reader, 3);
    expect(records.map((record) => record.value?.length)).toEqual([1, 300_000, 1]);
    await reader.close();
  });
});
