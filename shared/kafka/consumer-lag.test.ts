import { beforeAll, expect, it, vi } from 'vitest';
import { describeOnEachKafka, makeTopic } from '#shared/testing';
import { type Cluster, connectCluster, type OutgoingRecord } from './index.js';

const PATIENCE = { timeout: 20_000 };

await describeOnEachKafka('how far groups are', (kafka) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
    return () => cluster.close();
  });

  const records = (topic: string, partition: number, count: number): OutgoingRecord[] =>
    Array.from({ length: count }, (_, value) => ({
      topic,
      partition,
      key: null,
      value: Buffer.from(String(value)),
      timestamp: 1_380_000_000_000,
    }));

  async function write(...all: readonly OutgoingRecord[]): Promise<void> {
    const producer = await cluster.produce();
    await producer.send(all);
    await producer.close();
  }

  async function commit(groupId: string, offsets: ReadonlyMap<string, readonly number[]>): Promise<void> {
    const producer = await cluster.transactionalProducer({ transactionalId: kafka.unique(groupId) });
    await producer.commit({ groupId, offsets });
    await producer.close();
    // The commit marker is written after the transaction is said to be committed.
    await vi.waitUntil(async () => (await cluster.consumerLag([{ groupId, topics: [] }]))[0]?.lag.size !== 0, PATIENCE);
  }

  it('is the end minus what they committed, and from the beginning where they have committed nothing', async () => {
    const [topic, groupId] = [await makeTopic(kafka, cluster, 'read', 3), kafka.unique('reader')];
    await write(...records(topic, 0, 10), ...records(topic, 1, 5), ...records(topic, 2, 7));
    // What is deleted can no more be read: partition 2 begins at 3.
    await cluster.deleteRecords(new Map([[topic, [undefined, undefined, 3]]]));

    // The first who asks for a coordinator has Apache Kafka make its topic of offsets.
    await expect
      .poll(() => cluster.consumerLag([{ groupId, topics: [topic] }]), PATIENCE)
      .toEqual([{ groupId, lag: new Map([[topic, [10, 5, 4]]]), committed: new Map([[topic, [0, 0, 3]]]) }]);

    await commit(groupId, new Map([[topic, [10, 2]]]));
    expect(await cluster.consumerLag([{ groupId, topics: [topic] }])).toEqual([
      { groupId, lag: new Map([[topic, [0, 3, 4]]]), committed: new Map([[topic, [10, 2, 3]]]) },
    ]);

    await write(...records(topic, 0, 1));
    expect((await cluster.consumerLag([{ groupId, topics: [topic] }]))[0]?.lag).toEqual(new Map([[topic, [1, 3, 4]]]));
  });

  it('comes for several groups at once, each with whatever else it has committed; a topic that is missing is left out', async () => {
    const [input, between] = [await makeTopic(kafka, cluster, 'input'), await makeTopic(kafka, cluster, 'repartition')];
    const [one, other, third] = [kafka.unique('one'), kafka.unique('other'), kafka.unique('third')];
    await write(...records(input, 0, 4), ...records(between, 0, 6));
    await commit(
      one,
      new Map([
        [input, [1]],
        [between, [6]],
      ]),
    );
    await commit(other, new Map([[input, [4]]]));

    const lags = await cluster.consumerLag([
      { groupId: one, topics: [input] },
      { groupId: other, topics: [input, kafka.unique('not-there')] },
      { groupId: third, topics: [] },
    ]);
    expect(new Map(lags.map(({ groupId, lag }) => [groupId, lag]))).toEqual(
      new Map([
        [
          one,
          new Map([
            [input, [3]],
            [between, [0]],
          ]),
        ],
        [other, new Map([[input, [0]]])],
        [third, new Map()],
      ]),
    );
  });

  it('waits for no transaction: it ends where the first open one begins', async () => {
    const [topic, groupId] = [await makeTopic(kafka, cluster, 'written'), kafka.unique('writer')];
    await write(...records(topic, 0, 3));
    const producer = await cluster.transactionalProducer({ transactionalId: kafka.unique('open') });
    await producer.send(records(topic, 0, 2));
    await write(...records(topic, 0, 5));
    await expect
      .poll(async () => (await cluster.consumerLag([{ groupId, topics: [topic] }]))[0]?.lag, PATIENCE)
      .toEqual(new Map([[topic, [3]]]));

    await producer.commit({ groupId, offsets: new Map([[topic, [3]]]) });
    await producer.close();
    // Two records, five records and the marker of the commit, which takes an offset, too.
    await expect
      .poll(async () => (await cluster.consumerLag([{ groupId, topics: [topic] }]))[0]?.lag, PATIENCE)
      .toEqual(new Map([[topic, [8]]]));
  });
});
