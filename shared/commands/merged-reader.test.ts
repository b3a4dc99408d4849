import { expect, it } from 'vitest';
import { type Cluster, type ConsumedRecord, connectCluster } from '#shared/kafka';
import { startEmbeddedBroker } from '#shared/testing';
import { MergedReader } from './merged-reader.js';

const COUNT = 8_000;

/** Two partitions of 8 MB each: all of the second is earlier than the first. */
async function laterAndEarlier(cluster: Cluster): Promise<void> {
  await cluster.ensureTopics([{ name: 'numbers', partitions: 2, config: { 'retention.ms': '-1' } }]);
  const value = Buffer.alloc(1_000, 'x');
  const records = Array.from({ length: 2 * COUNT }, (_, index) => {
    const partition = index < COUNT ? 1 : 0;
    return { topic: 'numbers', partition, key: null, value, timestamp: 1_000 + index };
  });
  const producer = await cluster.produce();
  await producer.send(records);
  await producer.close();
}

it('does not read a partition to its end that waits for the records of another', async () => {
  await using broker = await startEmbeddedBroker();
  const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
  await laterAndEarlier(cluster);
  const reader = await cluster.reader({ isolation: 'read_committed' });
  const given = { later: 0, earlier: 0, laterBeforeEarlierEnded: 0 };
  const poll = reader.poll.bind(reader);
  reader.poll = async (maxWaitMs) => {
    const chunks = await poll(maxWaitMs);
    for (const { partition, records } of chunks) given[partition === 0 ? 'later' : 'earlier'] += records.length;
    if (given.earlier < COUNT) given.laterBeforeEarlierEnded = given.later;
    return chunks;
  };
  const merged = new MergedReader(
    reader,
    [0, 1].map((partition) => ({ topic: 'numbers', partition, offset: 0, end: COUNT })),
  );
  const read: ConsumedRecord[] = [];
  while (read.length < 2 * COUNT) read.push(...(await merged.poll(1_000)));
  expect(read.map(({ timestamp }) => timestamp)).toEqual(Array.from(read, (_, index) => 1_000 + index));
  // What may wait, and what was fetched already when it was so much.
  expect(given.laterBeforeEarlierEnded).toBeGreaterThan(0);
  expect(given.laterBeforeEarlierEnded).toBeLessThan(6_000);
  await cluster.close();
});
