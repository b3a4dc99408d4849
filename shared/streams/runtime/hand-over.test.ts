import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Broker, startBroker } from '#shared/embedded/broker';
import type { Cluster } from '#shared/kafka';
import { StreamsBuilder } from '../dsl/streams-builder.js';
import { serdes } from '../serde.js';
import { serdeTopic } from '../topics.js';
import type { KafkaStreams } from './kafka-streams.js';
import { TestApplication } from './test-application.js';

// Sessions are as short here as only the embedded broker lets them be: what a rebalance waits for goes by them.
const SESSION_MS = 1_000;

const input = serdeTopic<string, string>({ name: 'in', key: serdes.string, value: serdes.string });
const counts = serdeTopic<string, number>({ name: 'counts', key: serdes.string, value: serdes.long });
const keys = (count: number, value = 'x') =>
  Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value, timestamp: index }));

let broker: Broker;
let names = 0;
beforeAll(async () => {
  broker = await startBroker({ port: 0 });
});
afterAll(() => broker.close());
const open = (test: string): Promise<TestApplication> =>
  TestApplication.open({ brokers: broker.address, unique: (name) => `${name}-${names++}` }, test);

function counting(options: { readonly persistent?: boolean; readonly work?: () => Promise<void> } = {}) {
  const { persistent = false, work } = options;
  const builder = new StreamsBuilder();
  builder
    .stream(input)
    .mapBatch(async (records) => {
      await work?.();
      return records.map(({ value }) => value);
    })
    .groupByKey()
    .count({ store: 'seen', persistent })
    .toStream()
    .to(counts);
  return builder.build();
}

const seen = (...instances: readonly KafkaStreams[]): Map<string, number> =>
  new Map(instances.flatMap(({ stores }) => [...stores.keyValue<string, number>('seen').all()]));
const assigned = (partitions: number) => async (instance: KafkaStreams) => {
  await vi.waitFor(() => {
    expect([instance.state, instance.metrics.assignedPartitions]).toEqual(['RUNNING', partitions]);
  }, 15_000);
};

describe('tasks that move', () => {
  it('go on where a commit took longer than the rebalance waited for it', async () => {
    await using test = await open('slow-commit');
    await test.createTopics(4, input, counts);
    let isSlow = false;
    // The real cluster, but for a commit that takes its time, as while a broker restarts.
    const slow: Cluster = {
      ...test.cluster,
      async transactionalProducer(options) {
        const producer = await test.cluster.transactionalProducer(options);
        const commit: typeof producer.commit = async (consumed) => {
          if (isSlow) await delay(SESSION_MS * 1.5);
          return producer.commit(consumed);
        };
        return {
          ...producer,
          send: (records) => producer.send(records),
          commit,
          written: (at) => producer.written(at),
          abort: () => producer.abort(),
          close: () => producer.close(),
        };
      },
    };
    const one = await test.start(counting(), { cluster: slow, sessionTimeoutMs: SESSION_MS });
    await assigned(4)(one);
    isSlow = true;
    await test.produce(input, keys(20));
    await vi.waitFor(() => expect(one.metrics.processTotal).toBe(20), 10_000);
    const two = await test.start(counting(), { sessionTimeoutMs: SESSION_MS });
    await vi.waitFor(() => expect(two.metrics.assignedPartitions).toBe(2), 15_000);
    isSlow = false;
    await Promise.all([one, two].map(assigned(2)));
    await test.produce(input, keys(20));
    const whole = new Map(keys(20).map(({ key }) => [key, 2]));
    await vi.waitFor(() => expect(seen(one, two)).toEqual(whole), 15_000);
  });

  it('are left alone by who has lost them, at least once', async () => {
    await using test = await open('stale');
    await test.createTopics(2, input, counts);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHeld = false;
    const work = async (): Promise<void> => {
      if (isHeld) await held;
    };
    const config = { processingGuarantee: 'at_least_once' as const, sessionTimeoutMs: SESSION_MS };
    const one = await test.start(counting({ work }), config);
    await assigned(2)(one);
    isHeld = true;
    await test.produce(input, keys(20));
    const two = await test.start(counting(), config);
    await vi.waitFor(() => expect(two.metrics.assignedPartitions).toBe(1), 15_000);
    await test.produce(input, keys(20));
    const moved = await vi.waitFor(() => {
      const found = seen(two);
      expect(found.size).toBeGreaterThan(0);
      expect([...found.values()]).toEqual(Array(found.size).fill(2));
      return [...found.keys()];
    }, 15_000);
    release();
    await vi.waitFor(() => expect(seen(one).size + moved.length).toBe(20), 15_000);
    await one.close();
    await two.close();
    const three = await test.start(counting(), config);
    await assigned(2)(three);
    expect(new Map([...seen(three)].filter(([key]) => moved.includes(key)))).toEqual(
      new Map(moved.map((key) => [key, 2])),
    );
  });

  it('find their stores on disk as far as they wrote them, and what others did since in the changelog', async () => {
    await using test = await open('folders');
    await test.createTopics(4, input, counts);
    const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'streams-state-')));
    const start = (folder: number) =>
      test.start(counting({ persistent: true }), { stateDir: folders[folder] ?? '', sessionTimeoutMs: SESSION_MS });
    const one = await start(0);
    await assigned(4)(one);
    for (let round = 1; round <= 3; round++) {
      await test.produce(input, keys(40));
      const two = await start(1);
      await Promise.all([one, two].map(assigned(2)));
      await test.produce(input, keys(40));
      const wanted = new Map(keys(40).map(({ key }) => [key, 2 * round]));
      await vi.waitFor(() => expect(seen(one, two)).toEqual(wanted), 15_000);
      await two.close();
      await assigned(4)(one);
      expect(seen(one)).toEqual(wanted);
    }
    await one.close();
    for (const folder of folders) rmSync(folder, { recursive: true });
  });
});

describe('an application that ends', () => {
  it('has committed where it began at the end of a topic, before it has seen a record', async () => {
    await using test = await open('latest');
    await test.createTopics(1, input, counts);
    const topology = () => {
      const builder = new StreamsBuilder();
      builder
        .stream(input, { offsetReset: 'latest' })
        .mapValues(({ length }) => length)
        .to(counts);
      return builder.build();
    };
    await test.produce(input, keys(5, 'before'));
    const one = await test.start(topology());
    await assigned(1)(one);
    await vi.waitFor(() => expect(one.metrics.commitTotal).toBeGreaterThan(0), 10_000);
    await one.close();
    await test.produce(input, keys(5, 'meanwhile'));
    await test.start(topology());
    const read = await test.readUntil(counts, ({ length }) => length === 5);
    expect(read.map(({ value }) => value)).toEqual(Array(5).fill('meanwhile'.length));
  });

  it('leaves its group, whatever those do who are told of it', async () => {
    await using test = await open('listener');
    await test.createTopics(1, input, counts);
    const failing = new StreamsBuilder();
    failing
      .stream(input)
      .mapValues((): number => {
        throw new RangeError('never');
      })
      .to(counts);
    const one = await test.start(failing.build(), {
      onStateChange(state) {
        if (state === 'PENDING_ERROR') throw new Error('the listener fails, too');
      },
    });
    await test.produce(input, keys(1));
    await expect(one.finished).rejects.toThrow('never');
    expect(one.state).toBe('ERROR');
    const two = await test.start(counting());
    await assigned(1)(two);
  });

  it('ends though a processor does not let itself be closed', async () => {
    await using test = await open('closing');
    await test.createTopics(1, input, counts);
    const builder = new StreamsBuilder();
    builder.stream(input).process(() => ({
      process: () => undefined,
      close() {
        throw new Error('stuck');
      },
    }));
    const one = await test.start(builder.build());
    await assigned(1)(one);
    await one.close();
    expect([one.state, one.metrics.failedRecordsTotal]).toEqual(['NOT_RUNNING', 1]);
  });
});
