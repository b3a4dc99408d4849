import { canOpen, readBatchHeader, readRecords } from '#shared/wire';
import type { PartitionLog } from './partition-log.js';
import type { BatchRef } from './segments.js';

/** A place in the log and the time of the record there; -1 and -1 where there is none. */
export interface TimedOffset {
  readonly offset: number;
  readonly timestamp: number;
}

const nowhere: TimedOffset = { offset: -1, timestamp: -1 };

/**
 * The first record whose time is the given one or later. Inside a batch that can't be opened here (snappy, lz4, zstd) it is
 * the batch's first record: a reader that starts there misses nothing.
 */
export function offsetAtTime(log: PartitionLog, timestamp: number): TimedOffset {
  for (const batch of log.batches()) {
    if (batch.maxTimestamp < timestamp) continue;
    const found = firstIn(batch, (time) => time >= timestamp, log.startOffset);
    if (found !== undefined) return found;
  }
  return nowhere;
}

/** The first record with the highest time (KIP-734). */
export function offsetOfMaxTime(log: PartitionLog): TimedOffset {
  let latest: BatchRef | undefined;
  for (const batch of log.batches()) {
    if (latest === undefined || batch.maxTimestamp > latest.maxTimestamp) latest = batch;
  }
  if (latest === undefined) return nowhere;
  const { maxTimestamp } = latest;
  return firstIn(latest, (time) => time === maxTimestamp, log.startOffset) ?? nowhere;
}

function firstIn(
  batch: BatchRef,
  isWanted: (timestamp: number) => boolean,
  startOffset: number,
): TimedOffset | undefined {
  const header = readBatchHeader(batch.bytes);
  if (!canOpen(header.attributes)) {
    return { offset: Math.max(startOffset, header.baseOffset), timestamp: header.maxTimestamp };
  }
  for (const record of readRecords(batch.bytes)) {
    if (record.offset >= startOffset && isWanted(record.timestamp)) {
      return { offset: record.offset, timestamp: record.timestamp };
    }
  }
  return undefined;
}
