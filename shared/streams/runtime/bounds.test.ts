import { setTimeout } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import type { Cluster, PartitionReader } from '#shared/kafka';
import { describeOnEachKafka, WireClient } from '#shared/testing';
import { apis } from '#shared/wire';
import { StreamsBuilder, serdes, serdeTopic } from '../index.js';
import { RepartitionPurge } from './repartition-purge.js';
import { TestApplication } from './test-application.js';

const stringTopic = (name: string) => serdeTopic<string, string>({ name, key: serdes.string, value: serdes.string });
const [left, right, output] = [stringTopic('left'), stringTopic('right'), stringTopic('output')];

/** The shortest that Apache Kafka allows. */
const SESSION_MS = 6_000;

const numbered = (count: number, value: string) =>
  Array.from({ length: count }, (_, index) => ({ key: 'k', value, timestamp: 1_000 + index }));

const mergeOfBoth = () => {
  const builder = new StreamsBuilder();
  builder.stream(left).merge(builder.stream(right)).to(output);
  return builder.build();
};

/** The same cluster; tells how often its readers were polled, and how many records they have given. */
function counted(cluster: Cluster, alter: (reader: PartitionReader) => void = () => undefined) {
  const counts = { polls: 0, records: 0, chunks: 0 };
  const reader: Cluster['reader'] = async (options) => {
    const opened = await cluster.reader(options);
    const poll = opened.poll.bind(opened);
    opened.poll = async (maxWaitMs) => {
      const chunks = await poll(maxWaitMs);
      counts.polls += 1;
      counts.chunks += chunks.length;
      for (const { records } of chunks) counts.records += records.length;
      return chunks;
    };
    alter(opened);
    return opened;
  };
  /** Until the application has been round so often: what it does at all, it has done by then. */
  const rounds = async (count: number): Promise<void> => {
    const until = counts.polls + count;
    await vi.waitUntil(() => counts.polls >= until, 20_000);
  };
  return { cluster: { ...cluster, reader }, counts, rounds };
}

/** Resolves when a broker has thrown a member out of a group of its own, of which it has not heard since it joined. */
async function untilSilentMemberIsOut(brokers: string, groupId: string): Promise<void> {
  const client = await WireClient.connect(brokers);
  const joining = {
    groupId,
    sessionTimeoutMs: SESSION_MS,
    rebalanceTimeoutMs: SESSION_MS,
    groupInstanceId: null,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.from('m') }],
  };
  const members = async (): Promise<number | undefined> => {
    const { groups } = await client.request(apis.describeGroups, 3, {
      groups: [groupId],
      includeAuthorizedOperations: false,
    });
    return groups[0]?.members.length;
  };
  try {
    const { memberId } = await client.request(apis.joinGroup, 5, { ...joining, memberId: '' });
    const { errorCode, generationId } = await client.request(apis.joinGroup, 5, { ...joining, memberId });
    const assignments = [{ memberId, assignment: Buffer.from('all') }];
    await client.request(apis.syncGroup, 3, { groupId, generationId, memberId, groupInstanceId: null, assignments });
    expect([errorCode, await members()]).toEqual([0, 1]);
    await vi.waitUntil(async () => (await members()) === 0, 30_000);
  } finally {
    client.close();
  }
}

/** The same cluster, whose producers' sends are answered when this is disposed of. */
function withheld(cluster: Cluster) {
  const counts = { sent: 0 };
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const produce: Cluster['produce'] = async () => {
    const opened = await cluster.produce();
    const send = opened.send.bind(opened);
    opened.send = async (records) => {
      counts.sent += records.length;
      await send(records);
      await released;
    };
    return opened;
  };
  return { cluster: { ...cluster, produce }, counts, release, [Symbol.dispose]: release };
}

await describeOnEachKafka('what waits, and what has been', (kafka) => {
  it('waits max.task.idle.ms for an input that has nothing, and takes what comes there first', async () => {
    await using test = await TestApplication.open(kafka, 'idle');
    await test.createTopics(1, left, right, output);
    const { cluster, rounds } = counted(test.cluster);
    let clock = 0;
    const streams = await test.start(mergeOfBoth(), { cluster, maxTaskIdleMs: 5_000, now: () => clock });
    await test.produce(left, [{ key: 'left', value: '', timestamp: 10 }]);
    await rounds(50);
    expect(streams.metrics.processTotal).toBe(0);
    await test.produce(right, [{ key: 'right', value: '', timestamp: 5 }]);
    await vi.waitUntil(() => streams.metrics.processTotal === 1, 10_000);
    await rounds(50);
    expect(streams.metrics.processTotal).toBe(1);
    clock += 5_000;
    const read = await test.readUntil(output, ({ length }) => length === 2);
    expect(read.map(({ key }) => key)).toEqual(['right', 'left']);
  });

  it('lets answers come while it waits for a broker to say where an input ends', async () => {
    await using test = await TestApplication.open(kafka, 'unsaid');
    await test.createTopics(1, left, right, output);
    let isSaid = false;
    const { cluster, rounds } = counted(test.cluster, (reader) => {
      const knownEnd = reader.knownEnd.bind(reader);
      reader.knownEnd = (input) => (isSaid || input.topic === test.fullName(left) ? knownEnd(input) : undefined);
    });
    const streams = await test.start(mergeOfBoth(), { cluster });
    await test.produce(left, [{ key: 'left', value: '', timestamp: 10 }]);
    await rounds(50);
    expect(streams.metrics.processTotal).toBe(0);
    isSaid = true;
    expect(await test.readUntil(output, ({ length }) => length === 1)).toMatchObject([{ key: 'left' }]);
  });

  it('fetches no more of an input than its buffer holds, while its task waits for another', async () => {
    await using test = await TestApplication.open(kafka, 'buffer');
    await test.createTopics(1, left, right, output);
    const records = numbered(8_000, 'x'.repeat(1_000));
    await test.produce(left, records);
    const { cluster, counts, rounds } = counted(test.cluster);
    let clock = 0;
    const idle = { maxTaskIdleMs: 5_000, now: () => clock };
    await test.start(mergeOfBoth(), { cluster, bufferedRecordsPerPartition: 100, ...idle });
    await vi.waitUntil(() => counts.records > 100, 10_000);
    await rounds(50);
    // The buffer, and what was fetched already when it was full: a fetch is 1 MiB at most.
    expect(counts.records).toBeLessThan(3_500);
    clock += 5_000;
    const read = await test.readUntil(output, ({ length }) => length === records.length);
    expect(read.map(({ timestamp }) => timestamp)).toEqual(records.map(({ timestamp }) => timestamp));
  });

  it('takes the earliest first while both inputs are written, whatever of them its buffers hold', async () => {
    await using test = await TestApplication.open(kafka, 'written');
    await test.createTopics(1, left, right, output);
    // As if it had much to do: what waits grows beyond the buffer, is not fetched for a while, and is over within one round.
    const beforePoll = () => setTimeout(50);
    await test.start(mergeOfBoth(), { bufferedRecordsPerPartition: 100, beforePoll });
    const producer = await test.cluster.produce();
    const written = 30_010;
    for (let from = 0; from < written; from += 3_001) {
      const timestamps = Array.from({ length: 3_001 }, (_, at) => from + at);
      const record = { key: Buffer.from('k'), value: Buffer.alloc(0) };
      const many = timestamps.slice(0, -1).map((timestamp) => ({ ...record, topic: test.fullName(left), timestamp }));
      await producer.send(many);
      await producer.send([{ ...record, topic: test.fullName(right), timestamp: from + 3_000 }]);
    }
    await producer.close();
    const read = await test.readUntil(output, ({ length }) => length === written);
    expect(read.map((record) => record.timestamp)).toEqual(Array.from({ length: written }, (_, at) => at));
  });

  it('fetches no more of a partition at once than max.partition.fetch.bytes', async () => {
    await using test = await TestApplication.open(kafka, 'fetch-bytes');
    await test.createTopics(1, left, right, output);
    const records = numbered(2_000, 'x'.repeat(1_000));
    // Batches of a hundred: a broker gives a whole one in any case.
    for (let from = 0; from < records.length; from += 100) await test.produce(left, records.slice(from, from + 100));
    const { cluster, counts, rounds } = counted(test.cluster);
    let clock = 0;
    const idle = { maxTaskIdleMs: 5_000, now: () => clock };
    const bounds = { bufferedRecordsPerPartition: 100, maxPartitionFetchBytes: 110_000 };
    await test.start(mergeOfBoth(), { cluster, ...bounds, ...idle });
    await vi.waitUntil(() => counts.records > 100, 10_000);
    await rounds(50);
    expect(counts.records).toBeLessThan(800);
    clock += 5_000;
    expect(await test.readUntil(output, ({ length }) => length === records.length)).toHaveLength(records.length);
  });

  it('lets a broker gather fetch.min.bytes before it answers, for fetch.max.wait.ms at most', async () => {
    await using test = await TestApplication.open(kafka, 'fetch-gathers');
    await test.createTopics(1, left, output);
    const builder = new StreamsBuilder();
    builder.stream(left).to(output);
    const { cluster, counts, rounds } = counted(test.cluster);
    const streams = await test.start(builder.build(), { cluster, fetchMinBytes: 1_000_000, fetchMaxWaitMs: 2_000 });
    await vi.waitUntil(() => streams.state === 'RUNNING', 10_000);
    await rounds(2);
    for (const record of numbered(20, 'x')) await test.produce(left, [record]);
    expect(await test.readUntil(output, ({ length }) => length === 20)).toHaveLength(20);
    expect(counts.chunks).toBeLessThan(10);
  });

  it('reads no further, at least once, than a bound from what is not acknowledged', async () => {
    await using test = await TestApplication.open(kafka, 'unacknowledged');
    await test.createTopics(1, left, output);
    const builder = new StreamsBuilder();
    builder.stream(left).to(output);
    const { cluster, rounds } = counted(test.cluster);
    using held = withheld(cluster);
    const atLeastOnce = { processingGuarantee: 'at_least_once', commitIntervalMs: 60_000 } as const;
    const streams = await test.start(builder.build(), { cluster: held.cluster, ...atLeastOnce });
    // The first commit, which comes at once, waits for nothing; the next one would wait for all that is sent.
    await vi.waitUntil(() => streams.state === 'RUNNING', 10_000);
    await rounds(2);
    const records = numbered(8_000, 'x');
    await test.produce(left, records);
    await vi.waitUntil(() => held.counts.sent > 2_048, 10_000);
    // In that time another reader has them all.
    await test.readUntil(left, ({ length }) => length === records.length);
    // 2,048, and one round more.
    expect(held.counts.sent).toBeLessThanOrEqual(2_048 + 1_024);
    expect(await test.cluster.committedOffsets(`${test.name}.app`, [test.fullName(left)])).toEqual(
      new Map([[test.fullName(left), [undefined]]]),
    );
    held.release();
    await test.readUntil(output, ({ length }) => length === records.length);
    await streams.close();
    expect(held.counts.sent).toBe(records.length);
  });

  it('polls no more while it is held before a poll, stays a member of its group, and goes on', async () => {
    await using test = await TestApplication.open(kafka, 'held');
    await test.createTopics(1, left, output);
    const builder = new StreamsBuilder();
    builder.stream(left).to(output);
    const { cluster, counts } = counted(test.cluster);
    let held: (() => void) | undefined;
    let isToHold = false;
    const beforePoll = async (): Promise<void> => {
      if (isToHold) await new Promise<void>((resolve) => (held = resolve));
    };
    const streams = await test.start(builder.build(), { cluster, beforePoll, sessionTimeoutMs: SESSION_MS });
    await vi.waitUntil(() => counts.polls > 0 && streams.state === 'RUNNING', 10_000);
    isToHold = true;
    await vi.waitUntil(() => held !== undefined, 10_000);
    const before = { polls: counts.polls, rebalances: streams.metrics.rebalanceTotal };
    await test.produce(left, numbered(10, 'x'));
    // It is held from before the other one joined.
    await untilSilentMemberIsOut(kafka.brokers, `${test.name}.silent`);
    expect(counts.polls).toBe(before.polls);
    expect(await test.cluster.committedOffsets(`${test.name}.app`, [test.fullName(left)])).toEqual(
      new Map([[test.fullName(left), [undefined]]]),
    );
    isToHold = false;
    held?.();
    expect(await test.readUntil(output, ({ length }) => length === 10)).toHaveLength(10);
    expect(streams.metrics.rebalanceTotal).toBe(before.rebalances);
  });

  it('deletes from a repartition topic, at an interval, what is committed, and from no other', async () => {
    await using test = await TestApplication.open(kafka, 'purge');
    await test.createTopics(1, left, right);
    await test.produce(left, numbered(10, 'x'));
    await test.produce(right, numbered(10, 'x'));
    const [purged, kept] = [test.fullName(left), test.fullName(right)];
    const purge = new RepartitionPurge(test.cluster, [purged]);
    const commit = (offset: number) =>
      purge.committed(
        new Map([
          [purged, [offset]],
          [kept, [offset]],
        ]),
      );
    const begins = async () => Object.fromEntries(await test.cluster.beginningOffsets([purged, kept]));
    commit(4);
    await purge.close();
    expect(await begins()).toEqual({ [purged]: [0], [kept]: [0] });
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 30_000);
    commit(7);
    clock.mockRestore();
    await purge.close();
    expect(await begins()).toEqual({ [purged]: [7], [kept]: [0] });
  });
});
