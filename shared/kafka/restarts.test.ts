import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startBroker } from '#shared/embedded/broker';
import { KitError } from '#shared/errors';
import {
  type Assignment,
  type Cluster,
  connectCluster,
  type OutgoingRecord,
  type TransactionalProducer,
} from './index.js';

const partition = { topic: 'topic', partition: 0 };
const record = (value: number): OutgoingRecord => ({
  ...partition,
  key: null,
  value: Buffer.from(String(value)),
  timestamp: 1_380_000_000_000,
});

/** All values that read_committed shows now. */
async function committedValues(cluster: Cluster): Promise<number[]> {
  const reader = await cluster.reader({ isolation: 'read_committed' });
  const [end = 0] = (await cluster.endOffsets(['topic'])).get('topic') ?? [];
  reader.seek([{ ...partition, offset: 0 }]);
  const values: number[] = [];
  while ((reader.position(partition) ?? 0) < end) {
    for (const { records } of await reader.poll(200)) values.push(...records.map(({ value }) => Number(value)));
  }
  for (const { records } of await reader.poll(0)) values.push(...records.map(({ value }) => Number(value)));
  await reader.close();
  return values;
}

describe('a broker that starts again', () => {
  let dataDir: string;
  let broker: Awaited<ReturnType<typeof startBroker>>;
  let cluster: Cluster;

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'restarts-'));
    broker = await startBroker({ port: 0, dataDir });
    cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
    await cluster.ensureTopics([{ name: 'topic', partitions: 1, config: {} }]);
  });

  afterEach(async () => {
    await cluster.close();
    await broker.close();
    rmSync(dataDir, { recursive: true });
  });

  const restart = async (downMs = 0): Promise<void> => {
    await broker.close();
    await delay(downMs);
    broker = await startBroker({ port: broker.port, dataDir });
  };

  it('is read on from', async () => {
    const reader = await cluster.reader({ isolation: 'read_committed' });
    reader.seek([{ ...partition, offset: 0 }]);
    for (let round = 0; round < 3; round += 1) {
      const producer = await cluster.produce();
      await producer.send([record(round)]);
      await producer.close();
      const records = [];
      while (records.length < 1) for (const chunk of await reader.poll(500)) records.push(...chunk.records);
      expect(records.map(({ value }) => Number(value))).toEqual([round]);
      const polling = reader.poll(500);
      await restart(round * 300);
      expect(await polling).toEqual([]);
    }
    await reader.close();
  });

  it('has its members back, who commit again', async () => {
    const assigned: Assignment[] = [];
    const lost: KitError[] = [];
    const member = await cluster.joinGroup({
      groupId: 'group',
      topics: ['topic'],
      assignor: {
        name: 'all',
        version: 1,
        userData: () => Buffer.alloc(0),
        assign: (members) =>
          new Map(members.map(({ memberId }) => [memberId, { partitions: new Map([['topic', [0]]]) }])),
      },
      onAssigned: (assignment) => assigned.push(assignment),
      onLost: (reason) => lost.push(reason),
    });
    for (let round = 1; round <= 2; round += 1) {
      await restart(300);
      await vi.waitFor(async () => expect(await member.commit(new Map([['topic', [round]]]))).toBe(true), 10_000);
      expect((await cluster.committedOffsets('group', ['topic'])).get('topic')).toEqual([round]);
    }
    expect(assigned.length).toBeGreaterThan(1);
    expect(assigned.at(-1)).toEqual(new Map([['topic', [0]]]));
    expect(lost).toEqual([]);
    await member.close();
  });

  it('does not show what was open, and says so to its producer', async () => {
    const producer = await cluster.transactionalProducer({ transactionalId: 'id' });
    await producer.send([record(1)]);
    await restart();
    await expect(producer.commit({ groupId: 'group', offsets: new Map() })).rejects.toMatchObject({
      code: 'producer-fenced',
    });
    const next = await cluster.transactionalProducer({ transactionalId: 'id' });
    await next.send([record(2)]);
    await next.commit({ groupId: 'group', offsets: new Map() });
    expect(await committedValues(cluster)).toEqual([2]);
  });

  it('has each record once, whatever was under way when it ended', async () => {
    const total = 400;
    const begin = () => cluster.transactionalProducer({ transactionalId: 'id' });
    const goOnAt = async () => (await cluster.committedOffsets('group', ['topic'])).get('topic')?.[0] ?? 0;
    let done = false;
    let begun = 0;
    const restarting = (async () => {
      while (!done) {
        const before = begun;
        await vi.waitFor(() => expect(begun > before + 20 || done).toBe(true), { timeout: 20_000, interval: 1 });
        if (!done) await restart();
      }
    })();
    let producer: TransactionalProducer | undefined;
    let failures = 0;
    for (let next = 0; next < total; ) {
      try {
        producer ??= await begin();
        begun += 1;
        const sends = [producer.send([record(next)]), producer.send([record(next + 1)])];
        await Promise.all([...sends, producer.commit({ groupId: 'group', offsets: new Map([['topic', [next + 2]]]) })]);
        next += 2;
      } catch (error) {
        expect(['producer-fenced', 'cluster-unreachable']).toContain(KitError.from(error).code);
        failures += 1;
        producer = await begin();
        next = await goOnAt();
      }
    }
    done = true;
    await restarting;
    expect(failures).toBeGreaterThan(0);
    expect(await committedValues(cluster)).toEqual(Array.from({ length: total }, (_, value) => value));
  });
});
