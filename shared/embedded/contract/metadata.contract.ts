import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest } from '#shared/testing';
import { apis, errorCode, noUuid } from '#shared/wire';
import { connectTo, createTopic } from './ask.contract.js';

const nobody = Buffer.alloc(16, 5).toString('base64url');

/** What clients can learn of the cluster and its topics. */
export function specifyMetadata(kafka: KafkaUnderTest): void {
  describe('Metadata', () => {
    it.each(Array.from({ length: 14 }, (_, version) => version))(
      'names broker, leaders and partitions in version %i',
      async (version) => {
        const client = await connectTo(kafka);
        const name = await createTopic(kafka, client, { partitions: 2 });
        const { brokers, topics } = await client.request(apis.metadata, version, { topics: [{ name }] });
        const [broker] = brokers;
        expect(brokers).toHaveLength(1);
        expect(`${broker?.host}:${broker?.port}`).toBe(kafka.brokers);
        const nodes = [broker?.nodeId];
        expect(topics.map((topic) => [topic.errorCode, topic.name])).toEqual([[errorCode.none, name]]);
        const partitions = topics[0]?.partitions.toSorted((a, b) => a.partitionIndex - b.partitionIndex);
        expect(partitions).toMatchObject(
          [0, 1].map((partitionIndex) => ({
            errorCode: errorCode.none,
            partitionIndex,
            leaderId: nodes[0],
            replicaNodes: nodes,
            isrNodes: nodes,
          })),
        );
      },
    );

    it('finds a topic by its id as by its name', async () => {
      const client = await connectTo(kafka);
      const name = await createTopic(kafka, client);
      const byName = await client.request(apis.metadata, 12, { topics: [{ name }] });
      const topicId = byName.topics[0]?.topicId ?? '';
      expect(topicId).not.toBe(noUuid);
      const byId = await client.request(apis.metadata, 12, { topics: [{ topicId, name: null }] });
      expect(byId.topics).toEqual(byName.topics);
    });

    it('names every topic for null, none for an empty list, and in version 0 every topic for that', async () => {
      const client = await connectTo(kafka);
      const names = [await createTopic(kafka, client), await createTopic(kafka, client)];
      const namesIn = async (version: number, topics: [] | null) =>
        (await client.request(apis.metadata, version, { topics })).topics.map(({ name }) => name);
      expect(await namesIn(9, null)).toEqual(expect.arrayContaining(names));
      expect(await namesIn(1, [])).toEqual([]);
      expect(await namesIn(9, [])).toEqual([]);
      expect(await namesIn(0, [])).toEqual(expect.arrayContaining(names));
    });

    it.each([
      { what: 'a name that nobody has', topic: { name: 'nobody-has-this' }, code: errorCode.unknownTopicOrPartition },
      { what: 'a name that is not allowed', topic: { name: 'no spaces' }, code: errorCode.invalidTopic },
      { what: 'the name ".."', topic: { name: '..' }, code: errorCode.invalidTopic },
      { what: 'no name', topic: { name: '' }, code: errorCode.invalidTopic },
    ])('answers $what with its error, beside the topics that are', async ({ topic, code }) => {
      const client = await connectTo(kafka);
      const name = await createTopic(kafka, client);
      const { topics } = await client.request(apis.metadata, 12, {
        topics: [topic, { name }],
        allowAutoTopicCreation: false,
      });
      const codeOf = (wanted: string | null | undefined) => topics.find((one) => one.name === wanted)?.errorCode;
      expect(topics).toHaveLength(2);
      expect(codeOf(topic.name)).toBe(code);
      expect(codeOf(name)).toBe(errorCode.none);
    });

    it('answers an id that nobody has with its error', async () => {
      const client = await connectTo(kafka);
      const { topics } = await client.request(apis.metadata, 12, { topics: [{ topicId: nobody, name: null }] });
      expect(topics.map((one) => [one.topicId, one.errorCode])).toEqual([[nobody, errorCode.unknownTopicId]]);
    });
  });

  describe('DescribeCluster', () => {
    it.each([0, 1, 2])('agrees with Metadata in version %i', async (version) => {
      const client = await connectTo(kafka);
      const { brokers, clusterId } = await client.request(apis.metadata, 9, { topics: [] });
      const described = await client.request(apis.describeCluster, version, {
        includeClusterAuthorizedOperations: false,
      });
      expect(described).toMatchObject({
        errorCode: errorCode.none,
        clusterId,
        controllerId: brokers[0]?.nodeId,
        brokers: brokers.map(({ nodeId, ...address }) => ({ brokerId: nodeId, ...address })),
      });
    });
  });

  describe('DescribeTopicPartitions', () => {
    const ask = async (names: readonly string[], limit: number, cursor: Cursor | null = null) => {
      const client = await connectTo(kafka);
      return client.request(apis.describeTopicPartitions, 0, {
        topics: names.map((name) => ({ name })),
        responsePartitionLimit: limit,
        cursor,
      });
    };

    it('tells of topics in the order of their names, and which of them are not there', async () => {
      const client = await connectTo(kafka);
      const name = await createTopic(kafka, client, { partitions: 2 });
      const { topics, nextCursor } = await ask([name, 'a-nobody'], 10);
      expect(topics.map((one) => [one.name, one.errorCode, one.partitions.length])).toEqual([
        ['a-nobody', errorCode.unknownTopicOrPartition, 0],
        [name, errorCode.none, 2],
      ]);
      expect(nextCursor).toBeNull();
    });

    it('gives pages of partitions', async () => {
      const client = await connectTo(kafka);
      const names = [
        await createTopic(kafka, client, { name: 'a', partitions: 3 }),
        await createTopic(kafka, client, { name: 'b', partitions: 2 }),
      ];
      const pages: (readonly [string | null, number])[][] = [];
      let cursor: Cursor | null = null;
      do {
        const page: Awaited<ReturnType<typeof ask>> = await ask(names, 2, cursor);
        pages.push(
          page.topics.flatMap((one) => one.partitions.map(({ partitionIndex }) => [one.name, partitionIndex] as const)),
        );
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(pages).toEqual([
        [
          [names[0], 0],
          [names[0], 1],
        ],
        [
          [names[0], 2],
          [names[1], 0],
        ],
        [[names[1], 1]],
      ]);
    });
  });
}

interface Cursor {
  readonly topicName: string;
  readonly partitionIndex: number;
}
