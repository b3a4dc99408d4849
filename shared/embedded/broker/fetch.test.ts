import { describe, expect, it } from 'vitest';
import type { WireClient } from '#shared/testing';
import { apis, buildBatch, errorCode, readBatchHeader, readRecords } from '#shared/wire';
import { produceBatch, produceValues, recordsOf, startTestBroker } from './test-broker.js';

const topics = [{ name: 't', partitions: 2 }];

interface Asked {
  readonly offset?: number;
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  readonly maxBytes?: number;
  readonly partitionMaxBytes?: number;
  readonly partitions?: readonly number[];
}

const request = ({ offset = 0, maxWaitMs = 0, minBytes = 1, maxBytes = 1e6, ...rest }: Asked) => ({
  maxWaitMs,
  minBytes,
  maxBytes,
  isolationLevel: 1,
  topics: [
    {
      topic: 't',
      partitions: (rest.partitions ?? [0]).map((partition) => ({
        partition,
        fetchOffset: offset,
        partitionMaxBytes: rest.partitionMaxBytes ?? 1e6,
      })),
    },
  ],
});

async function fetchFrom(client: WireClient, asked: Asked = {}) {
  const response = await client.request(apis.fetch, 11, request(asked));
  return response.responses[0]?.partitions ?? [];
}

function valuesIn(records: Buffer | null | undefined): string[] {
  const values: string[] = [];
  for (let at = 0; records && at < records.length; at += readBatchHeader(records, at).sizeBytes) {
    for (const record of readRecords(records, at)) values.push(`${record.offset}:${String(record.value)}`);
  }
  return values;
}

const fetchValues = async (client: WireClient, asked: Asked = {}) =>
  (await fetchFrom(client, asked)).flatMap(({ records }) => valuesIn(records));

describe('Fetch', () => {
  it('gives whole batches from the one that holds the offset', async () => {
    await using test = await startTestBroker({ topics });
    await produceValues(test.client, 't', 'a', 'b');
    await produceValues(test.client, 't', 'c', 'd');
    expect(await fetchValues(test.client)).toEqual(['0:a', '1:b', '2:c', '3:d']);
    expect(await fetchValues(test.client, { offset: 1 })).toEqual(['0:a', '1:b', '2:c', '3:d']);
    expect(await fetchValues(test.client, { offset: 2 })).toEqual(['2:c', '3:d']);
    expect(await fetchValues(test.client, { offset: 4 })).toEqual([]);
  });

  it('tells the limits of the log to readers of committed records', async () => {
    await using test = await startTestBroker({ topics });
    await produceValues(test.client, 't', 'a', 'b');
    const [partition] = await fetchFrom(test.client);
    expect(partition).toMatchObject({
      errorCode: 0,
      highWatermark: 2,
      lastStableOffset: 2,
      logStartOffset: 0,
      abortedTransactions: [],
    });
  });

  it('holds to the limits of bytes, but gives one batch always', async () => {
    await using test = await startTestBroker({ topics });
    for (const value of ['a', 'b', 'c']) await produceValues(test.client, 't', value);
    await produceBatch(test.client, 't', buildBatch(recordsOf('other')), 1);
    const batchBytes = buildBatch(recordsOf('a')).length;
    expect(await fetchValues(test.client, { partitionMaxBytes: 2 * batchBytes + 5 })).toEqual(['0:a', '1:b']);
    expect(await fetchValues(test.client, { partitionMaxBytes: 1 })).toEqual(['0:a']);
    expect(await fetchValues(test.client, { maxBytes: 1, partitions: [0, 1] })).toEqual(['0:a']);
    expect(await fetchValues(test.client, { maxBytes: 2 * batchBytes, partitions: [0, 1] })).toEqual(['0:a', '1:b']);
    expect(await fetchValues(test.client, { partitions: [0, 1] })).toEqual(['0:a', '1:b', '2:c', '0:other']);
  });

  it('reads on across the segments of a long log', async () => {
    await using test = await startTestBroker({ topics });
    const values = Array.from({ length: 40 }, (_, i) => `${i}-${'x'.repeat(10_000)}`);
    for (const value of values) await produceValues(test.client, 't', value);
    expect(await fetchValues(test.client)).toEqual(values.map((value, i) => `${i}:${value}`));
    expect(await fetchValues(test.client, { offset: 37 })).toEqual(
      values.slice(37).map((value, i) => `${i + 37}:${value}`),
    );
    expect(await fetchValues(test.client, { partitionMaxBytes: 55_000 })).toHaveLength(5);
  });

  it.each([-1, 3])('says that offset %i lies outside a log of two records', async (offset) => {
    await using test = await startTestBroker({ topics });
    await produceValues(test.client, 't', 'a', 'b');
    expect((await fetchFrom(test.client, { offset }))[0]).toMatchObject({
      errorCode: errorCode.offsetOutOfRange,
      highWatermark: 2,
    });
  });

  it('answers for topics by id, and for an id that nobody has', async () => {
    await using test = await startTestBroker({ topics });
    await produceValues(test.client, 't', 'a');
    const { topics: known } = await test.client.request(apis.metadata, 12, { topics: null });
    const topicIds = [known[0]?.topicId ?? '', Buffer.alloc(16, 5).toString('base64url')];
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1e6 }];
    const answer = await test.client.request(apis.fetch, 16, {
      ...request({}),
      topics: topicIds.map((topicId) => ({ topicId, partitions })),
    });
    expect(answer.responses.map(({ partitions: [one] }) => [one?.errorCode, valuesIn(one?.records)])).toEqual([
      [errorCode.none, ['0:a']],
      [errorCode.unknownTopicId, []],
    ]);
  });

  it('declines sessions', async () => {
    await using test = await startTestBroker({ topics });
    const first = await test.client.request(apis.fetch, 11, { ...request({}), sessionId: 0, sessionEpoch: 0 });
    expect([first.errorCode, first.sessionId]).toEqual([errorCode.none, 0]);
    const next = await test.client.request(apis.fetch, 11, { ...request({}), sessionId: 5, sessionEpoch: 1 });
    expect(next.errorCode).toBe(errorCode.fetchSessionIdNotFound);
  });
});

describe('a Fetch that waits', () => {
  it('is answered by the next record of any of its partitions', async () => {
    await using test = await startTestBroker({ topics });
    const consumer = await test.connect();
    const fetched = fetchValues(consumer, { maxWaitMs: 20_000, partitions: [0, 1] });
    await produceBatch(test.client, 't', buildBatch(recordsOf('late')), 1);
    expect(await fetched).toEqual(['0:late']);
  });

  it('waits until there are as many bytes as it wants', async () => {
    await using test = await startTestBroker({ topics });
    const consumer = await test.connect();
    const batchBytes = buildBatch(recordsOf('a')).length;
    const fetched = fetchValues(consumer, { maxWaitMs: 20_000, minBytes: batchBytes + 1 });
    await produceValues(test.client, 't', 'a');
    await produceValues(test.client, 't', 'b');
    expect(await fetched).toEqual(['0:a', '1:b']);
  });

  it('is answered with what there is when its time is over', async () => {
    await using test = await startTestBroker({ topics });
    await produceValues(test.client, 't', 'a');
    expect(await fetchValues(test.client, { maxWaitMs: 30, minBytes: 1e6 })).toEqual(['0:a']);
    expect(await fetchValues(test.client, { offset: 1, maxWaitMs: 30 })).toEqual([]);
  });

  it('does not keep other connections waiting, and is answered before what follows it on its own', async () => {
    await using test = await startTestBroker({ topics });
    const consumer = await test.connect();
    const order: string[] = [];
    const fetched = consumer.request(apis.fetch, 11, request({ maxWaitMs: 20_000 })).then(() => order.push('fetch'));
    const behind = consumer.request(apis.listGroups, 2, {}).then(() => order.push('behind it'));
    await test.client.request(apis.listGroups, 2, {});
    order.push('other connection');
    await produceValues(test.client, 't', 'a');
    await Promise.all([fetched, behind]);
    expect(order).toEqual(['other connection', 'fetch', 'behind it']);
  });

  it('learns that its topic is gone', async () => {
    await using test = await startTestBroker({ topics });
    const consumer = await test.connect();
    const fetched = fetchFrom(consumer, { maxWaitMs: 20_000 });
    // The broker has taken the fetch in hand when it answers the request sent after it from elsewhere.
    await consumerIsWaiting(consumer, test.client);
    await test.client.request(apis.deleteTopics, 3, { topicNames: ['t'], timeoutMs: 1000 });
    expect((await fetched)[0]?.errorCode).toBe(errorCode.unknownTopicOrPartition);
  });

  it('ends with its connection, and the broker can close', async () => {
    await using test = await startTestBroker({ topics });
    const consumer = await test.connect();
    consumer.send(apis.fetch, 11, request({ maxWaitMs: 60_000 }));
    await consumerIsWaiting(consumer, test.client);
    consumer.close();
    await test.broker.close();
    expect(test.warnings).toEqual([]);
  });
});

/** Both sockets are read in the order of their bytes' arrival; an answer on the second says that the first was read. */
async function consumerIsWaiting(consumer: WireClient, other: WireClient): Promise<void> {
  await new Promise((resolve) =>
    consumer.socket.writableLength === 0 ? resolve(true) : consumer.socket.once('drain', resolve),
  );
  await other.request(apis.apiVersions, 0, {});
}
