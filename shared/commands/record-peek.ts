import type { Peek, PeekedRecords } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import type { Cluster, ConsumedRecord, PartitionReader } from '#shared/kafka';
import { connectSchemas, type SchemaRegistryOptions } from '#shared/schema';
import type { DemoCluster } from './demo-cluster.js';
import type { DemoBasics } from './demo-definition.js';
import { type PeekFrom, type PeekQuery, parsePeekQuery } from './peek-query.js';
import { peekedRecord } from './peeked-record.js';
import { PeekedTopics } from './peeked-topics.js';
import { RecordDecoder } from './record-decoder.js';
import { type OffsetRange, type ReadRange, rangesSince, readRanges } from './record-ranges.js';

/** What one question may hold in memory. */
const MOST_BYTES = 16_777_216;
/** Most records are followed by the mark that commits them: so many offsets for each are looked at first. */
const OFFSETS_A_RECORD = 2;
/** Where that was too little, since a topic was compacted, so many times as far back. */
const FURTHER = 8;

/**
 * Looks into the topics of a demo: records as they lie there, decoded as `tail` does, without a group, committed ones only.
 * The registry is asked for schemas as records need them.
 */
export function createRecordPeek(
  definition: DemoBasics,
  { cluster, topicName }: Pick<DemoCluster, 'cluster' | 'topicName'>,
  registry: SchemaRegistryOptions,
): Omit<Peek, 'follow'> {
  const topics = new PeekedTopics(definition, { cluster, topicName });
  // What is not decoded says so itself, with the reason.
  const decoder = new RecordDecoder(connectSchemas({ ...registry, readable: true }), () => undefined);
  return {
    topics: () => topics.latest,
    async records(given, signal) {
      const query = parsePeekQuery(given);
      if (!topics.covers(query.topic)) {
        throw new KitError('usage', `${query.topic.slice(0, 80)} is no topic of this demo.`);
      }
      const reader = await cluster.reader({
        isolation: 'read_committed',
        onOutOfRange: 'earliest',
        maxBytesPerPartition: 262_144,
      });
      try {
        return await answer(query, await new Look(cluster, reader, query, signal).read(), decoder);
      } finally {
        await reader.close();
      }
    },
  };
}

interface Found {
  readonly order: PeekedRecords['order'];
  readonly records: readonly ConsumedRecord[];
  readonly next: string | null;
  readonly complete: boolean;
}

async function answer(
  { topic, whole }: PeekQuery,
  { order, records, next, complete }: Found,
  decoder: RecordDecoder,
): Promise<PeekedRecords> {
  await decoder.prepare(records.flatMap(({ key, value }) => [key, value]));
  return {
    topic,
    order,
    records: records.map((record) => peekedRecord(record, decoder, whole)),
    next,
    incomplete: complete ? null : 'The time for one look was over: there may be more than is shown.',
  };
}

/** One look into a topic. */
class Look {
  readonly #cluster: Cluster;
  readonly #reader: PartitionReader;
  readonly #query: PeekQuery;
  readonly #signal: AbortSignal;

  constructor(cluster: Cluster, reader: PartitionReader, query: PeekQuery, signal: AbortSignal) {
    this.#cluster = cluster;
    this.#reader = reader;
    this.#query = query;
    this.#signal = signal;
  }

  async read(): Promise<Found> {
    const { topic, partition, from } = this.#query;
    if (!(await this.#cluster.partitionCounts([topic])).has(topic)) {
      throw new KitError('usage', `There is no topic ${topic}: nobody has written to it yet, or it was deleted.`);
    }
    const [begins, ends] = await Promise.all([
      this.#cluster.beginningOffsets([topic]),
      this.#cluster.endOffsets([topic], { isolation: 'read_committed' }),
    ]);
    const all = (ends.get(topic) ?? []).map((to, index): OffsetRange => {
      return { topic, partition: index, from: begins.get(topic)?.[index] ?? 0, to };
    });
    const ranges = partition === undefined ? all : all.filter((range) => range.partition === partition);
    if (ranges.length === 0) throw new KitError('usage', `${topic} has ${all.length} partitions, counted from 0.`);
    return from.at === 'end' || from.at === 'before' ? this.#backwards(ranges, from) : this.#onwards(ranges, from);
  }

  async #backwards(ranges: readonly OffsetRange[], from: PeekFrom): Promise<Found> {
    const { limit } = this.#query;
    const lanes = ranges.map((range, index) => {
      const to = from.at === 'before' ? Math.min(range.to, from.offsets[index] ?? range.to) : range.to;
      return { range, from: to, records: [] as ConsumedRecord[], isFull: false };
    });
    let complete = true;
    for (let span = limit * OFFSETS_A_RECORD + 2; ; span *= FURTHER) {
      const wanting = lanes.filter((lane) => !lane.isFull && lane.from > lane.range.from);
      if (wanting.length === 0 || this.#signal.aborted) break;
      const windows = wanting.map(({ range, from: to }) => {
        return { ...range, from: Math.max(range.from, to - span), to };
      });
      const read = await this.#readRanges(windows, 'last');
      for (const [index, lane] of wanting.entries()) {
        const found = read[index];
        if (found === undefined) continue;
        complete &&= found.complete;
        // Older ones than those that it has.
        lane.records = [...found.records, ...lane.records].slice(-limit);
        lane.from = found.from;
        lane.isFull = found.dropped || lane.records.length >= limit;
      }
    }
    complete &&= !this.#signal.aborted;
    const records = newestFirst(lanes.map((lane) => lane.records)).slice(0, limit);
    const oldest = lanes.map(({ range, from: looked, records: own }) => {
      const shown = records.findLast(({ partition }) => partition === range.partition);
      const newest = own.at(-1);
      // What was found of a partition and is not shown is older than all that is: next time it begins with that.
      return shown?.offset ?? (newest === undefined ? looked : newest.offset + 1);
    });
    const isMore = lanes.some(({ range }, index) => (oldest[index] ?? 0) > range.from);
    const next = isMore && records.length > 0 ? `before:${oldest.join(',')}` : null;
    return { order: 'newest first', records, next, complete };
  }

  async #onwards(ranges: readonly OffsetRange[], from: PeekFrom): Promise<Found> {
    const { limit, whole } = this.#query;
    const time = from.at === 'time' ? from.time : undefined;
    const starts =
      time === undefined ? startsOf(from, ranges) : await rangesSince(this.#reader, ranges, time, this.#signal);
    const read = await this.#readRanges(starts, 'first', time);
    const found = oldestFirst(read.map(({ records }) => records)).slice(0, limit);
    const { offset: asked } = from.at === 'offset' ? from : { offset: undefined };
    // Another one than was asked for is none: it was compacted away, or it is the mark of a transaction.
    const records = whole ? found.filter(({ offset }) => offset === asked) : found;
    const after = starts.map(({ partition, from: start }) => {
      const shown = records.findLast((record) => record.partition === partition);
      return shown === undefined ? start : shown.offset + 1;
    });
    const isMore = starts.some(({ to }, index) => (after[index] ?? 0) < to);
    const next = isMore && records.length > 0 && !whole ? `after:${after.join(',')}` : null;
    return { order: 'oldest first', records, next, complete: read.every(({ complete }) => complete) };
  }

  #readRanges(ranges: readonly OffsetRange[], which: 'first' | 'last', since?: number): Promise<ReadRange[]> {
    const mostBytes = Math.ceil(MOST_BYTES / ranges.length);
    const keep = { which, most: this.#query.limit, mostBytes, ...(since !== undefined && { since }) };
    return readRanges(this.#reader, ranges, keep, this.#signal);
  }
}

/** Within what is there. */
function startsOf(from: PeekFrom, ranges: readonly OffsetRange[]): OffsetRange[] {
  return ranges.map((range, index) => {
    let start = range.from;
    if (from.at === 'offset') start = from.offset;
    if (from.at === 'after') start = from.offsets[index] ?? range.to;
    return { ...range, from: Math.min(range.to, Math.max(range.from, start)) };
  });
}

/** Records of several partitions by time; those of each stay in the order of their offsets. */
function oldestFirst(partitions: readonly (readonly ConsumedRecord[])[]): ConsumedRecord[] {
  return merged(partitions, (a, b) => a.timestamp < b.timestamp);
}

function newestFirst(partitions: readonly (readonly ConsumedRecord[])[]): ConsumedRecord[] {
  return merged(
    partitions.map((records) => records.toReversed()),
    (a, b) => a.timestamp > b.timestamp,
  );
}

function merged(
  partitions: readonly (readonly ConsumedRecord[])[],
  isBefore: (a: ConsumedRecord, b: ConsumedRecord) => boolean,
): ConsumedRecord[] {
  const at = partitions.map(() => 0);
  const taken: ConsumedRecord[] = [];
  for (;;) {
    let first: { record: ConsumedRecord; lane: number } | undefined;
    for (const [lane, records] of partitions.entries()) {
      const record = records[at[lane] ?? 0];
      if (record !== undefined && (first === undefined || isBefore(record, first.record))) first = { record, lane };
    }
    if (first === undefined) return taken;
    at[first.lane] = (at[first.lane] ?? 0) + 1;
    taken.push(first.record);
  }
}
