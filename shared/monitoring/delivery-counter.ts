import { crc32 } from 'node:zlib';
import type { ConsumedRecord, OutgoingRecord, PlacedRecord } from '#shared/kafka';
import type { Serializer } from '#shared/schema';
import type { InterceptorSupplier } from '#shared/streams';
import type { DeliveryCounts, MinuteCount, PartitionCounts } from './monitoring-topics.js';

export const MINUTE_MS = 60_000;
/** What one record tells at most: those of a sparse topic have a minute each. */
const MINUTES_PER_RECORD = 4_096;

interface CounterOptions {
  readonly role: DeliveryCounts['role'];
  readonly instance: string;
  /** The topic of the counts, as it is called on the cluster. */
  readonly countsTopic: string;
  readonly serialize: Serializer<DeliveryCounts>;
}

interface Tally {
  records: number;
  checksum: number;
}

/** What has been counted of a partition since it was last told. */
interface PartitionTally {
  readonly topic: string;
  readonly partition: number;
  readonly minutes: Map<number, Tally>;
  /** The minute counted last, which the next record is likely to be of. */
  minute: number;
  tally: Tally;
}

/** Counts records by topic, partition and minute of event time, and sums their checksums. */
export class DeliveryCounter {
  #partitions: PartitionTally[] = [];

  constructor(private readonly options: CounterOptions) {}

  count({ topic, partition, timestamp, key, value }: PlacedRecord | ConsumedRecord): void {
    const minute = Math.floor(timestamp / MINUTE_MS) * MINUTE_MS;
    const of = this.#of(topic, partition);
    if (of.minute !== minute) {
      of.minute = minute;
      of.tally = of.minutes.get(minute) ?? { records: 0, checksum: 0 };
      of.minutes.set(minute, of.tally);
    }
    of.tally.records += 1;
    of.tally.checksum = (of.tally.checksum + checksumOf(key, value)) % 2 ** 32;
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
    const tally = { records: 0, checksum: 0 };
    const added = { topic, partition, minutes: new Map<number, Tally>(), minute: Number.NaN, tally };
    this.#partitions.push(added);
    return added;
  }
}

/** CRC-32 of a record: the bytes of its key, then those of its value. */
function checksumOf(key: Buffer | string | null, value: Buffer | null): number {
  const ofKey = key === null ? 0 : crc32(key);
  return value === null ? ofKey : crc32(value, ofKey);
}

/** In portions of at most `MINUTES_PER_RECORD` each; nothing where nothing was counted. */
function portions(tallies: readonly PartitionTally[]): (readonly PartitionCounts[])[] {
  const all: PartitionCounts[][] = [];
  let room = 0;
  for (const { topic, partition, minutes } of tallies) {
    let left = Array.from(minutes, ([minute, tally]): MinuteCount => ({ minute, ...tally }));
    while (left.length > 0) {
      if (room === 0) {
        all.push([]);
        room = MINUTES_PER_RECORD;
      }
      const fitting = left.slice(0, room);
      all.at(-1)?.push({ topic, partition, minutes: fitting });
      left = left.slice(room);
      room -= fitting.length;
    }
  }
  return all;
}

function latestMinute(partitions: readonly PartitionCounts[]): number {
  let latest = 0;
  for (const { minutes } of partitions) for (const { minute } of minutes) latest = Math.max(latest, minute);
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
