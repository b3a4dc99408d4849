import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startBroker } from '#shared/embedded/broker';
import { WireClient } from '#shared/testing';
import { apis } from '#shared/wire';
import { connectCluster } from './index.js';

/** One batch in each codec, as the Java client writes it. */
const samples = readFileSync(new URL('../wire/compression/samples/java-batches.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line): { codec: string; batch: string } => JSON.parse(line));

it.each(samples)('reads what another client has compressed: $codec', async ({ batch }) => {
  const broker = await startBroker({ port: 0, topics: [{ name: 't', partitions: 1 }] });
  const writer = await WireClient.connect(broker.address);
  const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
  try {
    const partitionData = [{ index: 0, records: Buffer.from(batch, 'base64') }];
    await writer.request(apis.produce, 8, { acks: -1, timeoutMs: 1000, topicData: [{ name: 't', partitionData }] });
    const consumer = await cluster.consume({ groupId: 'g', topics: ['t'], from: 'beginning' });
    const values: string[] = [];
    while (values.length < 300) {
      for (const { value } of (await consumer.poll(5_000))?.records ?? []) values.push(String(value));
    }
    expect([values[0], values[299]]).toEqual(['flight 0 of carrier AA, 0 min', 'flight 299 of carrier WN, 421 min']);
  } finally {
    await cluster.close();
    writer.close();
    await broker.close();
  }
});
