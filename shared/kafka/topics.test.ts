import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBroker } from '#shared/embedded/broker';
import { describeOnEachKafka } from '#shared/testing';
import { type Cluster, connectCluster, type OutgoingRecord } from './index.js';

const record = (topic: string, partition: number): OutgoingRecord => ({
  topic,
  partition,
  key: null,
  value: Buffer.from('value'),
  timestamp: 1_380_000_000_000,
});

await describeOnEachKafka('Topics and groups', (kafka) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
  });
  afterAll(() => cluster.close());

  const make = async (name: string, partitions = 2): Promise<string> => {
    await cluster.ensureTopics([{ name, partitions, config: { 'retention.ms': '-1' } }]);
    return name;
  };
  const commit = async (groupId: string, topic: string, offset: number): Promise<void> => {
    const producer = await cluster.transactionalProducer({ transactionalId: kafka.unique('commits') });
    await producer.commit({ groupId, offsets: new Map([[topic, [offset]]]) });
    await producer.close();
  };

  it('are gone when they were deleted, and the topics can be made anew by the same client', async () => {
    const name = await make(kafka.unique('anew'));
    const group = kafka.unique('group');
    const producer = await cluster.produce();
    for (let time = 1; time <= 3; time += 1) {
      await producer.send([record(name, 0), record(name, 1), record(name, 1)]);
      await commit(group, name, 1);
      expect((await cluster.endOffsets([name])).get(name)).toEqual([1, 2]);
      await cluster.deleteTopics([name]);
      expect(await cluster.topicNames()).not.toContain(name);
      expect((await cluster.partitionCounts([name])).has(name)).toBe(false);

      await make(name);
      expect(await cluster.topicNames()).toContain(name);
      expect((await cluster.endOffsets([name])).get(name)).toEqual([0, 0]);
      expect((await cluster.committedOffsets(group, [name])).get(name)).toEqual([undefined, undefined]);
    }
    await producer.close();
  });

  it('are deleted several at once, those that are not there among them', async () => {
    const names = ['one', 'other'].map((name) => kafka.unique(name));
    for (const name of names) await make(name, 1);
    await cluster.deleteTopics([...names, kafka.unique('never')]);
    const left = await cluster.topicNames();
    expect(names.filter((name) => left.includes(name))).toEqual([]);
    await cluster.deleteTopics([]);
  });

  it('are deleted with what a group has committed, unless it has members', async () => {
    const name = await make(kafka.unique('of-group'), 1);
    const group = kafka.unique('deleted');
    const busy = kafka.unique('busy');
    const member = await cluster.consume({ groupId: busy, topics: [name], from: 'beginning' });
    await commit(group, name, 3);
    await cluster.deleteGroups([group, kafka.unique('never')]);
    expect((await cluster.committedOffsets(group, [name])).get(name)).toEqual([undefined]);
    await expect(cluster.deleteGroups([busy])).rejects.toMatchObject({
      code: 'run-failed',
      message: `Deleting the group ${busy}: it has members; end them first.`,
    });
    await member.close();
    await cluster.deleteGroups([busy]);
  });

  it('say why a topic cannot be made', async () => {
    const name = kafka.unique('odd');
    const made = cluster.ensureTopics([{ name, partitions: 1, config: { 'cleanup.policy': 'none of them' } }]);
    await expect(made).rejects.toMatchObject({
      code: 'topic-mismatch',
      message: expect.stringMatching(new RegExp(`^Creating the topics ${name}: ${name} is refused \\(.*none of them`)),
    });
  });
});

describe('A topic whose broker goes while it is made', () => {
  it('is there when the broker is', async () => {
    await using broker = Object.assign(await startBroker({ port: 0 }), {
      [Symbol.asyncDispose](this: { close(): Promise<void> }) {
        return this.close();
      },
    });
    const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
    const making = cluster.ensureTopics([{ name: 'topic', partitions: 1, config: {} }]);
    broker.suspend(300);
    await making;
    expect(await cluster.topicNames()).toEqual(['topic']);
    await cluster.close();
  });
});
