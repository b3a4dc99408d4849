import type { Cluster, ConsumedRecord } from '#shared/kafka';
import { caseSerdes } from './built-nodes.js';
import type { StoredRecord } from './case.js';
import { recorded } from './run-case.js';

/** All records that are committed on topics of one partition, by topic, in the form of a case's. */
export async function readRecords(
  cluster: Cluster,
  topics: readonly string[],
  fullName: (topic: string) => string,
): Promise<Record<string, StoredRecord[]>> {
  const ends = await cluster.endOffsets(topics.map(fullName));
  const reader = await cluster.reader({ isolation: 'read_committed' });
  try {
    const found = new Map(topics.map((topic) => [fullName(topic), { topic, records: [] as StoredRecord[] }]));
    const take = async (maxWaitMs: number): Promise<void> => {
      for (const { topic, records } of await reader.poll(maxWaitMs)) {
        for (const record of records) found.get(topic)?.records.push(decoded(record));
      }
    };
    const partitions = Array.from(ends, ([topic, [end = 0]]) => ({ topic, partition: 0, offset: 0, end }));
    reader.seek(partitions);
    while (partitions.some((partition) => (reader.position(partition) ?? 0) < partition.end)) await take(100);
    // Positions are of what has been fetched, and that can wait to be polled.
    await take(0);
    return Object.fromEntries(Array.from(found.values(), ({ topic, records }) => [topic, records]));
  } finally {
    await reader.close();
  }
}

function decoded({ key, value, timestamp }: ConsumedRecord): StoredRecord {
  return recorded({
    key: key === null ? null : caseSerdes.key.deserialize(key),
    value: value === null ? null : caseSerdes.value.deserialize(value),
    timestamp,
  });
}
