import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest } from '#shared/testing';
import { apis, buildBatch, errorCode } from '#shared/wire';
import { connectTo, createTopic, listOffset, produceBatch, produceValues } from './ask.contract.js';

const latest = -1;
const earliest = -2;
const maxTimestamp = -3;
const earliestLocal = -4;
const latestTiered = -5;

const at = (...timestamps: number[]) => timestamps.map((timestamp) => ({ timestamp, value: Buffer.from('v') }));

/** How offsets are found. */
export function specifyListOffsets(kafka: KafkaUnderTest): void {
  describe.each(['none', 'gzip'] as const)('ListOffsets (compression: %s)', (compression) => {
    const start = async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      for (const times of [[1000, 1010, 1020], [2000, 1500, 2500], [2200]]) {
        await produceBatch(client, topic, buildBatch(at(...times), { compression }));
      }
      return { client, topic };
    };

    it.each([
      { timestamp: 0, offset: 0, found: 1000 },
      { timestamp: 1010, offset: 1, found: 1010 },
      { timestamp: 1011, offset: 2, found: 1020 },
      { timestamp: 1021, offset: 3, found: 2000 },
      { timestamp: 2001, offset: 5, found: 2500 },
      { timestamp: 2501, offset: -1, found: -1 },
    ])('finds the first record of time $timestamp or later', async ({ timestamp, offset, found }) => {
      const { client, topic } = await start();
      expect(await listOffset(client, topic, timestamp)).toMatchObject({ errorCode: 0, offset, timestamp: found });
    });

    it('finds the ends of the log and the record with the highest time', async () => {
      const { client, topic } = await start();
      expect(await listOffset(client, topic, latest)).toMatchObject({ offset: 7, timestamp: -1 });
      expect(await listOffset(client, topic, earliest)).toMatchObject({ offset: 0, timestamp: -1 });
      expect(await listOffset(client, topic, maxTimestamp)).toMatchObject({ offset: 5, timestamp: 2500 });
    });

    it('looks only at what DeleteRecords has left', async () => {
      const { client, topic } = await start();
      const partitions = [{ partitionIndex: 0, offset: 5 }];
      await client.request(apis.deleteRecords, 1, { topics: [{ name: topic, partitions }], timeoutMs: 10_000 });
      expect(await listOffset(client, topic, 0)).toMatchObject({ offset: 5, timestamp: 2500 });
    });
  });

  describe('ListOffsets', () => {
    it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('is answered in version %i', async (version) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      await produceValues(client, topic, 'a', 'b');
      expect(await listOffset(client, topic, latest, { version })).toMatchObject({ errorCode: 0, offset: 2 });
      expect(await listOffset(client, topic, earliest, { version })).toMatchObject({ errorCode: 0, offset: 0 });
      expect(await listOffset(client, topic, 1, { version })).toMatchObject({ offset: 0, timestamp: 1000 });
    });

    it('finds nothing in an empty log but its ends', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      const nothing = { errorCode: errorCode.none, offset: -1, timestamp: -1 };
      expect(await listOffset(client, topic, 0)).toMatchObject(nothing);
      expect(await listOffset(client, topic, maxTimestamp)).toMatchObject(nothing);
      expect((await listOffset(client, topic, latest)).offset).toBe(0);
      expect((await listOffset(client, topic, earliest)).offset).toBe(0);
    });

    it('finds where the log begins on this machine, and that nothing lies elsewhere', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      await produceValues(client, topic, 'a');
      expect(await listOffset(client, topic, earliestLocal, { version: 8 })).toMatchObject({ errorCode: 0, offset: 0 });
      expect(await listOffset(client, topic, latestTiered, { version: 9 })).toMatchObject({ errorCode: 0, offset: -1 });
    });

    it.each([
      { timestamp: maxTimestamp, version: 6 },
      { timestamp: earliestLocal, version: 7 },
      { timestamp: latestTiered, version: 8 },
      { timestamp: -77, version: 10 },
    ])('does not know the place $timestamp in version $version', async ({ timestamp, version }) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      const answer = await listOffset(client, topic, timestamp, { version });
      expect(answer).toMatchObject({ errorCode: errorCode.unsupportedVersion, offset: -1, timestamp: -1 });
    });

    it('finds records by the time of appending where the topic says so', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client, { config: { 'message.timestamp.type': 'LogAppendTime' } });
      const { logAppendTimeMs } = await produceValues(client, topic, 'a', 'b');
      const found = { offset: 0, timestamp: logAppendTimeMs };
      expect(await listOffset(client, topic, 2000)).toMatchObject(found);
      expect(await listOffset(client, topic, maxTimestamp)).toMatchObject(found);
      expect((await listOffset(client, topic, logAppendTimeMs + 1)).offset).toBe(-1);
    });

    it('refuses what is not there, a partition that is asked for twice, and a reader that knows of a later leader', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      const codeOf = async (of: string, other = {}) => (await listOffset(client, of, latest, other)).errorCode;
      expect(await codeOf(kafka.unique('nobody'))).toBe(errorCode.unknownTopicOrPartition);
      expect(await codeOf(topic, { partition: 1 })).toBe(errorCode.unknownTopicOrPartition);
      expect(await codeOf(topic, { currentLeaderEpoch: 9 })).toBe(errorCode.unknownLeaderEpoch);
      const partition = { partitionIndex: 0, timestamp: latest };
      const { topics } = await client.request(apis.listOffsets, 5, {
        replicaId: -1,
        topics: [{ name: topic, partitions: [partition, partition] }],
      });
      const codes = topics.flatMap(({ partitions }) => partitions.map((one) => one.errorCode));
      expect(new Set(codes)).toEqual(new Set([errorCode.invalidRequest]));
    });
  });

  describe('OffsetForLeaderEpoch', () => {
    const ask = async (topic: string, leaderEpoch: number, currentLeaderEpoch = -1, version = 4, partition = 0) => {
      const client = await connectTo(kafka);
      const { topics } = await client.request(apis.offsetForLeaderEpoch, version, {
        replicaId: -1,
        topics: [{ topic, partitions: [{ partition, currentLeaderEpoch, leaderEpoch }] }],
      });
      return topics[0]?.partitions[0];
    };

    it.each([2, 3, 4])('finds where the log of a leader ends, in version %i', async (version) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      expect(await ask(topic, 0, 0, version)).toMatchObject({ errorCode: 0, leaderEpoch: 0, endOffset: 0 });
      await produceValues(client, topic, 'a', 'b');
      expect(await ask(topic, 0, 0, version)).toMatchObject({ errorCode: 0, leaderEpoch: 0, endOffset: 2 });
    });

    it('knows nothing of later leaders, and refuses who does', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      await produceValues(client, topic, 'a');
      expect(await ask(topic, 9)).toMatchObject({ errorCode: errorCode.none, leaderEpoch: -1, endOffset: -1 });
      expect(await ask(topic, 0, 9)).toMatchObject({ errorCode: errorCode.unknownLeaderEpoch });
    });

    it('refuses what is not there', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      const missing = { errorCode: errorCode.unknownTopicOrPartition };
      expect(await ask(topic, 0, -1, 4, 1)).toMatchObject(missing);
      expect(await ask(kafka.unique('nobody'), 0)).toMatchObject(missing);
    });
  });
}
