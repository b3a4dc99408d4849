import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest, WireClient } from '#shared/testing';
import { apis, errorCode } from '#shared/wire';
import { connectTo, createTopic, fetchPartition, listOffset, produceValues, valuesIn } from './ask.contract.js';

async function deleteRecords(client: WireClient, topic: string, offset: number, partition = 0, version = 2) {
  const { topics } = await client.request(apis.deleteRecords, version, {
    topics: [{ name: topic, partitions: [{ partitionIndex: partition, offset }] }],
    timeoutMs: 10_000,
  });
  return topics[0]?.partitions[0];
}

/** How the old end of a log is cut off. */
export function specifyDeleteRecords(kafka: KafkaUnderTest): void {
  describe('DeleteRecords', () => {
    it.each([0, 1, 2])('moves the start of the log, in the middle of a batch too, in version %i', async (version) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      await produceValues(client, topic, 'a', 'b');
      await produceValues(client, topic, 'c', 'd', 'e');
      const deleted = await deleteRecords(client, topic, 3, 0, version);
      expect(deleted).toEqual({ partitionIndex: 0, lowWatermark: 3, errorCode: errorCode.none });
      expect((await listOffset(client, topic, -2)).offset).toBe(3);
      expect((await fetchPartition(client, topic, { offset: 2 })).errorCode).toBe(errorCode.offsetOutOfRange);
      const fetched = await fetchPartition(client, topic, { offset: 3 });
      expect(fetched).toMatchObject({ errorCode: errorCode.none, logStartOffset: 3, highWatermark: 5 });
      // The batch is given whole; a client passes over what lies before the offset that it asked for.
      expect(valuesIn(fetched.records)).toEqual(['2:c', '3:d', '4:e']);
    });

    it('empties the log up to its end for -1, and offsets go on from there', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      await produceValues(client, topic, 'a', 'b');
      expect(await deleteRecords(client, topic, -1)).toMatchObject({ lowWatermark: 2, errorCode: errorCode.none });
      expect(await fetchPartition(client, topic, { offset: 2 })).toMatchObject({ errorCode: 0, logStartOffset: 2 });
      expect((await produceValues(client, topic, 'c')).baseOffset).toBe(2);
    });

    it('leaves the start where it is for an offset before it', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      await produceValues(client, topic, 'a', 'b', 'c');
      await deleteRecords(client, topic, 2);
      expect(await deleteRecords(client, topic, 1)).toMatchObject({ lowWatermark: 2, errorCode: errorCode.none });
    });

    it.each([3, -2])('refuses offset %i of a log of two records', async (offset) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      await produceValues(client, topic, 'a', 'b');
      expect((await deleteRecords(client, topic, offset))?.errorCode).toBe(errorCode.offsetOutOfRange);
      expect((await listOffset(client, topic, -2)).offset).toBe(0);
    });

    it('refuses a partition and a topic that are not there', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      expect((await deleteRecords(client, topic, 0, 1))?.errorCode).toBe(errorCode.unknownTopicOrPartition);
      const nobody = await deleteRecords(client, kafka.unique('nobody'), 0);
      expect(nobody?.errorCode).toBe(errorCode.unknownTopicOrPartition);
    });

    it('refuses a topic that is only compacted, and takes one that is both', async () => {
      const client = await connectTo(kafka);
      const both = await createTopic(kafka, client, { config: { 'cleanup.policy': 'compact,delete' } });
      const compacted = await createTopic(kafka, client, { config: { 'cleanup.policy': 'compact' } });
      for (const topic of [both, compacted]) await produceValues(client, topic, 'a');
      expect((await deleteRecords(client, compacted, 1))?.errorCode).toBe(errorCode.policyViolation);
      expect((await deleteRecords(client, both, 1))?.errorCode).toBe(errorCode.none);
    });
  });
}
