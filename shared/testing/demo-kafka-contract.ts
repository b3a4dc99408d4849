import { beforeAll, expect, it } from 'vitest';
import type { DemoDefinition } from '#shared/commands';
import type { PredictionFields } from '#shared/dashboard';
import { type Registry, startRegistry } from '#shared/embedded/registry';
import { type Cluster, connectCluster } from '#shared/kafka';
import { statusTopic } from '#shared/monitoring';
import { CommittedRecords } from './committed-records.js';
import { type DemoExpectations, reportOn } from './demo-contract.js';
import { expectedIdsOf } from './demo-inputs.js';
import type { KafkaUnderTest } from './each-kafka.js';
import { type ProgramProcess, startProgram } from './program-process.js';

/** What each demo does on Apache Kafka, whatever its subject. */
export function specifyDemoOnKafka<I, P extends PredictionFields, O>(
  kafka: KafkaUnderTest,
  definition: DemoDefinition<I, P, O>,
  { run, paced }: Pick<DemoExpectations, 'run' | 'paced'>,
): void {
  const { name, topics } = definition;
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
  const demo = (...args: string[]): ProgramProcess =>
    startProgram(`demos/${name}/demo.js`, ['--brokers', kafka.brokers, '--registry', registry.url, ...args]);

  it.each([
    ['makes its topics', []],
    ['goes on with topics that are there', []],
    ['keeps to itself in a namespace', ['--namespace', 'alice']],
  ])('%s, and neither loses nor repeats a prediction', async (_what, args) => {
    const length = ['--records', String(run.records), '--rate', '0'];
    await using program = demo(...length, '--headless', '--report', '-', ...args);
    expect([await program.exited, program.stderr()]).toEqual([0, expect.stringContaining('0 lost, 0 duplicated.')]);
    expect(program.stderr()).toContain(`${name} on the Kafka cluster at ${kafka.brokers}`);
    expect(reportOn(program)).toMatchObject({
      mode: 'cluster',
      records: { ...run.counts, deadLettered: 0, lost: 0, duplicated: 0 },
      urls: { brokers: kafka.brokers, registry: registry.url },
    });
  });

  it('works in parts as well: a producer, and two scorers that share the work', async () => {
    const namespace = ['--namespace', 'parts'];
    await using one = demo('--only', 'scorer', ...namespace);
    await using other = demo('--only', 'scorer', ...namespace);
    // The group is complete when its second member has joined: nothing will move while records are on their way.
    await Promise.all([one.said(/Scoring parts\./), other.said(/Scoring parts\./)]);
    await using producer = demo('--only', 'producer', '--records', String(paced.records), '--rate', '0', ...namespace);
    expect([await producer.exited, producer.stderr()]).toEqual([0, '']);

    const expected = expectedIdsOf(definition, paced.records).toSorted();
    const predicted = await CommittedRecords.open(
      cluster,
      registry.url,
      topics.predictions,
      `parts.${topics.predictions.name}`,
    );
    await predicted.until(({ length }) => length >= expected.length);
    for (const scorer of [one, other]) {
      scorer.signal('SIGTERM');
      expect([await scorer.exited, scorer.stderr()]).toEqual([0, '']);
    }
    await predicted.toEnd();
    expect(predicted.records.map(({ value }) => value.id).toSorted()).toEqual(expected);

    const status = statusTopic(name);
    const statuses = await CommittedRecords.open(cluster, registry.url, status, `parts.${status.name}`);
    await statuses.toEnd();
    const totals = new Map(statuses.records.map(({ value }) => [value.instance, value.scoredTotal]));
    expect(totals.size).toBe(2);
    expect([...totals.values()].every((total) => total > 0)).toBe(true);
    expect([...totals.values()].reduce((sum, total) => sum + total, 0)).toBe(expected.length);
  });
}
