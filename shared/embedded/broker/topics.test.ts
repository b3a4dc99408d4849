import { describe, expect, it } from 'vitest';
import type { WireClient } from '#shared/testing';
import { apis, buildBatch, errorCode } from '#shared/wire';
import { produceBatch, recordsOf, startTestBroker } from './test-broker.js';

const creatable = (name: string, config: Record<string, string> = {}) => ({
  name,
  numPartitions: 3,
  replicationFactor: 1,
  assignments: [],
  configs: Object.entries(config).map(([key, value]) => ({ name: key, value })),
});

type Creatable = ReturnType<typeof creatable>;

const create = async (client: WireClient, topics: readonly Creatable[], validateOnly = false) =>
  (await client.request(apis.createTopics, 7, { topics, timeoutMs: 1000, validateOnly })).topics;

const names = async (client: WireClient) =>
  (await client.request(apis.metadata, 9, { topics: null })).topics.map(({ name }) => name);

const describeTopic = async (client: WireClient, name: string, keys: readonly string[] | null) => {
  const resources = [{ resourceType: 2, resourceName: name, configurationKeys: keys }];
  const { results } = await client.request(apis.describeConfigs, 4, { resources });
  return Object.fromEntries(results[0]?.configs.map((one) => [one.name, one.value]) ?? []);
};

describe('CreateTopics', () => {
  it('creates topics with their partitions and settings, and says what they are', async () => {
    await using test = await startTestBroker();
    const [created] = await create(test.client, [creatable('flights', { 'retention.bytes': '1000' })]);
    expect(created).toMatchObject({ name: 'flights', errorCode: 0, numPartitions: 3, replicationFactor: 1 });
    expect(created?.configs?.find(({ name }) => name === 'retention.bytes')).toMatchObject({
      value: '1000',
      configSource: 1,
    });
    const { topics } = await test.client.request(apis.metadata, 12, { topics: [{ name: 'flights' }] });
    expect(topics[0]).toMatchObject({ errorCode: 0, name: 'flights', topicId: created?.topicId });
    expect(topics[0]?.partitions.map((one) => [one.partitionIndex, one.leaderId])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
  });

  it.each([
    { what: 'a name that exists', topic: creatable('there'), code: errorCode.topicAlreadyExists },
    { what: 'a name that is not allowed', topic: creatable('no spaces'), code: errorCode.invalidTopic },
    { what: 'no partitions', topic: { ...creatable('t'), numPartitions: 0 }, code: errorCode.invalidPartitions },
    {
      what: 'three replicas',
      topic: { ...creatable('t'), replicationFactor: 3 },
      code: errorCode.invalidReplicationFactor,
    },
    { what: 'an unknown setting', topic: creatable('t', { 'no.such': '1' }), code: errorCode.invalidConfig },
    {
      what: 'a setting that can not be',
      topic: creatable('t', { 'retention.ms': 'long' }),
      code: errorCode.invalidConfig,
    },
  ])('refuses $what, in a sentence', async ({ topic, code }) => {
    await using test = await startTestBroker({ topics: [{ name: 'there', partitions: 1 }] });
    const [refused] = await create(test.client, [topic]);
    expect(refused?.errorCode).toBe(code);
    expect(refused?.errorMessage).toMatch(/.{10}/);
    expect(await names(test.client)).toEqual(['there']);
  });

  it('creates nothing where it is only asked whether it could', async () => {
    await using test = await startTestBroker();
    const [valid] = await create(test.client, [creatable('t')], true);
    expect(valid?.errorCode).toBe(0);
    expect(await names(test.client)).toEqual([]);
  });

  it('takes the default number of partitions for -1', async () => {
    await using test = await startTestBroker({ defaultPartitions: 5 });
    const [created] = await create(test.client, [{ ...creatable('t'), numPartitions: -1, replicationFactor: -1 }]);
    expect(created?.numPartitions).toBe(5);
  });
});

describe('Metadata', () => {
  const ask = async (client: WireClient, name: string, allowAutoTopicCreation: boolean) =>
    (await client.request(apis.metadata, 9, { topics: [{ name }], allowAutoTopicCreation })).topics[0]?.errorCode;

  it('creates a topic that is asked for, if the request allows it', async () => {
    await using test = await startTestBroker();
    expect(await ask(test.client, 't', false)).toBe(errorCode.unknownTopicOrPartition);
    expect(await ask(test.client, 't', true)).toBe(errorCode.none);
    expect(await ask(test.client, 't', false)).toBe(errorCode.none);
    expect(await ask(test.client, '..', true)).toBe(errorCode.invalidTopic);
  });

  it('names the one broker as controller, at the address it listens on', async () => {
    await using test = await startTestBroker();
    const { brokers, controllerId, clusterId } = await test.client.request(apis.metadata, 9, { topics: [] });
    expect(brokers).toEqual([{ nodeId: 1, host: '127.0.0.1', port: test.broker.port, rack: null }]);
    const described = await test.client.request(apis.describeCluster, 1, { includeClusterAuthorizedOperations: false });
    expect([described.controllerId, described.clusterId]).toEqual([controllerId, clusterId]);
  });
});

describe('DeleteTopics', () => {
  it('deletes by name and by id, and a new topic of the same name begins anew', async () => {
    await using test = await startTestBroker({ topics: ['a', 'b'].map((name) => ({ name, partitions: 1 })) });
    await produceBatch(test.client, 'a', buildBatch(recordsOf('x')));
    const { topics } = await test.client.request(apis.metadata, 12, { topics: [{ name: 'b' }] });
    const { responses } = await test.client.request(apis.deleteTopics, 6, {
      topics: [
        { name: 'a', topicId: 'A'.repeat(22) },
        { name: null, topicId: topics[0]?.topicId ?? '' },
      ],
      timeoutMs: 1000,
    });
    expect(responses.map((one) => [one.name, one.errorCode])).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
    expect(await names(test.client)).toEqual([]);
    await create(test.client, [creatable('a')]);
    expect((await produceBatch(test.client, 'a', buildBatch(recordsOf('y')))).baseOffset).toBe(0);
  });

  it('says that there is no such topic', async () => {
    await using test = await startTestBroker();
    const { responses } = await test.client.request(apis.deleteTopics, 5, { topicNames: ['a'], timeoutMs: 1000 });
    expect(responses[0]).toMatchObject({ name: 'a', errorCode: errorCode.unknownTopicOrPartition });
  });
});

describe('CreatePartitions', () => {
  it.each([
    { count: 4, code: errorCode.none },
    { count: 2, code: errorCode.invalidPartitions },
    { count: 1_000_000, code: errorCode.invalidPartitions },
  ])('from 2 to $count gives error $code', async ({ count, code }) => {
    await using test = await startTestBroker({ topics: [{ name: 't', partitions: 2 }] });
    const topics = [{ name: 't', count, assignments: null }];
    const { results } = await test.client.request(apis.createPartitions, 2, {
      topics,
      timeoutMs: 1,
      validateOnly: false,
    });
    expect(results[0]?.errorCode).toBe(code);
    const metadata = await test.client.request(apis.metadata, 9, { topics: [{ name: 't' }] });
    expect(metadata.topics[0]?.partitions).toHaveLength(code === 0 ? count : 2);
  });
});

describe('the settings of a topic', () => {
  const topics = [{ name: 't', partitions: 1, config: { 'retention.ms': '5' } }];

  it('are told with their defaults; records are kept for ever unless something else is said', async () => {
    await using test = await startTestBroker({ topics: [{ name: 't', partitions: 1 }] });
    const asked = ['retention.bytes', 'retention.ms', 'cleanup.policy', 'max.message.bytes', 'compression.type'];
    expect(await describeTopic(test.client, 't', asked)).toEqual({
      'cleanup.policy': 'delete',
      'compression.type': 'producer',
      'max.message.bytes': '1048588',
      'retention.bytes': '-1',
      'retention.ms': '-1',
    });
    expect(Object.keys(await describeTopic(test.client, 't', null)).length).toBeGreaterThan(15);
  });

  it('change one by one with IncrementalAlterConfigs', async () => {
    await using test = await startTestBroker({ topics });
    const configs = [
      { name: 'max.message.bytes', configOperation: 0, value: '100' },
      { name: 'retention.ms', configOperation: 1, value: null },
      { name: 'cleanup.policy', configOperation: 2, value: 'compact' },
    ];
    const resources = [{ resourceType: 2, resourceName: 't', configs }];
    const { responses } = await test.client.request(apis.incrementalAlterConfigs, 1, {
      resources,
      validateOnly: false,
    });
    expect(responses[0]?.errorCode).toBe(0);
    expect(
      await describeTopic(
        test.client,
        't',
        configs.map(({ name }) => name),
      ),
    ).toEqual({
      'cleanup.policy': 'delete,compact',
      'max.message.bytes': '100',
      'retention.ms': '-1',
    });
    const answer = await produceBatch(test.client, 't', buildBatch(recordsOf('x'.repeat(100))));
    expect(answer.errorCode).toBe(errorCode.messageTooLarge);
  });

  it('are all replaced with AlterConfigs, or none where one is wrong', async () => {
    await using test = await startTestBroker({ topics });
    const alter = async (name: string, value: string) => {
      const resources = [{ resourceType: 2, resourceName: 't', configs: [{ name, value }] }];
      const { responses } = await test.client.request(apis.alterConfigs, 1, { resources, validateOnly: false });
      return responses[0]?.errorCode;
    };
    expect(await alter('retention.bytes', 'many')).toBe(errorCode.invalidConfig);
    expect(await describeTopic(test.client, 't', ['retention.ms'])).toEqual({ 'retention.ms': '5' });
    expect(await alter('retention.bytes', '9')).toBe(errorCode.none);
    expect(await describeTopic(test.client, 't', ['retention.ms', 'retention.bytes'])).toEqual({
      'retention.bytes': '9',
      'retention.ms': '-1',
    });
  });
});
