import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Registry, startRegistry } from '#shared/embedded/registry';
import {
  type Alerting,
  describeWithPrometheus,
  type KafkaCluster,
  type KafkaNode,
  missingForKafkaJars,
  type ProgramProcess,
  startAlerting,
  startKafkaCluster,
  startProgram,
} from '#shared/testing';

const demo = 'churn';

const missing = await missingForKafkaJars();
const isSkipped = missing !== undefined && process.env.CI !== 'true';
if (isSkipped) console.warn(`Skipped: Faults of brokers, because ${missing}.`);

// In this order: the first broker is lost, then the second one, then both come back.
await describeWithPrometheus('Faults of brokers', () => {
  describe.skipIf(isSkipped)('of Apache Kafka on three nodes, where each partition has two replicas', () => {
    let kafka: KafkaCluster;
    let registry: Registry;
    let alerting: Alerting;
    let program: ProgramProcess;
    beforeAll(async () => {
      [kafka, registry, alerting] = await Promise.all([
        startKafkaCluster(3),
        startRegistry({ port: 0 }),
        startAlerting(),
      ]);
      const where = ['--brokers', kafka.brokers, '--registry', registry.url];
      program = startProgram('demos/churn/demo.js', [...where, '--port', '0', '--monitoring', 'off']);
      await alerting.watch(await program.said(/Live page\s+(http\S+)/));
      await vi.waitUntil(async () => (await scored()) > 0, { timeout: 240_000, interval: 200 });
    });
    afterAll(async () => {
      await program[Symbol.asyncDispose]();
      await alerting[Symbol.asyncDispose]();
      await registry.close();
      await kafka[Symbol.asyncDispose]();
    });

    const value = async (expression: string): Promise<number> =>
      (await alerting.prometheus.query(expression))[0]?.value ?? 0;
    const scored = (): Promise<number> => value(`sum(kafka_ml_records_scored_total{demo="${demo}"})`);
    const worker = (index: number): KafkaNode => {
      const found = kafka.workers[index];
      if (found === undefined) throw new Error(`The cluster has no worker ${index}.`);
      return found;
    };

    it('one that is lost: partitions lack a replica, and all goes on', async () => {
      expect(await value('max(kafka_ml_cluster_brokers)')).toBe(3);
      await worker(0).kill();
      const gone = await alerting.told({ alertname: 'BrokerMissing', demo });
      expect(gone.annotations.description).toMatch(/^The cluster of churn has 2 brokers now/);
      const lacking = await alerting.told({ alertname: 'PartitionsUnderReplicated', demo });
      expect(lacking.annotations.summary).toMatch(/^churn: [1-9]\d* partitions lack a replica$/);
      expect(alerting.webhook.of({ alertname: 'PartitionsOffline' })).toEqual([]);
      const before = await scored();
      await vi.waitUntil(async () => (await scored()) > before, { timeout: 240_000, interval: 200 });
    });

    it('the other one that had what the first one had: partitions have no leader', async () => {
      await worker(1).kill();
      const { annotations } = await alerting.told({ alertname: 'PartitionsOffline', demo });
      expect(annotations.summary).toMatch(/^churn: [1-9]\d* partitions have no leader$/);
    });

    it('both that come back', async () => {
      await Promise.all(kafka.workers.map((each) => each.start()));
      await alerting.told({ alertname: 'PartitionsOffline', demo }, 'resolved');
      await alerting.told({ alertname: 'PartitionsUnderReplicated', demo }, 'resolved');
      await alerting.told({ alertname: 'BrokerMissing', demo }, 'resolved');
    });
  });
});
