import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startBroker } from '#shared/embedded/broker';
import { KitError } from '#shared/errors';
import {
  describeOnEachKafka,
  makeTopic,
  missingForKafkaJars,
  startBrokerProgram,
  startKafkaProcess,
} from '#shared/testing';
import { healthOf } from './cluster-health.js';
import { connectCluster } from './index.js';

const whyNoJars = await missingForKafkaJars();
const skipped = whyNoJars !== undefined && process.env.CI !== 'true';
if (skipped) console.warn(`Skipped: Apache Kafka that is down, because to run it from its jars ${whyNoJars}.`);

await describeOnEachKafka('the health of a cluster', (kafka) => {
  it('has its brokers, and its topics but for those that are missing', async () => {
    const cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
    const topic = await makeTopic(kafka, cluster, 'topic', 3);
    expect(await cluster.health([topic, kafka.unique('missing')])).toEqual({
      brokers: 1,
      topics: new Map([[topic, { partitions: 3, offline: 0, underReplicated: 0 }]]),
    });
    await cluster.close();
  });
});

describe('the health of a topic', () => {
  it('counts partitions without a leader, and those that lack a replica', () => {
    expect(
      healthOf([
        { leaderId: 1, replicaNodes: [1, 2, 3], isrNodes: [1, 2, 3] },
        { leaderId: 2, replicaNodes: [1, 2, 3], isrNodes: [2, 3] },
        { leaderId: -1, replicaNodes: [1, 2, 3], isrNodes: [1] },
      ]),
    ).toEqual({ partitions: 3, offline: 1, underReplicated: 2 });
  });
});

describe('a cluster that is asked how it is', () => {
  it('cannot be reached while its broker is down, and can be again', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'health-'));
    let broker = await startBroker({ port: 0, dataDir });
    const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
    expect(await cluster.health([])).toEqual({ brokers: 1, topics: new Map() });
    const { port } = broker;
    await broker.close();
    for (let question = 0; question < 3; question += 1) {
      await expect(cluster.health([])).rejects.toMatchObject({
        code: 'cluster-unreachable',
        message: expect.stringMatching(/^Asking the cluster how it is: .*(ECONNREFUSED|closed the connection)/),
      });
    }
    broker = await startBroker({ port, dataDir });
    expect(await cluster.health([])).toEqual({ brokers: 1, topics: new Map() });
    await cluster.close();
    await broker.close();
    rmSync(dataDir, { recursive: true });
  });

  it.skipIf(skipped)(
    'cannot be reached while Apache Kafka is down, and can be again',
    async () => {
      await using kafka = await startKafkaProcess();
      const cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
      await cluster.ensureTopics([{ name: 'topic', partitions: 2, config: {} }]);
      await kafka.stop();
      await expect(cluster.health(['topic'])).rejects.toMatchObject({ code: 'cluster-unreachable' });
      await kafka.start();
      await expect
        .poll(() => cluster.health(['topic']).catch(() => undefined), { timeout: 20_000 })
        .toEqual({ brokers: 1, topics: new Map([['topic', { partitions: 2, offline: 0, underReplicated: 0 }]]) });
      await cluster.close();
    },
    120_000,
  );

  it('cannot be reached while its broker hangs, and can be again', async () => {
    await using program = await startBrokerProgram();
    const cluster = await connectCluster({ brokers: [program.brokers], clientId: 'test' });
    await cluster.health([]);
    program.signal('SIGSTOP');
    const why = (): Promise<string> =>
      cluster.health([]).then(
        () => 'answered',
        (error: unknown) => KitError.from(error).message,
      );
    const silent = 'Asking the cluster how it is: no answer came within 2 s';
    await expect.poll(why, { timeout: 10_000 }).toBe(silent);
    expect(await why()).toBe(silent);
    program.signal('SIGCONT');
    await expect
      .poll(() => cluster.health([]).catch(() => undefined), { timeout: 10_000 })
      .toMatchObject({ brokers: 1 });
    await cluster.close();
  });

  it('is asked no more once it is closed', async () => {
    const broker = await startBroker({ port: 0 });
    const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
    await cluster.close();
    await expect(cluster.health([])).rejects.toMatchObject({ code: 'cluster-unreachable' });
    await broker.close();
  });
});
