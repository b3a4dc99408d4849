import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest, WireClient } from '#shared/testing';
import { apis, buildBatch, errorCode, type InputOf, noUuid } from '#shared/wire';
import {
  connectTo,
  createTopic,
  fetchPartition,
  produceBatch,
  produceValues,
  recordsOf,
  valuesIn,
} from './ask.contract.js';

type FetchRequest = InputOf<typeof apis.fetch.request>;

const batchBytes = buildBatch(recordsOf('a')).length;

/** Fetches from the beginning of the first partitions of a topic. */
const fetchAll = (client: WireClient, topic: string, partitions: number, other: Partial<FetchRequest> = {}) =>
  client.request(apis.fetch, 11, {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1_000_000,
    isolationLevel: 0,
    topics: [
      {
        topic,
        partitions: Array.from({ length: partitions }, (_, partition) => ({
          partition,
          fetchOffset: 0,
          partitionMaxBytes: 1_000_000,
        })),
      },
    ],
    ...other,
  });

const allValues = ({ responses }: Awaited<ReturnType<typeof fetchAll>>) =>
  responses.flatMap(({ partitions }) => partitions.flatMap(({ records }) => valuesIn(records)));

/** What consumers can rely on. */
export function specifyFetch(kafka: KafkaUnderTest): void {
  describe('Fetch', () => {
    it('gives whole batches from the one that holds the offset', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      await produceValues(client, topic, 'a', 'b');
      await produceValues(client, topic, 'c', 'd');
      const from = async (offset: number) => valuesIn((await fetchPartition(client, topic, { offset })).records);
      expect(await from(0)).toEqual(['0:a', '1:b', '2:c', '3:d']);
      expect(await from(1)).toEqual(['0:a', '1:b', '2:c', '3:d']);
      expect(await from(2)).toEqual(['2:c', '3:d']);
      expect(await from(4)).toEqual([]);
    });

    it.each([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])('is answered in version %i', async (version) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      await produceValues(client, topic, 'a', 'b');
      const { topics } = await client.request(apis.metadata, 12, { topics: [{ name: topic }] });
      const topicId = topics[0]?.topicId ?? noUuid;
      const { responses } = await client.request(apis.fetch, version, {
        maxWaitMs: 10_000,
        minBytes: 1,
        maxBytes: 1_000_000,
        isolationLevel: 0,
        topics: [{ topic, topicId, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }],
      });
      expect(responses).toMatchObject([version < 13 ? { topic } : { topicId }]);
      expect(responses[0]?.partitions).toMatchObject([
        { partitionIndex: 0, errorCode: 0, highWatermark: 2, lastStableOffset: 2 },
      ]);
      expect(valuesIn(responses[0]?.partitions[0]?.records ?? null)).toEqual(['0:a', '1:b']);
    });

    it('holds to the limits of bytes, but gives one batch always', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client, { partitions: 2 });
      for (const value of ['a', 'b', 'c']) await produceValues(client, topic, value);
      await produceBatch(client, topic, buildBatch(recordsOf('other')), { partition: 1 });
      const within = async (maxBytes: number, partitionMaxBytes = 1_000_000) => {
        const partitions = [0, 1].map((partition) => ({ partition, fetchOffset: 0, partitionMaxBytes }));
        return allValues(await fetchAll(client, topic, 2, { maxBytes, topics: [{ topic, partitions }] }));
      };
      expect(await within(1_000_000)).toEqual(['0:a', '1:b', '2:c', '0:other']);
      expect(await within(1)).toEqual(['0:a']);
      expect(await within(2 * batchBytes)).toEqual(['0:a', '1:b']);
      expect(await within(1_000_000, 2 * batchBytes + 5)).toEqual(['0:a', '1:b', '0:other']);
      expect((await within(1_000_000, 1))[0]).toBe('0:a');
    });

    it('reads on through a long log', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client, { config: { 'segment.bytes': '1048576' } });
      const values = Array.from({ length: 30 }, (_, i) => `${i}-${'x'.repeat(100_000)}`);
      for (const value of values) await produceValues(client, topic, value);
      const read: string[] = [];
      while (read.length < values.length) {
        const { records } = await fetchPartition(client, topic, { offset: read.length, maxBytes: 250_000 });
        read.push(...valuesIn(records));
      }
      expect(read).toEqual(values.map((value, i) => `${i}:${value}`));
    });

    it.each([-1, 3])('says that offset %i lies outside a log of two records', async (offset) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      await produceValues(client, topic, 'a', 'b');
      const answer = await fetchPartition(client, topic, { offset, maxWaitMs: 20_000 });
      expect(answer.errorCode).toBe(errorCode.offsetOutOfRange);
      expect(valuesIn(answer.records)).toEqual([]);
    });

    it('answers for the partitions that are there, and says which is not', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      const { responses } = await fetchAll(client, topic, 2, { maxWaitMs: 200 });
      expect(responses[0]?.partitions.map((one) => [one.partitionIndex, one.errorCode])).toEqual([
        [0, errorCode.none],
        [1, errorCode.unknownTopicOrPartition],
      ]);
      expect((await fetchPartition(client, kafka.unique('nobody'), { maxWaitMs: 20_000 })).errorCode).toBe(
        errorCode.unknownTopicOrPartition,
      );
    });

    it('answers for an id that nobody has', async () => {
      const client = await connectTo(kafka);
      const topicId = Buffer.alloc(16, 5).toString('base64url');
      const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }];
      const request = { maxWaitMs: 20_000, minBytes: 1, maxBytes: 1_000_000, isolationLevel: 0 };
      const { responses } = await client.request(apis.fetch, 13, { ...request, topics: [{ topicId, partitions }] });
      expect(responses).toMatchObject([{ topicId, partitions: [{ errorCode: errorCode.unknownTopicId }] }]);
    });

    it('refuses a reader that knows of a later leader', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000, currentLeaderEpoch: 9 }];
      const { responses } = await fetchAll(client, topic, 1, { topics: [{ topic, partitions }] });
      expect(responses[0]?.partitions[0]?.errorCode).toBe(errorCode.unknownLeaderEpoch);
    });

    it('reads a hundred partitions at once', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client, { partitions: 100 });
      const batch = buildBatch(recordsOf('a'));
      const partitionData = Array.from({ length: 100 }, (_, index) => ({ index, records: batch }));
      await client.request(apis.produce, 8, {
        acks: -1,
        timeoutMs: 10_000,
        topicData: [{ name: topic, partitionData }],
      });
      expect(allValues(await fetchAll(client, topic, 100))).toHaveLength(100);
    });

    it('does not know a session that it has not given', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      const answer = await fetchAll(client, topic, 1, { sessionId: 12_345, sessionEpoch: 1 });
      expect(answer.errorCode).toBe(errorCode.fetchSessionIdNotFound);
    });
  });

  describe('a Fetch that waits', () => {
    it('is answered by the next record of any of its partitions', async () => {
      const client = await connectTo(kafka);
      const consumer = await connectTo(kafka);
      const topic = await createTopic(kafka, client, { partitions: 2 });
      const fetched = fetchAll(consumer, topic, 2, { maxWaitMs: 25_000 });
      await produceBatch(client, topic, buildBatch(recordsOf('late')), { partition: 1 });
      expect(allValues(await fetched)).toEqual(['0:late']);
    });

    it('waits until there are as many bytes as it wants', async () => {
      const client = await connectTo(kafka);
      const consumer = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      const fetched = fetchAll(consumer, topic, 1, { maxWaitMs: 25_000, minBytes: batchBytes + 1 });
      await produceValues(client, topic, 'a');
      await produceValues(client, topic, 'b');
      expect(allValues(await fetched)).toEqual(['0:a', '1:b']);
    });

    it('is answered with what there is when its time is over, and at once where it wants no bytes', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      expect(allValues(await fetchAll(client, topic, 1, { maxWaitMs: 25_000, minBytes: 0 }))).toEqual([]);
      await produceValues(client, topic, 'a');
      expect(allValues(await fetchAll(client, topic, 1, { maxWaitMs: 30, minBytes: 100_000 }))).toEqual(['0:a']);
    });

    it('does not keep other connections waiting, and is answered before what follows it on its own', async () => {
      const client = await connectTo(kafka);
      const consumer = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      const order: string[] = [];
      const fetched = fetchAll(consumer, topic, 1, { maxWaitMs: 25_000 }).then(() => order.push('fetch'));
      const behind = consumer.request(apis.listGroups, 2, {}).then(() => order.push('behind it'));
      await client.request(apis.listGroups, 2, {});
      order.push('other connection');
      await produceValues(client, topic, 'a');
      await Promise.all([fetched, behind]);
      expect(order).toEqual(['other connection', 'fetch', 'behind it']);
    });

    it('learns that its topic is gone', async () => {
      const client = await connectTo(kafka);
      const consumer = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      const fetched = fetchAll(consumer, topic, 1, { maxWaitMs: 25_000 });
      // An answer to what was sent after it from elsewhere makes it likely that the fetch is waiting by now; where it is
      // not, it is refused for the same reason.
      await client.request(apis.listGroups, 2, {});
      await client.request(apis.deleteTopics, 3, { topicNames: [topic], timeoutMs: 10_000 });
      expect((await fetched).responses[0]?.partitions[0]?.errorCode).toBe(errorCode.unknownTopicOrPartition);
    });
  });
}
