import { beforeAll, expect, it } from 'vitest';
import { type Registry, startRegistry } from '#shared/embedded/registry';
import { type Cluster, connectCluster } from '#shared/kafka';
import { statusTopic } from '#shared/monitoring';
import { connectSchemas, type Topic } from '#shared/schema';
import { describeOnRealKafka, type ProgramProcess, startProgram } from '#shared/testing';
import { produce } from './producer.js';
import { type Flight, flights, predictions, scoredUnit } from './topics.js';

await describeOnRealKafka('the flight-delay demo', (kafka) => {
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
    startProgram('demos/flight-delay/demo.js', ['--brokers', kafka.brokers, '--registry', registry.url, ...args]);

  it.each([
    ['makes its topics', []],
    ['goes on with topics that are there', []],
    ['keeps to itself in a namespace', ['--namespace', 'alice']],
  ])('%s, and neither loses nor repeats a prediction', async (_what, args) => {
    await using program = demo('--records', '3000', '--rate', '0', '--headless', '--report', '-', ...args);
    expect([await program.exited, program.stderr()]).toEqual([0, expect.stringContaining('3,000 flights produced')]);
    expect(program.stderr()).toContain(`flight-delay on the Kafka cluster at ${kafka.brokers}`);
    expect(JSON.parse(program.stdout())).toMatchObject({
      mode: 'cluster',
      // Of the first 3,000 flights of October 2013 these were cancelled.
      records: { produced: 3_000, filtered: 11, scored: 2_989, deadLettered: 0, lost: 0, duplicated: 0 },
      urls: { brokers: kafka.brokers, registry: registry.url },
    });
  });

  it('refuses a model that is not there in one sentence, however long the groups take to form', async () => {
    await using program = demo('--records', '1', '--headless', '--model', '/no/such/model');
    expect(await program.exited).toBe(2);
    expect(program.stderr()).toMatch(/^The model folder \/no\/such\/model has no model\.onnx; .+\n$/);
  });

  it('works in parts as well: a producer, and two scorers that share the work', async () => {
    const inParts = ({ name }: { readonly name: string }): string => `parts.${name}`;
    /** The committed values of all partitions together: `atLeast` so many, and whatever else was there when it was called. */
    const read = async <V>(topic: Topic<V>, atLeast: number): Promise<V[]> => {
      const name = inParts(topic);
      const ends = (await cluster.endOffsets([name])).get(name) ?? [];
      const partitions = ends.map((end, partition) => ({ topic: name, partition, end }));
      const reader = await cluster.reader({ isolation: 'read_committed' });
      reader.seek(partitions.map((partition) => ({ ...partition, offset: 0 })));
      const deserializer = connectSchemas({ url: registry.url }).deserializer<V>();
      const values: V[] = [];
      while (values.length < atLeast || partitions.some((one) => (reader.position(one) ?? 0) < one.end)) {
        const records = (await reader.poll(1_000)).flatMap((chunk) => chunk.records);
        await deserializer.prepare(records.map(({ value }) => value));
        values.push(...records.map(({ value }) => deserializer.decode(value)));
      }
      await reader.close();
      return values;
    };

    await using one = demo('--only', 'scorer', '--namespace', 'parts');
    await using other = demo('--only', 'scorer', '--namespace', 'parts');
    // The group is complete when its second member has joined: nothing will move while records are on their way.
    await Promise.all([one.said(/Scoring parts\./), other.said(/Scoring parts\./)]);
    await using producer = demo('--only', 'producer', '--records', '500', '--rate', '0', '--namespace', 'parts');
    expect([await producer.exited, producer.stderr()]).toEqual([0, '']);

    const produced = [...produce({ lap: 1, limit: 500, seed: 1 })].filter(({ topic }) => topic.name === flights.name);
    // What is produced to the topic of flights is a flight; DemoRecord forgets which.
    const expected = scoredUnit.expectedIds(produced.map(({ value }) => value as Flight));
    const predicted = await read(predictions, expected.length);
    expect(predicted.map(({ id }) => id).toSorted()).toEqual(expected.toSorted());

    for (const scorer of [one, other]) {
      scorer.signal('SIGTERM');
      expect([await scorer.exited, scorer.stderr()]).toEqual([0, '']);
    }
    expect(await read(predictions, expected.length)).toHaveLength(expected.length);
    const statuses = await read(statusTopic('flight-delay'), 2);
    const scoredTotals = new Map(statuses.map(({ instance, scoredTotal }) => [instance, scoredTotal]));
    expect(scoredTotals.size).toBe(2);
    expect([...scoredTotals.values()].every((total) => total > 0)).toBe(true);
    expect([...scoredTotals.values()].reduce((sum, total) => sum + total, 0)).toBe(expected.length);
  });
});
