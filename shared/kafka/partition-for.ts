import { murmur2 } from './murmur2.js';
import type { OutgoingRecord, PlacedRecord } from './records.js';

/** Gives each record its partition, in their order: its own, or the one that its key decides. */
export async function placed(
  records: readonly OutgoingRecord[],
  partitionsOf: (topic: string) => Promise<number>,
): Promise<PlacedRecord[]> {
  const counts = new Map<string, number>();
  for (const { topic } of records) if (!counts.has(topic)) counts.set(topic, await partitionsOf(topic));
  return records.map(({ topic, key, value, timestamp, headers, partition }) => ({
    topic,
    key,
    value,
    timestamp,
    headers,
    partition: partition ?? partitionFor(key, counts.get(topic) ?? 1),
  }));
}

/** As Kafka's Java client chooses: by the key's hash; without a key, any. */
export function partitionFor(key: Buffer | string | null, partitions: number): number {
  if (key === null) return Math.floor(Math.random() * partitions);
  return (murmur2(typeof key === 'string' ? Buffer.from(key) : key) & 0x7fffffff) % partitions;
}
