import { describe, expect, it } from 'vitest';
import type { WireClient } from '#shared/testing';
import { apis, buildBatch, errorCode, readRecords } from '#shared/wire';
import { produceBatch, produceValues, recordsOf, startTestBroker } from './test-broker.js';

const topics = [
  { name: 't', partitions: 2 },
  { name: 'compacted', partitions: 1, config: { 'cleanup.policy': 'compact' } },
  { name: 'small', partitions: 1, config: { 'max.message.bytes': '200' } },
  { name: 'stamped', partitions: 1, config: { 'message.timestamp.type': 'LogAppendTime' } },
];

async function endOffset(client: WireClient, topic: string): Promise<number> {
  const response = await client.request(apis.listOffsets, 1, {
    replicaId: -1,
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
  });
  return response.topics[0]?.partitions[0]?.offset ?? -1;
}

describe('Produce', () => {
  it('gives each batch the offsets after the last', async () => {
    await using test = await startTestBroker({ topics });
    expect(await produceValues(test.client, 't', 'a', 'b', 'c')).toBe(0);
    expect(await produceValues(test.client, 't', 'd')).toBe(3);
    expect(await endOffset(test.client, 't')).toBe(4);
  });

  it('appends with acks 0 and does not answer', async () => {
    await using test = await startTestBroker({ topics });
    const partitionData = [{ index: 0, records: buildBatch(recordsOf('a')) }];
    test.client.send(apis.produce, 7, { acks: 0, timeoutMs: 1000, topicData: [{ name: 't', partitionData }] });
    expect(await endOffset(test.client, 't')).toBe(1);
  });

  it.each([2, -2])('refuses acks of %i', async (acks) => {
    await using test = await startTestBroker({ topics });
    const answer = await produceBatch(test.client, 't', buildBatch(recordsOf('a')), 0, acks);
    expect(answer.errorCode).toBe(errorCode.invalidRequiredAcks);
  });

  it.each([
    { what: 'topic', topic: 'missing', partition: 0 },
    { what: 'partition', topic: 't', partition: 2 },
  ])('refuses a $what that is not there', async ({ topic, partition }) => {
    await using test = await startTestBroker({ topics });
    const answer = await produceBatch(test.client, topic, buildBatch(recordsOf('a')), partition);
    expect(answer.errorCode).toBe(errorCode.unknownTopicOrPartition);
  });

  it('refuses a batch of which a byte has changed, and nothing of it is kept', async () => {
    await using test = await startTestBroker({ topics });
    const batch = buildBatch(recordsOf('a'));
    batch[batch.length - 2] = 0x62;
    expect(await produceBatch(test.client, 't', batch)).toMatchObject({
      errorCode: errorCode.corruptMessage,
      baseOffset: -1,
    });
    expect(await endOffset(test.client, 't')).toBe(0);
  });

  it.each([
    { what: 'cut short', batch: buildBatch(recordsOf('a')).subarray(0, 65), code: errorCode.corruptMessage },
    { what: 'shorter than a header', batch: Buffer.alloc(20, 9), code: errorCode.corruptMessage },
    {
      what: 'two in one',
      batch: Buffer.concat([buildBatch(recordsOf('a')), buildBatch(recordsOf('b'))]),
      code: errorCode.invalidRecord,
    },
    {
      what: 'transactional, in a request without a transactional id',
      batch: buildBatch(recordsOf('a'), { transactional: true, producerId: 1, producerEpoch: 0, baseSequence: 0 }),
      code: errorCode.transactionalIdAuthorizationFailed,
    },
    { what: 'nothing', batch: Buffer.alloc(0), code: errorCode.invalidRecord },
  ])('refuses a batch that is $what', async ({ batch, code }) => {
    await using test = await startTestBroker({ topics });
    expect((await produceBatch(test.client, 't', batch)).errorCode).toBe(code);
  });

  it('refuses the message sets of before Kafka 0.11, though it advertises the versions that carried them', async () => {
    await using test = await startTestBroker({ topics });
    const messageSet = Buffer.alloc(40);
    messageSet[16] = 1;
    const response = await test.client.request(apis.produce, 2, {
      acks: 1,
      timeoutMs: 1000,
      topicData: [{ name: 't', partitionData: [{ index: 0, records: messageSet }] }],
    });
    expect(response.responses[0]?.partitionResponses[0]?.errorCode).toBe(errorCode.invalidRecord);
  });

  it('refuses a batch above max.message.bytes', async () => {
    await using test = await startTestBroker({ topics });
    const answer = await produceBatch(test.client, 'small', buildBatch(recordsOf('a'.repeat(200))));
    expect(answer.errorCode).toBe(errorCode.messageTooLarge);
    expect(answer.errorMessage).toContain('max.message.bytes of the topic is 200');
  });

  it.each(['none', 'gzip'] as const)(
    'refuses a record without a key in a compacted topic (%s)',
    async (compression) => {
      await using test = await startTestBroker({ topics });
      const keyless = buildBatch([...recordsOf('a'), { timestamp: 1, value: Buffer.from('b') }], { compression });
      expect((await produceBatch(test.client, 'compacted', keyless)).errorCode).toBe(errorCode.invalidRecord);
      expect(
        (await produceBatch(test.client, 'compacted', buildBatch(recordsOf('a'), { compression }))).errorCode,
      ).toBe(0);
    },
  );

  it('stamps records with its own time where the topic says LogAppendTime', async () => {
    await using test = await startTestBroker({ topics });
    const before = Date.now();
    const { logAppendTimeMs } = await produceBatch(test.client, 'stamped', buildBatch(recordsOf('a')));
    expect(logAppendTimeMs).toBeGreaterThanOrEqual(before);
    const fetched = await test.client.request(apis.fetch, 11, {
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 1e6,
      isolationLevel: 0,
      topics: [{ topic: 'stamped', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1e6 }] }],
    });
    const batch = fetched.responses[0]?.partitions[0]?.records ?? Buffer.alloc(0);
    expect([...readRecords(batch)].map(({ timestamp }) => timestamp)).toEqual([logAppendTimeMs]);
  });
});
