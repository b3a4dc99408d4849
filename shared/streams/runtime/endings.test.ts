import kafkajs from 'kafkajs';
import { expect, it, vi } from 'vitest';
import { type Cluster, connectCluster } from '#shared/kafka';
import { describeOnEachKafka } from '#shared/testing';
import { StreamsBuilder } from '../dsl/streams-builder.js';
import { serdes } from '../serde.js';
import { serdeTopic } from '../topics.js';
import { TestApplication } from './test-application.js';

const topic = (name: string) => serdeTopic<string, string>({ name, key: serdes.string, value: serdes.string });
const [input, other, out] = [topic('in'), topic('other'), topic('out')];

function copying(...topics: readonly (typeof input)[]) {
  const builder = new StreamsBuilder();
  for (const each of topics) builder.stream(each).to(out);
  return builder.build();
}

const records = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ key: `k${at}`, value: 'v', timestamp: at }));

await describeOnEachKafka('an application that cannot go on', (kafka) => {
  it('says that its id is used by another topology, which goes on undisturbed', async () => {
    await using test = await TestApplication.open(kafka, 'two');
    await test.createTopics(2, input, other, out);
    const one = await test.start(copying(input, other));
    await vi.waitFor(() => expect(one.metrics.assignedPartitions).toBe(4), 20_000);
    for (const another of [copying(other), copying(other, input)]) {
      await expect(test.start(another)).rejects.toMatchObject({
        code: 'topology',
        message:
          `The application id ${test.name}.app is used by another topology: sub-topology 0 of the instances at work reads ` +
          `${test.name}.in; here it reads ${test.name}.other. Stop those instances, or give this one another application id.`,
      });
    }
    await test.produce(input, records(10));
    await test.produce(other, records(10));
    await vi.waitFor(() => expect(one.metrics.processTotal).toBe(20), 20_000);
    expect(one.metrics.taskCreatedTotal).toBe(4);
    const two = await test.start(copying(input, other));
    await vi.waitFor(() => expect(two.metrics.assignedPartitions).toBe(2), 20_000);
  });

  it('says that a topic has got partitions, which it does not read', async () => {
    await using test = await TestApplication.open(kafka, 'grown');
    await test.createTopics(1, input, out);
    const watchful: Cluster = {
      ...test.cluster,
      joinGroup: (options) => test.cluster.joinGroup({ ...options, topicsMaxAgeMs: 100 }),
    };
    const streams = await test.start(copying(input), { cluster: watchful });
    await test.produce(input, records(10));
    await vi.waitFor(() => expect(streams.metrics.processTotal).toBe(10), 20_000);
    const client = new kafkajs.Kafka({ brokers: [kafka.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const admin = client.admin();
    await admin.createPartitions({ topicPartitions: [{ topic: test.fullName(input), count: 4 }] });
    await admin.disconnect();
    await expect(streams.finished).rejects.toMatchObject({
      code: 'topic-mismatch',
      message: expect.stringContaining(
        `The topic ${test.fullName(input)} has 4 partitions now, and had 1 when the application started`,
      ),
    });
    expect(streams.state).toBe('ERROR');
    const again = await test.start(copying(input));
    await vi.waitFor(() => expect(again.metrics.assignedPartitions).toBe(4), 20_000);
  });

  it('ends when its cluster is closed', async () => {
    await using test = await TestApplication.open(kafka, 'closed');
    await test.createTopics(1, input, out);
    const cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'closed' });
    const streams = await test.start(copying(input), { cluster });
    await vi.waitFor(() => expect(streams.state).toBe('RUNNING'), 20_000);
    await cluster.close();
    await expect(streams.finished).rejects.toMatchObject({ code: 'usage' });
    expect(streams.state).toBe('ERROR');
  });
});
