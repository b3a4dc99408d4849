import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest, WireClient } from '#shared/testing';
import { apis, errorCode } from '#shared/wire';
import { connectTo, createTopic, eventually, produceValues } from './ask.contract.js';

const topicResource = 2;
const brokerResource = 4;
const setOnTopic = 1;
const byDefault = 5;
const operation = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

async function describeOne(
  client: WireClient,
  resourceName: string,
  configurationKeys: readonly string[] | null = null,
  { resourceType = topicResource, version = 4 } = {},
) {
  const { results } = await client.request(apis.describeConfigs, version, {
    resources: [{ resourceType, resourceName, configurationKeys }],
    includeSynonyms: true,
    includeDocumentation: false,
  });
  const [result] = results;
  if (result === undefined) throw new Error('No answer for the resource');
  return result;
}

async function settingsOf(client: WireClient, topic: string, ...names: string[]) {
  const { configs } = await describeOne(client, topic, names);
  return Object.fromEntries(configs.map(({ name, value }) => [name, value]));
}

type Change = readonly [name: string, operation: number, value: string | null];

async function change(
  client: WireClient,
  resourceName: string,
  changes: readonly Change[],
  { validateOnly = false, resourceType = topicResource, version = 1 } = {},
) {
  const configs = changes.map(([name, configOperation, value]) => ({ name, configOperation, value }));
  const resources = [{ resourceType, resourceName, configs }];
  const { responses } = await client.request(apis.incrementalAlterConfigs, version, { resources, validateOnly });
  return responses[0]?.errorCode;
}

async function replace(
  client: WireClient,
  resourceName: string,
  settings: Readonly<Record<string, string | null>>,
  { validateOnly = false, version = 2 } = {},
) {
  const configs = Object.entries(settings).map(([name, value]) => ({ name, value }));
  const resources = [{ resourceType: topicResource, resourceName, configs }];
  const { responses } = await client.request(apis.alterConfigs, version, { resources, validateOnly });
  return responses[0]?.errorCode;
}

/** How settings are told and changed. */
export function specifyConfigs(kafka: KafkaUnderTest): void {
  describe('DescribeConfigs', () => {
    it.each([1, 2, 3, 4])('tells what is set and what is default, in version %i', async (version) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client, { config: { 'max.message.bytes': '2000' } });
      const asked = ['max.message.bytes', 'cleanup.policy', 'no.such'];
      const { errorCode: code, configs } = await describeOne(client, topic, asked, { version });
      expect(code).toBe(errorCode.none);
      expect(new Set(configs.map((one) => [one.name, one.value, one.configSource, one.readOnly]))).toEqual(
        new Set([
          ['cleanup.policy', 'delete', byDefault, false],
          ['max.message.bytes', '2000', setOnTopic, false],
        ]),
      );
    });

    it('tells where a value comes from, the nearest first', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client, { config: { 'max.message.bytes': '2000' } });
      const { configs } = await describeOne(client, topic, ['max.message.bytes', 'cleanup.policy']);
      const synonymsOf = (of: string) => configs.find(({ name }) => name === of)?.synonyms;
      expect(synonymsOf('max.message.bytes')).toEqual([
        { name: 'max.message.bytes', value: '2000', source: setOnTopic },
        { name: 'message.max.bytes', value: '1048588', source: byDefault },
      ]);
      expect(synonymsOf('cleanup.policy')).toEqual([
        { name: 'log.cleanup.policy', value: 'delete', source: byDefault },
      ]);
    });

    it('knows the settings of topics, their kinds and their defaults', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      const { configs } = await describeOne(client, topic);
      const told = Object.fromEntries(configs.map(({ name, value, configType }) => [name, [value, configType]]));
      expect(told).toMatchObject({
        'cleanup.policy': ['delete', 7],
        'compression.type': ['producer', 2],
        'delete.retention.ms': ['86400000', 5],
        'max.message.bytes': ['1048588', 3],
        'message.timestamp.type': ['CreateTime', 2],
        'min.cleanable.dirty.ratio': ['0.5', 6],
        'min.insync.replicas': ['1', 3],
        preallocate: ['false', 1],
        'retention.bytes': ['-1', 5],
        'segment.bytes': ['1073741824', 3],
      });
    });

    it('tells of the broker', async () => {
      const client = await connectTo(kafka);
      const { brokers } = await client.request(apis.metadata, 9, { topics: [] });
      const id = String(brokers[0]?.nodeId);
      const { errorCode: code, configs } = await describeOne(client, id, null, { resourceType: brokerResource });
      expect(code).toBe(errorCode.none);
      const told = new Map(configs.map(({ name, value }) => [name, value]));
      expect(told.get('node.id')).toBe(id);
      expect(told.get('num.partitions')).toBe('1');
      expect(told.get('message.max.bytes')).toBe('1048588');
      expect(told.get('log.cleanup.policy')).toBe('delete');
      expect(told.get('default.replication.factor')).toBe('1');
    });

    it.each([
      {
        what: 'a topic that is not there',
        type: topicResource,
        name: 'nobody',
        code: errorCode.unknownTopicOrPartition,
      },
      { what: 'a name that no topic can have', type: topicResource, name: 'no spaces', code: errorCode.invalidTopic },
      { what: 'a broker that is not there', type: brokerResource, name: '77', code: errorCode.invalidRequest },
      { what: 'a broker without a number', type: brokerResource, name: 'one', code: errorCode.invalidRequest },
      { what: 'a kind of thing that has no settings', type: 99, name: 'x', code: errorCode.invalidRequest },
    ])('refuses $what', async ({ type, name, code }) => {
      const client = await connectTo(kafka);
      expect((await describeOne(client, name, null, { resourceType: type })).errorCode).toBe(code);
    });
  });

  describe('IncrementalAlterConfigs', () => {
    it.each([0, 1])('sets and deletes one by one, in version %i', async (version) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client, { config: { 'max.message.bytes': '2000', 'flush.ms': '5' } });
      const changes: Change[] = [
        ['max.message.bytes', operation.delete, null],
        ['retention.bytes', operation.set, '9'],
      ];
      expect(await change(client, topic, changes, { version })).toBe(errorCode.none);
      await eventually(async () =>
        expect(await settingsOf(client, topic, 'max.message.bytes', 'retention.bytes', 'flush.ms')).toEqual({
          'max.message.bytes': '1048588',
          'retention.bytes': '9',
          'flush.ms': '5',
        }),
      );
    });

    it('appends to lists and subtracts from them', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      const policyAfter = async (...one: [number, string]) => {
        expect(await change(client, topic, [['cleanup.policy', ...one]])).toBe(errorCode.none);
        return settingsOf(client, topic, 'cleanup.policy');
      };
      const is = (value: string) => expect.objectContaining({ 'cleanup.policy': value });
      await policyAfter(operation.append, 'compact');
      await eventually(async () =>
        expect(await settingsOf(client, topic, 'cleanup.policy')).toEqual(is('delete,compact')),
      );
      await policyAfter(operation.append, 'compact');
      await policyAfter(operation.subtract, 'delete');
      await eventually(async () => expect(await settingsOf(client, topic, 'cleanup.policy')).toEqual(is('compact')));
      await policyAfter(operation.subtract, 'delete');
      await policyAfter(operation.append, 'delete');
      await eventually(async () =>
        expect(await settingsOf(client, topic, 'cleanup.policy')).toEqual(is('compact,delete')),
      );
    });

    it('takes effect, and none where it is only asked whether it could', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      const small: Change[] = [['max.message.bytes', operation.set, '100']];
      expect(await change(client, topic, small, { validateOnly: true })).toBe(errorCode.none);
      expect((await produceValues(client, topic, 'x'.repeat(100))).errorCode).toBe(errorCode.none);
      expect(await change(client, topic, small)).toBe(errorCode.none);
      await eventually(async () =>
        expect((await produceValues(client, topic, 'x'.repeat(100))).errorCode).toBe(errorCode.messageTooLarge),
      );
    });

    it.each<{ what: string; changes: Change[]; code: number }>([
      { what: 'a setting that does not exist', changes: [['no.such', 0, '1']], code: errorCode.invalidConfig },
      { what: 'a value that can not be', changes: [['retention.ms', 0, 'x']], code: errorCode.invalidConfig },
      { what: 'a null', changes: [['retention.ms', 0, null]], code: errorCode.invalidRequest },
      { what: 'an append to what is no list', changes: [['retention.ms', 2, '1']], code: errorCode.invalidConfig },
      { what: 'an append of what can not be', changes: [['cleanup.policy', 2, 'x']], code: errorCode.invalidConfig },
      {
        what: 'the same setting twice',
        changes: [
          ['flush.ms', 0, '1'],
          ['flush.ms', 0, '2'],
        ],
        code: errorCode.invalidRequest,
      },
    ])('refuses $what, and changes nothing', async ({ changes, code }) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client, { config: { 'flush.ms': '77' } });
      expect(await change(client, topic, [['max.message.bytes', operation.set, '2000'], ...changes])).toBe(code);
      expect(await settingsOf(client, topic, 'max.message.bytes', 'flush.ms')).toEqual({
        'max.message.bytes': '1048588',
        'flush.ms': '77',
      });
    });

    it('refuses what is not there, and what of a broker can not change while it runs', async () => {
      const client = await connectTo(kafka);
      const set: Change[] = [['flush.ms', operation.set, '1']];
      expect(await change(client, kafka.unique('nobody'), set)).toBe(errorCode.unknownTopicOrPartition);
      const { brokers } = await client.request(apis.metadata, 9, { topics: [] });
      const onBroker = { resourceType: brokerResource };
      const id = String(brokers[0]?.nodeId);
      expect(await change(client, id, [['node.id', 0, '5']], onBroker)).toBe(errorCode.invalidRequest);
      expect(await change(client, '77', [['log.cleaner.threads', 0, '1']], onBroker)).toBe(errorCode.invalidRequest);
    });
  });

  describe('AlterConfigs', () => {
    it.each([0, 1, 2])('replaces everything that is set, in version %i', async (version) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client, { config: { 'max.message.bytes': '2000' } });
      expect(await replace(client, topic, { 'flush.ms': '9' }, { version })).toBe(errorCode.none);
      await eventually(async () =>
        expect(await settingsOf(client, topic, 'max.message.bytes', 'flush.ms')).toEqual({
          'max.message.bytes': '1048588',
          'flush.ms': '9',
        }),
      );
    });

    it.each<{ what: string; settings: Record<string, string | null>; code: number }>([
      { what: 'a setting that does not exist', settings: { 'no.such': '1' }, code: errorCode.invalidConfig },
      { what: 'a value that can not be', settings: { 'retention.bytes': 'x' }, code: errorCode.invalidConfig },
      { what: 'a null', settings: { 'retention.bytes': null }, code: errorCode.invalidRequest },
    ])('changes nothing for $what, or where it is only asked whether it could', async ({ settings, code }) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client, { config: { 'max.message.bytes': '2000' } });
      expect(await replace(client, topic, { 'flush.ms': '1', ...settings })).toBe(code);
      expect(await replace(client, topic, { 'flush.ms': '1' }, { validateOnly: true })).toBe(errorCode.none);
      expect(await settingsOf(client, topic, 'max.message.bytes')).toEqual({ 'max.message.bytes': '2000' });
    });

    it('refuses a topic that is not there', async () => {
      const client = await connectTo(kafka);
      const name = kafka.unique('nobody');
      expect(await replace(client, name, { 'flush.ms': '1' })).toBe(errorCode.unknownTopicOrPartition);
    });
  });

  describe('a setting of a topic', () => {
    it.each([
      ['cleanup.policy', 'compact, delete'],
      ['cleanup.policy', 'delete,compact'],
      ['compression.type', 'zstd'],
      ['min.cleanable.dirty.ratio', '1'],
      ['min.cleanable.dirty.ratio', '0.25'],
      ['preallocate', 'TRUE'],
      ['retention.ms', '-1'],
      ['retention.ms', ' 5 '],
      ['segment.bytes', '1048576'],
    ])('%s may be "%s"', async (name, value) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      expect(await change(client, topic, [[name, operation.set, value]])).toBe(errorCode.none);
    });

    it.each([
      ['cleanup.policy', 'compacted'],
      ['compression.type', 'brotli'],
      ['max.message.bytes', '-1'],
      ['max.message.bytes', '2147483648'],
      ['max.message.bytes', '1.5'],
      ['message.timestamp.type', 'createTime'],
      ['min.cleanable.dirty.ratio', '1.5'],
      ['min.cleanable.dirty.ratio', '-0.1'],
      ['min.insync.replicas', '0'],
      ['preallocate', 'yes'],
      ['retention.bytes', '9223372036854775808'],
      ['retention.ms', '-2'],
      ['retention.ms', ''],
      ['segment.bytes', '1048575'],
    ])('%s may not be "%s"', async (name, value) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      expect(await change(client, topic, [[name, operation.set, value]])).toBe(errorCode.invalidConfig);
    });
  });
}
