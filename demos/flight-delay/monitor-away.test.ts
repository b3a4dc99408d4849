import { Kafka, logLevel } from 'kafkajs';
import { beforeAll, expect, it, vi } from 'vitest';
import { type Registry, startRegistry } from '#shared/embedded/registry';
import { type Cluster, connectCluster } from '#shared/kafka';
import { type AuditReport, monitoringTopics } from '#shared/monitoring';
import { connectSchemas } from '#shared/schema';
import { StreamsBuilder, serdes, serdeTopic, startStreams } from '#shared/streams';
import { CommittedRecords, describeOnEachKafkaAlone, type ProgramProcess, startProgram } from '#shared/testing';
import { demo } from './demo.js';
import { flights } from './topics.js';

const { deliveryCounts, auditReports } = monitoringTopics(demo.name);
const MINUTE_MS = 60_000;
const GRACE_MINUTES = 60;
/** The monitor has what others leave, which on a machine that never rests is little. */
const PATIENCE_MS = 120_000;

await describeOnEachKafkaAlone('a monitor', (kafka) => {
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

  const monitorOf = (namespace: string): ProgramProcess => {
    const at = ['--brokers', kafka.brokers, '--registry', registry.url, '--namespace', namespace];
    return startProgram(`demos/${demo.name}/demo.js`, ['--only', 'monitor', ...at]);
  };

  it(
    'that was away for longer than counts are kept starts again, says so, and takes nothing for missing or a duplicate',
    async () => {
      const namespace = kafka.unique('away');
      const nameOf = ({ name }: { readonly name: string }): string => `${namespace}.${name}`;
      const counts = nameOf(deliveryCounts);
      await using before = monitorOf(namespace);
      await before.said(/(Monitoring )/);
      const serialize = await connectSchemas({ url: registry.url }).register(deliveryCounts, counts);
      const producer = await cluster.produce();
      const tell = (role: 'producer' | 'scorer', ...told: readonly (readonly [n: number, records: number])[]) => {
        const minutes = told.map(([n]) => n * MINUTE_MS);
        const records = told.map(([, each]) => each);
        const value = serialize({
          role,
          instance: 'one',
          partitions: [{ topic: nameOf(flights), partition: 0, minutes, records, checksums: records }],
        });
        return producer.send([{ topic: counts, key: 'one', value, timestamp: 0 }]);
      };
      const reports = await CommittedRecords.open(cluster, registry.url, auditReports, nameOf(auditReports));
      const newest = (): AuditReport | undefined => reports.records.at(-1)?.value;
      await tell('producer', [0, 5], [1, 5]);
      await tell('scorer', [0, 5], [1, 5]);
      await reports.until(() => newest()?.consumed === 10);
      before.signal('SIGTERM');
      expect([await before.exited, before.stderr()]).toEqual([0, '']);

      await tell('producer', [2, 5], [3, 5]);
      const end = (await cluster.endOffsets([counts])).get(counts)?.[0] ?? 0;
      await tell('scorer', [2, 5], [3, 1]);
      await cluster.deleteRecords(new Map([[counts, [end]]]));
      await using after = monitorOf(namespace);
      const went = `Monitoring goes on at offset ${end} of partition 0 of ${counts}, whose records from offset`;
      expect(await after.said(new RegExp(`(${went}) `))).toBe(went);
      await tell('producer', [4, 1]);
      await tell('scorer', [3, 4], [4, 1]);
      const [first, last] = [5 + GRACE_MINUTES, 5 + 3 * GRACE_MINUTES];
      await tell('producer', [first, 5], [last, 1]);
      await tell('scorer', [first, 5], [last, 1]);
      await reports.until(() => newest()?.consumed === 6);
      expect(newest()).toMatchObject({
        since: first * MINUTE_MS,
        eventTime: last * MINUTE_MS,
        expected: 6,
        missing: 0,
        duplicate: 0,
        altered: 0,
      });
      after.signal('SIGTERM');
      expect([await after.exited, after.stderr()]).toEqual([0, '']);
      await producer.close();
    },
    PATIENCE_MS,
  );

  it(
    'of which one application cannot start has the others leave their groups, and says why',
    async () => {
      const namespace = kafka.unique('refused');
      const other = serdeTopic<string, string>({
        name: kafka.unique('other'),
        key: serdes.string,
        value: serdes.string,
      });
      await cluster.ensureTopics([{ name: other.name, partitions: 1, config: {} }]);
      const builder = new StreamsBuilder();
      builder.stream(other).filter(() => true);
      const groupOf = (name: string): string => `${namespace}.${demo.name}.${name}`;
      const stranger = await startStreams(builder.build(), { cluster, applicationId: groupOf('drift') });
      await vi.waitFor(() => expect(stranger.state).toBe('RUNNING'), 20_000);
      await using monitor = monitorOf(namespace);
      expect(await monitor.exited).toBe(1);
      expect(monitor.stderr()).toContain(`The application id ${groupOf('drift')} is used by another topology`);
      const admin = new Kafka({ brokers: [kafka.brokers], logLevel: logLevel.NOTHING }).admin();
      const { groups } = await admin.describeGroups(['delivery-audit', 'quality'].map(groupOf));
      await admin.disconnect();
      const members = new Map(groups.map((group) => [group.groupId, group.members.length]));
      expect(members).toEqual(new Map(['delivery-audit', 'quality'].map((name) => [groupOf(name), 0])));
      await stranger.close();
    },
    PATIENCE_MS,
  );
});
