import type { ConsumedRecord, PartitionReader } from '#shared/kafka';

/** Of a partition, the offsets from `from` on and before `to`. */
export interface OffsetRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** What was found in a range. */
export interface ReadRange extends OffsetRange {
  readonly records: readonly ConsumedRecord[];
  /** Whether the range was read as far as was asked. */
  readonly complete: boolean;
  /** Whether records before those that are kept were read and dropped. */
  readonly dropped: boolean;
}

interface Keep {
  /** Which records of a range are kept. */
  readonly which: 'first' | 'last';
  /** At most so many of each. */
  readonly most: number;
  /** At most so many bytes of each, but one record in any case. */
  readonly mostBytes: number;
  /** Records before that time, milliseconds since 1970, are passed over. */
  readonly since?: number;
  /** Records of other keys are passed over. */
  readonly key?: string;
}

interface Lane extends OffsetRange {
  records: ConsumedRecord[];
  bytes: number;
  complete: boolean;
  dropped: boolean;
}

const POLL_MS = 100;
/** So many offsets are read faster than they are halved. */
const NEAR_ENOUGH = 16;

/** Reads ranges of partitions side by side until each is read, or `signal` says that it is time to give what there is. */
export async function readRanges(
  reader: PartitionReader,
  ranges: readonly OffsetRange[],
  keep: Keep,
  signal: AbortSignal,
): Promise<ReadRange[]> {
  const lanes = ranges.map((range): Lane => {
    return { ...range, records: [], bytes: 0, complete: range.from >= range.to, dropped: false };
  });
  const open = (): Lane[] => lanes.filter(({ complete }) => !complete);
  reader.seek(open().map(({ topic, partition, from }) => ({ topic, partition, offset: from })));
  while (open().length > 0 && !signal.aborted) {
    // Before the poll: what has been fetched by now is given by it.
    const reached = new Set(open().filter((lane) => (reader.position(lane) ?? 0) >= lane.to));
    for (const { partition, records } of await reader.poll(POLL_MS)) {
      const lane = lanes.find((each) => each.partition === partition);
      if (lane !== undefined && !lane.complete) take(lane, records, keep);
    }
    for (const lane of reached) lane.complete = true;
    reader.remove(lanes.filter(({ complete }) => complete));
  }
  reader.remove(lanes);
  return lanes;
}

/**
 * Where in the ranges the records of a time begin, by halves, as event time grows with the offsets but for what comes late.
 * Kafka's own answer does not serve: the marks of transactions bear the time of the clock.
 */
export async function rangesSince(
  reader: PartitionReader,
  ranges: readonly OffsetRange[],
  time: number,
  signal: AbortSignal,
): Promise<OffsetRange[]> {
  const found = ranges.map((range) => ({ range, from: range.from, to: range.to }));
  for (;;) {
    const wide = found.filter(({ from, to }) => to - from > NEAR_ENOUGH);
    if (wide.length === 0 || signal.aborted) break;
    const halves = wide.map(({ range, from, to }) => ({ ...range, from: Math.floor((from + to) / 2), to }));
    const read = await readRanges(reader, halves, { which: 'first', most: 1, mostBytes: 1 }, signal);
    for (const [index, each] of wide.entries()) {
      const { from: middle = each.to, records: [record] = [] } = read[index] ?? {};
      if (record !== undefined && record.timestamp < time) each.from = record.offset + 1;
      else each.to = middle;
    }
  }
  return found.map(({ range, from }) => ({ ...range, from }));
}

function take(lane: Lane, records: readonly ConsumedRecord[], keep: Keep): void {
  const { which, most, mostBytes, since } = keep;
  const key = keep.key === undefined ? undefined : Buffer.from(keep.key);
  for (const record of records) {
    if (record.offset >= lane.to) {
      lane.complete = true;
      return;
    }
    if (since !== undefined && record.timestamp < since) continue;
    if (key !== undefined && record.key?.equals(key) !== true) continue;
    const bytes = sizeOf(record);
    if (which === 'first' && lane.records.length > 0 && lane.bytes + bytes > mostBytes) {
      lane.complete = true;
      return;
    }
    lane.records.push(record);
    lane.bytes += bytes;
    if (which === 'first' && lane.records.length >= most) {
      lane.complete = true;
      return;
    }
    while (lane.records.length > most || (lane.records.length > 1 && lane.bytes > mostBytes)) {
      const dropped = lane.records.shift();
      lane.bytes -= dropped === undefined ? 0 : sizeOf(dropped);
      lane.dropped = true;
    }
  }
}

function sizeOf({ key, value }: ConsumedRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}
