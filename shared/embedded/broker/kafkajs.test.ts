import { CompressionTypes, Kafka, type KafkaMessage, logLevel } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { apis } from '#shared/wire';
import { eventually, startTestBroker, type TestBroker } from './test-broker.js';

process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1';

const topics = [{ name: 't', partitions: 4 }];

/** kafkajs as it comes; whatever a test connects is disconnected at its end. */
function kafkaOf(test: TestBroker) {
  const kafka = new Kafka({ brokers: [test.broker.address], clientId: 'test', logLevel: logLevel.NOTHING });
  const connected: { disconnect(): Promise<void> }[] = [];
  const use = async <T extends { connect(): Promise<void>; disconnect(): Promise<void> }>(client: T) => {
    await client.connect();
    connected.push(client);
    return client;
  };
  return {
    producer: (options = {}) => use(kafka.producer(options)),
    admin: () => use(kafka.admin()),
    consumer: (groupId: string) =>
      use(kafka.consumer({ groupId, heartbeatInterval: 50, sessionTimeout: 6000, maxWaitTimeInMs: 50 })),
    async [Symbol.asyncDispose]() {
      await Promise.all(connected.map((client) => client.disconnect()));
    },
  };
}

type KafkaOf = ReturnType<typeof kafkaOf>;

/** A consumer that reads `t` from its beginning, and what it has got so far. */
async function startConsumer(kafka: KafkaOf, groupId: string) {
  const consumer = await kafka.consumer(groupId);
  const got: (KafkaMessage & { readonly partition: number })[] = [];
  const assigned: number[][] = [];
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    assigned.push(ascending(payload.memberAssignment.t ?? []));
  });
  await consumer.subscribe({ topic: 't', fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      got.push({ ...message, partition });
    },
  });
  return { consumer, got, assigned, values: () => got.map(({ value }) => String(value)).sort() };
}

const ascending = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);
const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => ({ key: `k${from + i}`, value: `v${from + i}` }));
const valuesOf = (messages: readonly { value: string }[]) => messages.map(({ value }) => value).sort();

describe('kafkajs 2.2.4', () => {
  it.each([
    { name: 'plain', producer: {}, compression: CompressionTypes.None },
    { name: 'gzip', producer: {}, compression: CompressionTypes.GZIP },
    { name: 'idempotent', producer: { idempotent: true }, compression: CompressionTypes.None },
  ])('gets what it has sent, with keys, headers and times ($name)', async ({ producer: options, compression }) => {
    await using test = await startTestBroker({ topics });
    await using kafka = kafkaOf(test);
    const producer = await kafka.producer(options);
    const [sent] = await producer.send({
      topic: 't',
      compression,
      messages: [{ key: 'UA-1', value: 'late', headers: { origin: 'EWR' }, timestamp: '1356998400000', partition: 2 }],
    });
    expect(sent).toMatchObject({ topicName: 't', partition: 2, errorCode: 0, baseOffset: '0' });
    const { got } = await startConsumer(kafka, 'g');
    await eventually(() => expect(got).toHaveLength(1));
    expect(got[0]).toMatchObject({
      partition: 2,
      offset: '0',
      timestamp: '1356998400000',
      key: Buffer.from('UA-1'),
      value: Buffer.from('late'),
      headers: { origin: Buffer.from('EWR') },
    });
  });

  it('hears of a record while it waits for one', async () => {
    await using test = await startTestBroker({ topics });
    await using kafka = kafkaOf(test);
    const producer = await kafka.producer();
    const { got, assigned } = await startConsumer(kafka, 'g');
    await eventually(() => expect(assigned).toEqual([[0, 1, 2, 3]]));
    await producer.send({ topic: 't', messages: numbered(1) });
    await eventually(() => expect(got).toHaveLength(1));
  });

  it('goes on from the committed offsets when the consumer starts again', async () => {
    await using test = await startTestBroker({ topics });
    await using kafka = kafkaOf(test);
    const producer = await kafka.producer();
    await producer.send({ topic: 't', messages: numbered(20) });
    const first = await startConsumer(kafka, 'g');
    await eventually(() => expect(first.values()).toEqual(valuesOf(numbered(20))));
    await first.consumer.stop();
    await producer.send({ topic: 't', messages: numbered(5, 20) });
    const second = await startConsumer(kafka, 'g');
    await eventually(() => expect(second.values()).toEqual(valuesOf(numbered(5, 20))));
  });

  it('shares partitions between two consumers, and one takes over when the other leaves', async () => {
    await using test = await startTestBroker({ topics });
    await using kafka = kafkaOf(test);
    const producer = await kafka.producer();
    const first = await startConsumer(kafka, 'g');
    const second = await startConsumer(kafka, 'g');
    await eventually(() => {
      expect(first.assigned.at(-1)).toHaveLength(2);
      expect(ascending([...(first.assigned.at(-1) ?? []), ...(second.assigned.at(-1) ?? [])])).toEqual([0, 1, 2, 3]);
    });
    await producer.send({ topic: 't', messages: numbered(100) });
    await eventually(() => expect(first.got.length + second.got.length).toBe(100));
    expect(first.got.length).toBeGreaterThan(0);
    expect(second.got.length).toBeGreaterThan(0);

    await first.consumer.stop();
    await eventually(() => expect(second.assigned.at(-1)).toEqual([0, 1, 2, 3]));
    await producer.send({ topic: 't', messages: numbered(50, 100) });
    await eventually(() => expect(second.values()).toEqual(expect.arrayContaining(valuesOf(numbered(50, 100)))));
  });

  it('seeks back', async () => {
    await using test = await startTestBroker({ topics });
    await using kafka = kafkaOf(test);
    const producer = await kafka.producer();
    await producer.send({ topic: 't', messages: numbered(5).map((message) => ({ ...message, partition: 0 })) });
    const { consumer, got } = await startConsumer(kafka, 'g');
    await eventually(() => expect(got).toHaveLength(5));
    consumer.seek({ topic: 't', partition: 0, offset: '3' });
    await eventually(() => expect(got.map(({ offset }) => offset)).toEqual(['0', '1', '2', '3', '4', '3', '4']));
  });

  it('administers topics, groups and offsets', async () => {
    await using test = await startTestBroker();
    await using kafka = kafkaOf(test);
    const admin = await kafka.admin();
    const configEntries = [{ name: 'cleanup.policy', value: 'compact,delete' }];
    expect(await admin.createTopics({ topics: [{ topic: 't', numPartitions: 2, configEntries }] })).toBe(true);
    expect(await admin.createTopics({ topics: [{ topic: 't' }] })).toBe(false);
    await admin.createPartitions({ topicPartitions: [{ topic: 't', count: 3 }] });
    const { topics: described } = await admin.fetchTopicMetadata({ topics: ['t'] });
    expect(described[0]?.partitions).toHaveLength(3);

    const producer = await kafka.producer();
    const at = (timestamp: string) => ({ key: 'k', value: 'v', partition: 0, timestamp });
    await producer.send({ topic: 't', messages: ['1000', '2000', '3000'].map(at) });
    expect(await admin.fetchTopicOffsets('t')).toContainEqual({ partition: 0, offset: '3', high: '3', low: '0' });
    const byTime = await admin.fetchTopicOffsetsByTimestamp('t', 1500);
    expect(byTime).toContainEqual({ partition: 0, offset: '1' });
    await admin.deleteTopicRecords({ topic: 't', partitions: [{ partition: 0, offset: '2' }] });
    expect(await admin.fetchTopicOffsets('t')).toContainEqual({ partition: 0, offset: '3', high: '3', low: '2' });

    // Not admin.setOffsets: it starts a consumer whose first fetch waits its five seconds.
    await test.client.request(apis.offsetCommit, 2, {
      groupId: 'g',
      generationIdOrMemberEpoch: -1,
      memberId: '',
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 2, committedMetadata: null }] }],
    });
    const [offsets] = await admin.fetchOffsets({ groupId: 'g', topics: ['t'] });
    expect(offsets?.partitions).toContainEqual({ partition: 0, offset: '2', metadata: null });
    expect((await admin.listGroups()).groups.map(({ groupId }) => groupId)).toEqual(['g']);
    expect((await admin.describeGroups(['g'])).groups[0]).toMatchObject({ groupId: 'g', state: 'Empty' });
    await admin.deleteGroups(['g']);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: 't', configNames: ['cleanup.policy'] }],
    });
    expect(resources[0]?.configEntries[0]).toMatchObject({
      configName: 'cleanup.policy',
      configValue: 'compact,delete',
    });
    const { brokers, controller } = await admin.describeCluster();
    expect(brokers).toEqual([{ nodeId: controller, host: '127.0.0.1', port: test.broker.port }]);
    await admin.deleteTopics({ topics: ['t'] });
    expect(await admin.listTopics()).toEqual([]);
  });

  it('tells the sender of a record without a key that a compacted topic does not take it', async () => {
    const compacted = [{ name: 't', partitions: 1, config: { 'cleanup.policy': 'compact' } }];
    await using test = await startTestBroker({ topics: compacted });
    await using kafka = kafkaOf(test);
    const producer = await kafka.producer({ retry: { retries: 0 } });
    await expect(producer.send({ topic: 't', messages: [{ value: 'v' }] })).rejects.toThrow();
  });
});
