import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startBroker } from '#shared/embedded/broker';
import type { KitError } from '#shared/errors';
import { type Cluster, connectCluster, type OutgoingRecord } from './index.js';

const partition = { topic: 'topic', partition: 0 };
const record = (value: number): OutgoingRecord => ({
  ...partition,
  key: null,
  value: Buffer.from(String(value)),
  timestamp: 1_380_000_000_000,
});
const upTo = (total: number): number[] => Array.from({ length: total }, (_, value) => value);

describe('a broker that is away for a while', () => {
  let broker: Awaited<ReturnType<typeof startBroker>>;
  let cluster: Cluster;

  beforeEach(async () => {
    broker = await startBroker({ port: 0 });
    cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
    await cluster.ensureTopics([{ name: 'topic', partitions: 1, config: {} }]);
  });

  afterEach(async () => {
    await cluster.close();
    await broker.close();
  });

  /** Reads until it has so many values. */
  async function read(total: number): Promise<number[]> {
    const reader = await cluster.reader({ isolation: 'read_committed' });
    reader.seek([{ ...partition, offset: 0 }]);
    const values: number[] = [];
    while (values.length < total) {
      for (const { records } of await reader.poll(500)) values.push(...records.map(({ value }) => Number(value)));
    }
    await reader.close();
    return values;
  }

  it('has each record once and in order, those that were under way when it went as well', async () => {
    const total = 2_000;
    const reading = read(total);
    const producer = await cluster.produce();
    for (let next = 0; next < total; next += 1) {
      const sent = producer.send([record(next)]);
      if (next % 500 === 250) broker.suspend(200);
      if (next % 10 === 0) await sent;
    }
    expect(await reading).toEqual(upTo(total));
    // As the same producer: a broker that knows another one would have taken what was sent again for new.
    expect(producer.written(partition)).toBe(total);
    expect((await cluster.endOffsets(['topic'])).get('topic')).toEqual([total]);
    await producer.close();
  });

  it('commits what a transaction has begun before', async () => {
    const producer = await cluster.transactionalProducer({ transactionalId: 'id' });
    await producer.send([record(0)]);
    const sending = producer.send([record(1)]);
    broker.suspend(300);
    await sending;
    await producer.commit({ groupId: 'group', offsets: new Map([['topic', [1]]]) });
    expect(await read(2)).toEqual([0, 1]);
    expect((await cluster.committedOffsets('group', ['topic'])).get('topic')).toEqual([1]);
  });

  it('has the members of its groups back, also those whose session has run out', async () => {
    const lost: KitError[] = [];
    let assigned = 0;
    const member = await cluster.joinGroup({
      groupId: 'group',
      topics: ['topic'],
      sessionTimeoutMs: 6_000,
      assignor: {
        name: 'all',
        version: 1,
        userData: () => Buffer.alloc(0),
        assign: (members) =>
          new Map(members.map(({ memberId }) => [memberId, { partitions: new Map([['topic', [0]]]) }])),
      },
      onAssigned: () => {
        assigned += 1;
      },
      onLost: (reason) => lost.push(reason),
    });
    const commits = (offset: number): Promise<void> =>
      vi.waitFor(async () => expect(await member.commit(new Map([['topic', [offset]]]))).toBe(true), 10_000);
    broker.suspend(300);
    await commits(1);
    expect(assigned).toBe(1);
    broker.suspend(7_000);
    await vi.waitUntil(() => assigned === 2, 20_000);
    await commits(2);
    expect(lost).toEqual([]);
    await member.close();
  });
});
