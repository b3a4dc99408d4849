import { crc32 } from 'node:zlib';
import type { ConsumedRecord, OutgoingRecord, PlacedRecord } from '#shared/kafka';
import type { Serializer } from '#shared/schema';
import type { InterceptorSupplier } from '#shared/streams';
import type { DeliveryCounts, MinuteCount } from './monitoring-topics.js';

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

  /** Takes what was counted since it was last taken, as records to be written: one of each partition that had any. */
  take(): OutgoingRecord[] {
    const { role, instance, countsTopic, serialize } = this.options;
    const partitions = this.#partitions;
    this.#partitions = [];
    return partitions.flatMap(({ topic, partition, minutes }) => {
      const counts = Array.from(minutes, ([minute, tally]): MinuteCount => ({ minute, ...tally }));
      return portions(counts).map((portion) => ({
        topic: countsTopic,
        key: `${topic}-${partition}`,
        value: serialize({ role, instance, topic, partition, minutes: portion }),
        timestamp: portion.reduce((latest, { minute }) => Math.max(latest, minute), 0),
      }));
    });
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

function portions(minutes: readonly MinuteCount[]): (readonly MinuteCount[])[] {
  const count = Math.ceil(minutes.length / MINUTES_PER_RECORD);
  return Array.from({ length: count }, (_, at) =>
    minutes.slice(at * MINUTES_PER_RECORD, (at + 1) * MINUTES_PER_RECORD),
  );
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
