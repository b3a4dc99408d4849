import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest, WireClient } from '#shared/testing';
import { apis, errorCode, noUuid, type RequestOf } from '#shared/wire';
import { connectTo, createTopic, eventually, fetchPartition, produceValues } from './ask.contract.js';

type Creatable = RequestOf<typeof apis.createTopics>['topics'][number];

const creatable = (name: string, other: Partial<Creatable> = {}): Creatable => ({
  name,
  numPartitions: 2,
  replicationFactor: 1,
  assignments: [],
  configs: [],
  ...other,
});

const create = async (client: WireClient, topics: readonly Creatable[], version = 7, validateOnly = false) =>
  (await client.request(apis.createTopics, version, { topics, timeoutMs: 10_000, validateOnly })).topics;

async function partitionsOf(client: WireClient, name: string) {
  const { topics } = await client.request(apis.metadata, 9, { topics: [{ name }], allowAutoTopicCreation: false });
  return topics[0]?.errorCode === errorCode.none ? topics[0].partitions.length : undefined;
}

async function idOf(client: WireClient, name: string) {
  const { topics } = await client.request(apis.metadata, 12, { topics: [{ name }] });
  return topics[0]?.topicId ?? noUuid;
}

async function nodeOf(client: WireClient) {
  const { brokers } = await client.request(apis.metadata, 9, { topics: [] });
  return brokers[0]?.nodeId ?? -1;
}

/** How topics come, grow and go. */
export function specifyTopics(kafka: KafkaUnderTest): void {
  describe('CreateTopics', () => {
    it.each([2, 3, 4, 5, 6, 7])('creates what is asked for in version %i', async (version) => {
      const client = await connectTo(kafka);
      const name = kafka.unique(`created-${version}`);
      const [created] = await create(client, [creatable(name)], version);
      expect(created).toMatchObject({ name, errorCode: errorCode.none });
      await eventually(async () => expect(await partitionsOf(client, name)).toBe(2));
    });

    it('says what it has created', async () => {
      const client = await connectTo(kafka);
      const name = kafka.unique('told');
      const configs = [{ name: 'retention.ms', value: '1234' }];
      const [created] = await create(client, [creatable(name, { configs })]);
      expect(created).toMatchObject({ numPartitions: 2, replicationFactor: 1 });
      await eventually(async () => expect(await idOf(client, name)).toBe(created?.topicId));
      const setting = (of: string) => created?.configs?.find((one) => one.name === of);
      // 1: set on the topic, 5: the default.
      expect(setting('retention.ms')).toMatchObject({ value: '1234', configSource: 1, readOnly: false });
      expect(setting('cleanup.policy')).toMatchObject({ value: 'delete', configSource: 5 });
    });

    it('takes partitions by the brokers that are to have them', async () => {
      const client = await connectTo(kafka);
      const brokerIds = [await nodeOf(client)];
      const name = kafka.unique('assigned');
      const assignments = [0, 1, 2].map((partitionIndex) => ({ partitionIndex, brokerIds }));
      const [created] = await create(client, [
        creatable(name, { numPartitions: -1, replicationFactor: -1, assignments }),
      ]);
      expect(created).toMatchObject({ errorCode: errorCode.none, numPartitions: 3 });
    });

    it('takes the number of partitions and replicas that the broker has as its default for -1', async () => {
      const client = await connectTo(kafka);
      const [created] = await create(client, [
        creatable(kafka.unique('default'), { numPartitions: -1, replicationFactor: -1 }),
      ]);
      expect(created).toMatchObject({ errorCode: errorCode.none, numPartitions: 1, replicationFactor: 1 });
    });

    it.each([
      { what: 'a space in the name', name: 'no spaces', code: errorCode.invalidTopic },
      { what: 'the name "."', name: '.', code: errorCode.invalidTopic },
      { what: 'the name ".."', name: '..', code: errorCode.invalidTopic },
      { what: 'no name', name: '', code: errorCode.invalidTopic },
      { what: 'a name of 250 letters', name: 'a'.repeat(250), code: errorCode.invalidTopic },
      { what: 'no partitions', other: { numPartitions: 0 }, code: errorCode.invalidPartitions },
      { what: '-2 partitions', other: { numPartitions: -2 }, code: errorCode.invalidPartitions },
      { what: 'more replicas than brokers', other: { replicationFactor: 3 }, code: errorCode.invalidReplicationFactor },
      { what: 'no replicas', other: { replicationFactor: 0 }, code: errorCode.invalidReplicationFactor },
      {
        what: 'partitions both counted and assigned',
        other: { assignments: [{ partitionIndex: 0, brokerIds: [1] }] },
        code: errorCode.invalidRequest,
      },
      {
        what: 'a partition on a broker that is not there',
        other: { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [77] }] },
        code: errorCode.invalidReplicaAssignment,
      },
      {
        what: 'a partition without a broker',
        other: { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [] }] },
        code: errorCode.invalidReplicaAssignment,
      },
      {
        what: 'partitions that do not begin at 0',
        other: { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 1, brokerIds: [1] }] },
        code: errorCode.invalidReplicaAssignment,
      },
      {
        what: 'a setting that does not exist',
        other: { configs: [{ name: 'no.such', value: '1' }] },
        code: errorCode.invalidConfig,
      },
      {
        what: 'a setting that can not be',
        other: { configs: [{ name: 'retention.ms', value: 'long' }] },
        code: errorCode.invalidConfig,
      },
      {
        what: 'a setting of null',
        other: { configs: [{ name: 'retention.ms', value: null }] },
        code: errorCode.invalidConfig,
      },
    ])('refuses $what, in a sentence, and creates the topic beside it', async ({ name, other, code }) => {
      const client = await connectTo(kafka);
      const refusedName = name ?? kafka.unique('refused');
      const good = kafka.unique(`beside-${Math.random().toString(36).slice(2, 8)}`);
      const answers = await create(client, [creatable(refusedName, other), creatable(good)], 5);
      const answerOf = (of: string) => answers.find((answer) => answer.name === of);
      expect(answerOf(refusedName)?.errorCode).toBe(code);
      expect(answerOf(refusedName)?.errorMessage).toMatch(/.{10}/);
      expect(answerOf(good)?.errorCode).toBe(errorCode.none);
      await eventually(async () => expect(await partitionsOf(client, good)).toBe(2));
      expect(await partitionsOf(client, refusedName)).toBeUndefined();
    });

    it('refuses a name that exists, one whose metrics would be those of another, and one that is there twice', async () => {
      const client = await connectTo(kafka);
      const name = await createTopic(kafka, client, { name: 'a.b' });
      const twice = kafka.unique('twice');
      const wanted = [name, name.replace('a.b', 'a_b'), twice, twice].map((one) => creatable(one));
      const answers = await create(client, wanted);
      const codeOf = (of: string) => answers.find((answer) => answer.name === of)?.errorCode;
      expect(codeOf(name)).toBe(errorCode.topicAlreadyExists);
      expect(codeOf(name.replace('a.b', 'a_b'))).toBe(errorCode.invalidTopic);
      expect(codeOf(twice)).toBe(errorCode.invalidRequest);
    });

    it('creates nothing where it is only asked whether it could', async () => {
      const client = await connectTo(kafka);
      const name = kafka.unique('trial');
      const bad = creatable(name, { numPartitions: 0 });
      expect((await create(client, [creatable(name)], 5, true))[0]?.errorCode).toBe(errorCode.none);
      expect((await create(client, [bad], 5, true))[0]?.errorCode).toBe(errorCode.invalidPartitions);
      expect((await create(client, [creatable(name)]))[0]?.errorCode).toBe(errorCode.none);
    });
  });

  describe('DeleteTopics', () => {
    const remove = async (client: WireClient, topics: RequestOf<typeof apis.deleteTopics>['topics']) =>
      (await client.request(apis.deleteTopics, 6, { topics, timeoutMs: 10_000 })).responses;

    it.each([1, 2, 3, 4, 5])('deletes by name in version %i', async (version) => {
      const client = await connectTo(kafka);
      const name = await createTopic(kafka, client);
      const request = { topicNames: [name], timeoutMs: 10_000 };
      const { responses } = await client.request(apis.deleteTopics, version, request);
      expect(responses).toMatchObject([{ name, errorCode: errorCode.none }]);
      await eventually(async () => expect(await partitionsOf(client, name)).toBeUndefined());
    });

    it('deletes by id, and a new topic of the same name is another one, and empty', async () => {
      const client = await connectTo(kafka);
      const name = await createTopic(kafka, client);
      await produceValues(client, name, 'old');
      const topicId = await idOf(client, name);
      expect(await remove(client, [{ name: null, topicId }])).toMatchObject([{ name, topicId, errorCode: 0 }]);
      await eventually(async () => {
        expect((await create(client, [creatable(name)]))[0]?.errorCode).toBe(errorCode.none);
      });
      expect(await idOf(client, name)).not.toBe(topicId);
      await eventually(async () =>
        expect(await produceValues(client, name, 'new')).toMatchObject({ errorCode: 0, baseOffset: 0 }),
      );
    });

    it('leaves nothing to be read or written', async () => {
      const client = await connectTo(kafka);
      const name = await createTopic(kafka, client);
      await produceValues(client, name, 'a');
      await remove(client, [{ name, topicId: noUuid }]);
      await eventually(async () => {
        expect((await produceValues(client, name, 'b')).errorCode).toBe(errorCode.unknownTopicOrPartition);
        expect((await fetchPartition(client, name)).errorCode).toBe(errorCode.unknownTopicOrPartition);
      });
    });

    it('refuses what is not there, what is named in two ways or not at all, and what is named twice', async () => {
      const client = await connectTo(kafka);
      const name = await createTopic(kafka, client);
      const topicId = await idOf(client, name);
      const nobody = Buffer.alloc(16, 5).toString('base64url');
      const codes = async (topics: RequestOf<typeof apis.deleteTopics>['topics']) =>
        (await remove(client, topics)).map((one) => one.errorCode);
      expect(await codes([{ name: kafka.unique('nobody'), topicId: noUuid }])).toEqual([
        errorCode.unknownTopicOrPartition,
      ]);
      expect(await codes([{ name: null, topicId: nobody }])).toEqual([errorCode.unknownTopicId]);
      expect(await codes([{ name, topicId }])).toEqual([errorCode.invalidRequest]);
      expect(await codes([{ name: null, topicId: noUuid }])).toEqual([errorCode.invalidRequest]);
      const named = { name, topicId: noUuid };
      expect(new Set(await codes([named, named]))).toEqual(new Set([errorCode.invalidRequest]));
      expect(await partitionsOf(client, name)).toBe(1);
    });
  });

  describe('CreatePartitions', () => {
    const grow = async (client: WireClient, topics: GrowRequest['topics'], validateOnly = false, version = 3) =>
      (await client.request(apis.createPartitions, version, { topics, timeoutMs: 10_000, validateOnly })).results;

    it.each([0, 1, 2, 3])('adds partitions that can be written, in version %i', async (version) => {
      const client = await connectTo(kafka);
      const name = await createTopic(kafka, client);
      await produceValues(client, name, 'a');
      const results = await grow(client, [{ name, count: 3, assignments: null }], false, version);
      expect(results).toMatchObject([{ name, errorCode: errorCode.none }]);
      await eventually(async () => expect(await partitionsOf(client, name)).toBe(3));
      await eventually(async () =>
        expect((await fetchPartition(client, name, { partition: 2 })).errorCode).toBe(errorCode.none),
      );
      expect((await fetchPartition(client, name)).highWatermark).toBe(1);
    });

    it('takes the brokers of the new partitions, and refuses those that are not there', async () => {
      const client = await connectTo(kafka);
      const name = await createTopic(kafka, client);
      const node = await nodeOf(client);
      const on = (...ids: number[]) => ids.map((id) => ({ brokerIds: [id] }));
      const codes = async (count: number, assignments: ReturnType<typeof on>) =>
        (await grow(client, [{ name, count, assignments }])).map((one) => one.errorCode);
      expect(await codes(3, on(node))).toEqual([errorCode.invalidReplicaAssignment]);
      expect(await codes(2, on(77))).toEqual([errorCode.invalidReplicaAssignment]);
      expect(await codes(3, on(node, node))).toEqual([errorCode.none]);
    });

    it('refuses fewer partitions, as many, a topic that is not there, and one that is named twice', async () => {
      const client = await connectTo(kafka);
      const name = await createTopic(kafka, client, { partitions: 2 });
      const codes = async (...topics: [string, number][]) =>
        (
          await grow(
            client,
            topics.map(([one, count]) => ({ name: one, count, assignments: null })),
          )
        ).map((one) => one.errorCode);
      expect(await codes([name, 1])).toEqual([errorCode.invalidPartitions]);
      expect(await codes([name, 2])).toEqual([errorCode.invalidPartitions]);
      expect(await codes([name, 0])).toEqual([errorCode.invalidPartitions]);
      expect(await codes([kafka.unique('nobody'), 2])).toEqual([errorCode.unknownTopicOrPartition]);
      expect(await codes([name, 3], [name, 4])).toEqual([errorCode.invalidRequest]);
      expect(await partitionsOf(client, name)).toBe(2);
    });

    it('adds nothing where it is only asked whether it could', async () => {
      const client = await connectTo(kafka);
      const name = await createTopic(kafka, client);
      expect(await grow(client, [{ name, count: 2, assignments: null }], true)).toMatchObject([{ errorCode: 0 }]);
      expect(await grow(client, [{ name, count: 1, assignments: null }], true)).toMatchObject([
        { errorCode: errorCode.invalidPartitions },
      ]);
      expect(await partitionsOf(client, name)).toBe(1);
    });
  });
}

type GrowRequest = RequestOf<typeof apis.createPartitions>;
