import { buildBatch, type NewRecord, type RecordHeader } from '#shared/wire';
import { headerPairs } from './headers.js';
import { murmur2 } from './murmur2.js';
import type { OutgoingRecord, PlacedRecord } from './records.js';
import type { WriterIdentity } from './transaction-coordination.js';

/** One record batch, on its way to its partition. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly count: number;
  readonly bytes: Buffer;
}

const NO_HEADERS: readonly RecordHeader[] = [];

/** The sequence numbers of a producer's batches, by partition (KIP-98): they are 32 bits wide and begin again. */
export class Sequences {
  readonly #next = new Map<string, number>();

  next({ topic, partition }: Pick<Batch, 'topic' | 'partition'>): number {
    return this.#next.get(`${topic} ${partition}`) ?? 0;
  }

  advance({ topic, partition, count }: Batch): void {
    const next = this.next({ topic, partition }) + count;
    this.#next.set(`${topic} ${partition}`, next % 2 ** 31);
  }
}

/** Groups records by topic and partition, in their order; a record without key and partition goes to any. */
export async function partitioned(
  records: readonly OutgoingRecord[],
  partitionsOf: (topic: string) => Promise<number>,
): Promise<Map<string, Map<number, OutgoingRecord[]>>> {
  const byTopic = new Map<string, { readonly count: number; readonly groups: Map<number, OutgoingRecord[]> }>();
  for (const record of records) {
    let topic = byTopic.get(record.topic);
    if (topic === undefined) {
      topic = { count: await partitionsOf(record.topic), groups: new Map() };
      byTopic.set(record.topic, topic);
    }
    const partition = record.partition ?? partitionFor(record.key, topic.count);
    const group = topic.groups.get(partition);
    if (group === undefined) topic.groups.set(partition, [record]);
    else group.push(record);
  }
  return new Map(Array.from(byTopic, ([name, { groups }]) => [name, groups]));
}

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

export function batchOf(
  topic: string,
  partition: number,
  records: readonly OutgoingRecord[],
  { transactionalId, producerId, producerEpoch }: WriterIdentity,
  baseSequence: number,
): Batch {
  const transactional = transactionalId !== null;
  const bytes = buildBatch(records.map(asNewRecord), { producerId, producerEpoch, baseSequence, transactional });
  return { topic, partition, count: records.length, bytes };
}

function asNewRecord({ key, value, timestamp, headers }: OutgoingRecord): NewRecord {
  const pairs = headerPairs(headers);
  return {
    key: typeof key === 'string' ? Buffer.from(key) : key,
    value,
    timestamp,
    headers: pairs.length === 0 ? NO_HEADERS : pairs.map(asHeader),
  };
}

function asHeader([key, value]: readonly [string, Buffer | string | null]): RecordHeader {
  return { key, value: typeof value === 'string' ? Buffer.from(value) : value };
}
