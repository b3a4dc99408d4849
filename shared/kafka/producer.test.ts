import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBroker } from '#shared/embedded/broker';
import { describeOnEachKafka, makeTopic } from '#shared/testing';
import { type Cluster, connectCluster, type OutgoingRecord } from './index.js';

const record = (topic: string, value: string, more: Partial<OutgoingRecord> = {}): OutgoingRecord => ({
  topic,
  key: null,
  value: Buffer.from(value),
  timestamp: 1_380_000_000_000,
  partition: 0,
  ...more,
});

/** All values of partition 0 up to its end as it is when this is called. */
async function valuesOf(cluster: Cluster, topic: string): Promise<string[]> {
  const [end = 0] = (await cluster.endOffsets([topic])).get(topic) ?? [];
  const reader = await cluster.reader({ isolation: 'read_committed' });
  reader.seek([{ topic, partition: 0, offset: 0 }]);
  const values: string[] = [];
  while (values.length < end) {
    for (const { records } of await reader.poll(1_000)) values.push(...records.map(({ value }) => String(value)));
  }
  await reader.close();
  return values;
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index}`);

await describeOnEachKafka('a producer', (kafka) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
    return () => cluster.close();
  });

  const topic = (name: string, partitions = 1): Promise<string> => makeTopic(kafka, cluster, name, partitions);

  it('keeps the order of sends that are not awaited', async () => {
    const name = await topic('order');
    const producer = await cluster.produce();
    await Promise.all(numbers(500).map((value) => producer.send([record(name, value)])));
    expect(await valuesOf(cluster, name)).toEqual(numbers(500));
  });

  it('writes to several topics and partitions at once', async () => {
    const names = [await topic('several', 3), await topic('several-too', 3)];
    const producer = await cluster.produce();
    await producer.send(names.flatMap((name) => [0, 1, 2, 2].map((partition) => record(name, 'x', { partition }))));
    expect([...(await cluster.endOffsets(names)).values()]).toEqual(names.map(() => [1, 1, 2]));
  });

  it('writes each record to the partition that it gave it before', async () => {
    const name = await topic('placed', 5);
    const producer = await cluster.produce();
    const given = numbers(200).map((key) => record(name, key, { key: key === '7' ? null : key, partition: undefined }));
    const placed = await producer.place([...given, record(name, 'here', { partition: 3 })]);
    expect(placed.map(({ value }) => String(value))).toEqual([...numbers(200), 'here']);
    expect(placed.at(-1)?.partition).toBe(3);
    const ofKey = new Map(placed.map(({ key, partition }) => [String(key), partition]));
    await producer.send(placed);
    const expected = [0, 1, 2, 3, 4].map((one) => placed.filter(({ partition }) => partition === one).length);
    expect((await cluster.endOffsets([name])).get(name)).toEqual(expected);
    // A key has its partition by itself, whoever asks.
    const again = await producer.place(given.filter(({ key }) => key !== null));
    expect(again.map(({ key, partition }) => [String(key), partition])).toEqual(
      again.map(({ key }) => [String(key), ofKey.get(String(key))]),
    );
    expect(Math.min(...expected)).toBeGreaterThan(0);
  });

  it('goes on after a record that the cluster refuses, and after a topic that is not there', async () => {
    const name = await topic('refused');
    const producer = await cluster.produce();
    await producer.send([record(name, '0')]);
    await expect(producer.send([record(name, 'x'.repeat(1_100_000))])).rejects.toMatchObject({ code: 'run-failed' });
    await producer.send([record(name, '1')]);
    await expect(producer.send([record(kafka.unique('missing'), 'x')])).rejects.toMatchObject({
      code: 'topic-mismatch',
    });
    await producer.send([record(name, '2')]);
    expect(await valuesOf(cluster, name)).toEqual(numbers(3));
  });

  it('writes nothing any more once it is closed, and what was sent before', async () => {
    const name = await topic('closed');
    const producer = await cluster.produce();
    const sent = producer.send([record(name, '0')]);
    await producer.close();
    await sent;
    await expect(producer.send([record(name, '1')])).rejects.toMatchObject({ code: 'usage' });
    expect(await valuesOf(cluster, name)).toEqual(['0']);
  });
});

describe('a producer whose broker starts again', () => {
  it('has each record there once and in order, whatever was under way', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'producer-'));
    let broker = await startBroker({ port: 0, dataDir });
    const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
    await cluster.ensureTopics([{ name: 'topic', partitions: 1, config: {} }]);
    const producer = await cluster.produce();
    let sent = 0;
    const sending = (async () => {
      for (; sent < 2_000; sent += 1) await producer.send([record('topic', `${sent}`)]);
    })();
    for (let restart = 1; restart <= 3; restart += 1) {
      while (sent < restart * 400) await new Promise(setImmediate);
      await broker.close();
      broker = await startBroker({ port: broker.port, dataDir });
    }
    await sending;
    expect(await valuesOf(cluster, 'topic')).toEqual(numbers(2_000));
    await cluster.close();
    await broker.close();
    rmSync(dataDir, { recursive: true });
  });
});
