import { Kafka, logLevel } from 'kafkajs';
import { beforeAll, expect, it } from 'vitest';
import { type Registry, startRegistry } from '#shared/embedded/registry';
import { type Cluster, connectCluster } from '#shared/kafka';
import { type AuditReport, buildDeliveryAudit, monitoringTopics } from '#shared/monitoring';
import { connectSchemas } from '#shared/schema';
import { StreamsBuilder, startStreams } from '#shared/streams';
import { CommittedRecords, describeOnEachKafkaAlone, startProgram, TAKEOVER_PATIENCE_MS } from '#shared/testing';
import { demo } from './demo.js';
import { departures, flights, outcomes, weather } from './topics.js';

const { deliveryCounts, auditReports } = monitoringTopics(demo.name);
const audited = [flights, departures, outcomes, weather];

await describeOnEachKafkaAlone('the audit of delivery', (kafka) => {
  let registry: Registry;
  let cluster: Cluster;
  beforeAll(async () => {
    registry = await startRegistry({ port: 0 });
    cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
    return async () => {
      await cluster.close();
      await registry.close();
    };
  });

  /** The demo's parts as programs, and the audit beside them, in a namespace of their own. */
  async function setUp(namespace: string) {
    const topicName = ({ name }: { readonly name: string }): string => `${namespace}.${name}`;
    const start = (only: string, ...args: readonly string[]) => {
      const at = ['--brokers', kafka.brokers, '--registry', registry.url, '--namespace', namespace];
      return startProgram(`demos/${demo.name}/demo.js`, ['--only', only, ...at, ...args]);
    };
    const startScorer = async () => {
      const scorer = start('scorer');
      await scorer.said(/Scoring /);
      return scorer;
    };
    const produce = async (records: number): Promise<void> => {
      await using producer = start('producer', '--records', String(records), '--rate', '0');
      expect([await producer.exited, producer.stderr()]).toEqual([0, '']);
    };
    const scorer = await startScorer();
    const startAudit = () => {
      const builder = new StreamsBuilder();
      buildDeliveryAudit(builder, { deliveryCounts, auditReports });
      const schemas = connectSchemas({ url: registry.url });
      return startStreams(builder.build(), { cluster, schemas, applicationId: `${namespace}.audit`, topicName });
    };
    const audit = await startAudit();
    const reports = await CommittedRecords.open(cluster, registry.url, auditReports, topicName(auditReports));
    /** The newest report of each partition of the audited topics. */
    const newest = (): AuditReport[] => [...new Map(reports.records.map(({ key, value }) => [key, value])).values()];
    const totalOf = (field: 'expected' | 'consumed' | 'missing' | 'duplicate' | 'late' | 'altered'): number =>
      newest().reduce((sum, report) => sum + report[field], 0);
    const written = async (): Promise<number> => {
      const ends = await cluster.endOffsets(audited.map(topicName));
      return [...ends.values()].flat().reduce((sum, end) => sum + end, 0);
    };
    return { topicName, start, startScorer, startAudit, produce, scorer, audit, reports, newest, totalOf, written };
  }

  it(
    'finds each record processed once, the same as it was written, also where a scorer is killed and the audit begins anew in mid-stream',
    async () => {
      const run = await setUp(kafka.unique('killed'));
      await using doomed = run.scorer;
      await using producer = run.start('producer', '--records', '3000', '--rate', '600');
      await run.reports.until(() => run.totalOf('consumed') > 1_000);
      doomed.signal('SIGKILL');
      await run.audit.close();
      await using successor = run.start('scorer');
      const audit = await run.startAudit();
      expect(await producer.exited).toBe(0);
      const written = await run.written();
      await run.reports.until(() => run.totalOf('consumed') >= written);
      successor.signal('SIGTERM');
      expect(await successor.exited).toBe(0);
      await audit.close();
      await run.reports.toEnd();
      for (const { topic, partition, expected, consumed, missing, duplicate, altered } of run.newest()) {
        const where = `${topic}-${partition}`;
        expect({ where, consumed, missing, duplicate, altered }).toEqual({
          where,
          consumed: expected,
          missing: 0,
          duplicate: 0,
          altered: 0,
        });
      }
      expect(new Set(run.newest().map(({ topic }) => topic))).toEqual(new Set(audited.map(run.topicName)));
      expect(run.totalOf('expected')).toBe(written);
      expect(await sumsOf('scorer', run.topicName)).toEqual(await sumsOf('producer', run.topicName));
    },
    TAKEOVER_PATIENCE_MS,
  );

  it(
    'misses what a scorer skips, and nothing that it has yet to process',
    async () => {
      const run = await setUp(kafka.unique('skipped'));
      const group = run.topicName({ name: `${demo.name}.scorer` });
      const skipped = { topic: run.topicName(flights), partition: 0 };
      await run.produce(1_000);
      await run.reports.until(() => run.totalOf('consumed') > 0 && run.totalOf('consumed') === run.totalOf('expected'));
      run.scorer.signal('SIGTERM');
      expect(await run.scorer.exited).toBe(0);
      await run.produce(2_000);
      const written = await run.written();
      await run.reports.until(() => run.totalOf('expected') === written);
      expect(run.totalOf('consumed')).toBeLessThan(written);
      expect(run.totalOf('missing')).toBe(0);

      const committed = await cluster.committedOffsets(group, new Map([[skipped.topic, [skipped.partition]]]));
      const from = committed.get(skipped.topic)?.[skipped.partition] ?? Number.NaN;
      await moveGroup(kafka.brokers, group, skipped, from + 7);
      await using scorer = await run.startScorer();
      await run.reports.until(() => run.totalOf('consumed') === written - 7);
      expect(run.totalOf('missing')).toBe(7);
      expect(run.totalOf('duplicate')).toBe(0);
      expect(run.newest().filter(({ missing }) => missing > 0)).toMatchObject([skipped]);
      scorer.signal('SIGTERM');
      expect(await scorer.exited).toBe(0);
      await run.audit.close();
    },
    TAKEOVER_PATIENCE_MS,
  );

  /** By topic, partition and minute: what was counted in one role. */
  async function sumsOf(role: string, topicName: (topic: { readonly name: string }) => string) {
    const counts = await CommittedRecords.open(cluster, registry.url, deliveryCounts, topicName(deliveryCounts));
    await counts.toEnd();
    const sums = new Map<string, { records: number; checksum: number }>();
    const ofRole = counts.records.filter(({ value }) => value.role === role);
    for (const { topic, partition, minutes, records, checksums } of ofRole.flatMap(({ value }) => value.partitions)) {
      for (const [at, minute] of minutes.entries()) {
        const id = `${topic}-${partition} ${minute}`;
        const sum = sums.get(id) ?? { records: 0, checksum: 0 };
        sums.set(id, {
          records: sum.records + (records[at] ?? 0),
          checksum: (sum.checksum + (checksums[at] ?? 0)) % 2 ** 32,
        });
      }
    }
    return Object.fromEntries([...sums].toSorted(([a], [b]) => a.localeCompare(b)));
  }
});

/** As an operator does who lets a group skip records: nobody may be in it. */
async function moveGroup(
  brokers: string,
  groupId: string,
  { topic, partition }: { readonly topic: string; readonly partition: number },
  offset: number,
): Promise<void> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.setOffsets({ groupId, topic, partitions: [{ partition, offset: String(offset) }] });
  } finally {
    await admin.disconnect();
  }
}
