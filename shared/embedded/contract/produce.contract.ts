import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest } from '#shared/testing';
import { apis, attribute, buildBatch, crc32c, errorCode, type NewRecord } from '#shared/wire';
import {
  batchesIn,
  connectTo,
  createTopic,
  fetchPartition,
  listOffset,
  produceBatch,
  produceValues,
  recordsOf,
  valuesIn,
} from './ask.contract.js';

const one = buildBatch(recordsOf('a'));
const changed = (bytes: Buffer, change: (copy: Buffer) => void) => {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
};

/** What producers can rely on. */
export function specifyProduce(kafka: KafkaUnderTest): void {
  describe('Produce', () => {
    it('gives offsets in the order of appending', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      expect(await produceValues(client, topic, 'a', 'b')).toMatchObject({ errorCode: 0, baseOffset: 0 });
      expect(await produceValues(client, topic, 'c')).toMatchObject({ errorCode: 0, baseOffset: 2 });
      expect(valuesIn((await fetchPartition(client, topic)).records)).toEqual(['0:a', '1:b', '2:c']);
    });

    it.each([3, 4, 5, 6, 7, 8, 9, 10, 11])('is answered in version %i', async (version) => {
      const client = await connectTo(kafka);
      const name = await createTopic(kafka, client);
      const { responses } = await client.request(apis.produce, version, {
        transactionalId: null,
        acks: -1,
        timeoutMs: 10_000,
        topicData: [{ name, partitionData: [{ index: 0, records: one }] }],
      });
      expect(responses).toMatchObject([
        { name, partitionResponses: [{ index: 0, errorCode: errorCode.none, baseOffset: 0, logAppendTimeMs: -1 }] },
      ]);
    });

    it.each(['none', 'gzip'] as const)('keeps all of a record: key, value, headers, time (%s)', async (compression) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      const header = (key: string, value: string | null) => ({
        key,
        value: value === null ? null : Buffer.from(value),
      });
      const records: NewRecord[] = [
        { timestamp: 5, key: null, value: null, headers: [] },
        { timestamp: 3, key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [header('h', null), header('h', 'é')] },
        { timestamp: 1_700_000_000_000, key: Buffer.from('k'), value: Buffer.alloc(3000, 7), headers: [] },
      ];
      await produceBatch(client, topic, buildBatch(records, { compression }));
      const [batch] = batchesIn((await fetchPartition(client, topic)).records);
      expect(batch?.records).toEqual(records.map((record, offset) => ({ ...record, offset })));
      expect(batch?.header.maxTimestamp).toBe(1_700_000_000_000);
    });

    it('appends with acks 0 without an answer, and with acks 1 with one', async () => {
      const client = await connectTo(kafka);
      const name = await createTopic(kafka, client);
      const topicData = [{ name, partitionData: [{ index: 0, records: one }] }];
      client.send(apis.produce, 8, { transactionalId: null, acks: 0, timeoutMs: 1000, topicData });
      expect(await produceBatch(client, name, one, { acks: 1 })).toMatchObject({ errorCode: 0, baseOffset: 1 });
    });

    it('answers for each partition of each topic by itself', async () => {
      const client = await connectTo(kafka);
      const names = [await createTopic(kafka, client, { partitions: 2 }), await createTopic(kafka, client)];
      const damaged = changed(one, (copy) => copy.writeUInt8(0x62, copy.length - 2));
      const { responses } = await client.request(apis.produce, 8, {
        acks: -1,
        timeoutMs: 10_000,
        topicData: [
          { name: names[0] ?? '', partitionData: [damaged, one].map((records, index) => ({ index, records })) },
          { name: names[1] ?? '', partitionData: [{ index: 0, records: one }] },
          { name: kafka.unique('nobody'), partitionData: [{ index: 0, records: one }] },
        ],
      });
      const codes = responses.flatMap(({ name, partitionResponses }) =>
        partitionResponses.map(({ index, errorCode: code }) => [names.indexOf(name), index, code]),
      );
      expect(new Set(codes)).toEqual(
        new Set([
          [-1, 0, errorCode.unknownTopicOrPartition],
          [0, 0, errorCode.corruptMessage],
          [0, 1, errorCode.none],
          [1, 0, errorCode.none],
        ]),
      );
    });

    it.each([2, -2])('refuses acks of %i', async (acks) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      expect((await produceBatch(client, topic, one, { acks })).errorCode).toBe(errorCode.invalidRequiredAcks);
    });

    it('refuses a partition that is not there', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      const answer = await produceBatch(client, topic, one, { partition: 1 });
      expect(answer).toMatchObject({ errorCode: errorCode.unknownTopicOrPartition, baseOffset: -1 });
    });

    it.each([
      {
        what: 'of which a byte has changed',
        batch: changed(one, (copy) => copy.writeUInt8(0x62, copy.length - 2)),
        code: errorCode.corruptMessage,
      },
      { what: 'that is one of two', batch: Buffer.concat([one, one]), code: errorCode.invalidRecord },
      { what: 'that is not there', batch: Buffer.alloc(0), code: errorCode.invalidRecord },
      {
        what: 'of the format before Kafka 0.11',
        batch: changed(one, (copy) => copy.writeInt8(1, 16)),
        code: errorCode.invalidRecord,
      },
      {
        what: 'of a format that does not exist',
        batch: changed(one, (copy) => copy.writeInt8(3, 16)),
        code: errorCode.corruptMessage,
      },
      {
        what: 'of an idempotent producer that does not count',
        batch: buildBatch(recordsOf('a'), { producerId: 5, producerEpoch: 0, baseSequence: -1 }),
        code: errorCode.invalidRecord,
      },
    ])('refuses a batch $what, and keeps nothing of it', async ({ batch, code }) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      expect(await produceBatch(client, topic, batch)).toMatchObject({ errorCode: code, baseOffset: -1 });
      expect((await listOffset(client, topic, -1)).offset).toBe(0);
    });

    it.each([
      { what: 'counts other records than it has', attributes: 0, count: 2 },
      { what: 'says that it is a control batch', attributes: attribute.control },
    ])('refuses a batch that $what', async ({ attributes, count = 1 }) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      const lying = changed(one, (copy) => {
        copy.writeInt16BE(attributes, 21);
        copy.writeInt32BE(count, 57);
        copy.writeUInt32BE(crc32c(copy, 21, copy.length), 17);
      });
      expect((await produceBatch(client, topic, lying)).errorCode).toBe(errorCode.invalidRecord);
    });

    it('takes a batch of max.message.bytes, and refuses a larger one', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client, { config: { 'max.message.bytes': String(one.length) } });
      expect((await produceBatch(client, topic, one)).errorCode).toBe(errorCode.none);
      expect((await produceValues(client, topic, 'aa')).errorCode).toBe(errorCode.messageTooLarge);
    });

    it.each(['none', 'gzip'] as const)('refuses a record without a key in a compacted topic (%s)', async (codec) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client, { config: { 'cleanup.policy': 'compact' } });
      const keyless = [...recordsOf('a'), { timestamp: 1, value: Buffer.from('b') }];
      const refused = await produceBatch(client, topic, buildBatch(keyless, { compression: codec }));
      expect(refused.errorCode).toBe(errorCode.invalidRecord);
      const taken = await produceBatch(client, topic, buildBatch(recordsOf('a'), { compression: codec }));
      expect(taken).toMatchObject({ errorCode: errorCode.none, baseOffset: 0 });
    });

    it('stamps records with the time of appending where the topic says LogAppendTime', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client, { config: { 'message.timestamp.type': 'LogAppendTime' } });
      const before = Date.now();
      const { logAppendTimeMs } = await produceValues(client, topic, 'a', 'b');
      expect(logAppendTimeMs).toBeGreaterThanOrEqual(before);
      const [batch] = batchesIn((await fetchPartition(client, topic)).records);
      expect((batch?.header.attributes ?? 0) & attribute.logAppendTime).toBe(attribute.logAppendTime);
      expect(batch?.records.map(({ timestamp }) => timestamp)).toEqual([logAppendTimeMs, logAppendTimeMs]);
    });

    it.each([
      { what: 'older', config: 'message.timestamp.before.max.ms', otherwise: 3_600_000 },
      { what: 'newer', config: 'message.timestamp.after.max.ms', otherwise: -3_600_000 },
    ])('refuses a record that is $what than the topic allows', async ({ config, otherwise }) => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client, { config: { [config]: '600000' } });
      const batchAt = (...timestamps: number[]) =>
        buildBatch(timestamps.map((timestamp) => ({ timestamp, value: Buffer.from('v') })));
      const now = Date.now();
      const refused = await produceBatch(client, topic, batchAt(now, now - otherwise));
      expect(refused.errorCode).toBe(errorCode.invalidTimestamp);
      expect((await produceBatch(client, topic, batchAt(now))).errorCode).toBe(errorCode.none);
    });
  });
}
