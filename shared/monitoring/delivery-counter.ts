import { crc32 } from 'node:zlib';
import type { ConsumedRecord, OutgoingRecord, PlacedRecord } from '#shared/kafka';
import type { Serializer } from '#shared/schema';
import { type InterceptorSupplier, isTimestamp } from '#shared/streams';
import type { DeliveryCounts, PartitionCounts } from './monitoring-topics.js';

export const MINUTE_MS = 60_000;
/** What one record tells at most: those of a sparse topic have a minute each. */
const MINUTES_PER_RECORD = 4_096;
/** How many of the minutes begun last are looked through for that of the next record: one that is further back is begun again. */
const MINUTES_LOOKED_AT = 8;

interface CounterOptions {
  readonly role: DeliveryCounts['role'];
  readonly instance: string;
  /** The topic of the counts, as it is called on the cluster. */
  readonly countsTopic: string;
  readonly serialize: Serializer<DeliveryCounts>;
}

/** What has been counted of a partition since it was last told. */
interface PartitionTally extends PartitionCounts {
  readonly minutes: number[];
  readonly records: number[];
  readonly checksums: number[];
}

/** Counts records by topic, partition and minute of event time, the first of 1970 where they have none, and sums their checksums. */
export class DeliveryCounter {
  #partitions: PartitionTally[] = [];

  constructor(private readonly options: CounterOptions) {}

  count({ topic, partition, timestamp, key, value }: PlacedRecord | ConsumedRecord): void {
    const minute = minuteOf(timestamp);
    const { minutes, records, checksums } = this.#of(topic, partition);
    const oldest = Math.max(0, minutes.length - MINUTES_LOOKED_AT);
    let at = minutes.length - 1;
    while (at >= oldest && minutes[at] !== minute) at -= 1;
    if (at < oldest) {
      at = minutes.length;
      minutes.push(minute);
      records.push(0);
      checksums.push(0);
    }
    records[at] = (records[at] ?? 0) + 1;
    checksums[at] = ((checksums[at] ?? 0) + checksumOf(key, value)) % 2 ** 32;
  }

  /**
   * Takes what was counted since it was last taken, as records to be written: one of all partitions together, as a rule. A
   * scorer commits a hundred times a second, and one for each partition would double what it writes.
   */
  take(): OutgoingRecord[] {
    const { role, instance, countsTopic, serialize } = this.options;
    const partitions = this.#partitions;
    this.#partitions = [];
    return portions(partitions).map((portion) => ({
      topic: countsTopic,
      key: instance,
      value: serialize({ role, instance, partitions: portion }),
      timestamp: latestMinute(portion),
    }));
  }

  /** There are few: a search is faster than a key made of two. */
  #of(topic: string, partition: number): PartitionTally {
    for (const known of this.#partitions) {
      if (known.partition === partition && known.topic === topic) return known;
    }
    const added = { topic, partition, minutes: [], records: [], checksums: [] };
    this.#partitions.push(added);
    return added;
  }
}

/** A time that is none, as somebody else's nanoseconds, makes a dead letter: its count must be one that can be written and read. */
function minuteOf(timestamp: number): number {
  return isTimestamp(timestamp) ? Math.floor(timestamp / MINUTE_MS) * MINUTE_MS : 0;
}

/** CRC-32 of a record: the bytes of its key, then those of its value. */
function checksumOf(key: Buffer | string | null, value: Buffer | null): number {
  const ofKey = key === null ? 0 : crc32(key);
  return value === null ? ofKey : crc32(value, ofKey);
}

/** In portions of at most `MINUTES_PER_RECORD` each; nothing where nothing was counted. */
function portions(tallies: readonly PartitionCounts[]): (readonly PartitionCounts[])[] {
  const all: PartitionCounts[][] = [];
  let room = 0;
  for (const { topic, partition, minutes, records, checksums } of tallies) {
    for (let from = 0; from < minutes.length; ) {
      if (room === 0) {
        all.push([]);
        room = MINUTES_PER_RECORD;
      }
      const to = Math.min(minutes.length, from + room);
      const part = (list: readonly number[]): readonly number[] => list.slice(from, to);
      all.at(-1)?.push({
        topic,
        partition,
        minutes: part(minutes),
        records: part(records),
        checksums: part(checksums),
      });
      room -= to - from;
      from = to;
    }
  }
  return all;
}

function latestMinute(partitions: readonly PartitionCounts[]): number {
  let latest = 0;
  for (const { minutes } of partitions) for (const minute of minutes) latest = Math.max(latest, minute);
  return latest;
}

/** Counts what the tasks of a scorer process of these topics, by their names on the cluster, in the transactions of the tasks. */
export function deliveryInterceptor(
  topics: ReadonlySet<string>,
  options: Omit<CounterOptions, 'role'>,
): InterceptorSupplier {
  return () => {
    const counter = new DeliveryCounter({ role: 'scorer', ...options });
    return {
      onProcess(record) {
        if (topics.has(record.topic)) counter.count(record);
      },
      onCommit: () => counter.take(),
    };
  };
}
