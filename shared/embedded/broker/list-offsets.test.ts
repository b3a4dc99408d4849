import { describe, expect, it } from 'vitest';
import type { WireClient } from '#shared/testing';
import { apis, buildBatch, errorCode } from '#shared/wire';
import { produceBatch, startTestBroker } from './test-broker.js';

const topics = [{ name: 't', partitions: 1 }];
const at = (...timestamps: number[]) => timestamps.map((timestamp) => ({ timestamp, value: Buffer.from('v') }));

async function offsetAt(client: WireClient, timestamp: number, topic = 't') {
  const response = await client.request(apis.listOffsets, 7, {
    replicaId: -1,
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }],
  });
  return response.topics[0]?.partitions[0];
}

describe.each(['none', 'gzip'] as const)('ListOffsets (compression: %s)', (compression) => {
  const start = async () => {
    const test = await startTestBroker({ topics });
    await produceBatch(test.client, 't', buildBatch(at(1000, 1010, 1020), { compression }));
    await produceBatch(test.client, 't', buildBatch(at(2000, 1500, 2500), { compression }));
    await produceBatch(test.client, 't', buildBatch(at(2200), { compression }));
    return test;
  };

  it.each([
    { timestamp: 0, offset: 0, found: 1000 },
    { timestamp: 1010, offset: 1, found: 1010 },
    { timestamp: 1011, offset: 2, found: 1020 },
    { timestamp: 1021, offset: 3, found: 2000 },
    { timestamp: 2001, offset: 5, found: 2500 },
    { timestamp: 2501, offset: -1, found: -1 },
  ])('finds the first record of time $timestamp or later', async ({ timestamp, offset, found }) => {
    await using test = await start();
    expect(await offsetAt(test.client, timestamp)).toMatchObject({ errorCode: 0, offset, timestamp: found });
  });

  it('finds the ends of the log and the record with the highest time', async () => {
    await using test = await start();
    expect(await offsetAt(test.client, -1)).toMatchObject({ offset: 7, timestamp: -1 });
    expect(await offsetAt(test.client, -2)).toMatchObject({ offset: 0, timestamp: -1 });
    expect(await offsetAt(test.client, -3)).toMatchObject({ offset: 5, timestamp: 2500 });
  });

  it('looks only at what DeleteRecords has left', async () => {
    await using test = await start();
    const deleted = await test.client.request(apis.deleteRecords, 1, {
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, offset: 5 }] }],
      timeoutMs: 1000,
    });
    expect(deleted.topics[0]?.partitions).toEqual([{ partitionIndex: 0, lowWatermark: 5, errorCode: 0 }]);
    expect(await offsetAt(test.client, -2)).toMatchObject({ offset: 5 });
    expect(await offsetAt(test.client, 0)).toMatchObject({ offset: 5, timestamp: 2500 });
  });
});

describe('ListOffsets', () => {
  it('finds nothing in an empty log', async () => {
    await using test = await startTestBroker({ topics });
    expect(await offsetAt(test.client, 0)).toMatchObject({ errorCode: 0, offset: -1, timestamp: -1 });
    expect(await offsetAt(test.client, -3)).toMatchObject({ errorCode: 0, offset: -1, timestamp: -1 });
  });

  it('refuses a topic that is not there', async () => {
    await using test = await startTestBroker({ topics });
    expect((await offsetAt(test.client, -1, 'missing'))?.errorCode).toBe(errorCode.unknownTopicOrPartition);
  });
});
