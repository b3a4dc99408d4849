import { readBatchHeader, readRecords } from '#shared/wire';
import type { PartitionLog } from './partition-log.js';
import type { BatchRef } from './segments.js';

/** A place in the log and the time of the record there; -1 and -1 where there is none. */
export interface TimedOffset {
  readonly offset: number;
  readonly timestamp: number;
}

const nowhere: TimedOffset = { offset: -1, timestamp: -1 };

/** The first record whose time is the given one or later. */
export function offsetAtTime(log: PartitionLog, timestamp: number): TimedOffset {
  for (const batch of log.batches(timestamp)) {
    const found = firstIn(batch, timestamp, log.startOffset);
    if (found !== undefined) return found;
  }
  return nowhere;
}

/** The first record with the highest time (KIP-734). */
export function offsetOfMaxTime(log: PartitionLog): TimedOffset {
  return offsetAtTime(log, log.highestTimestamp);
}

function firstIn(batch: BatchRef, timestamp: number, startOffset: number): TimedOffset | undefined {
  try {
    for (const record of readRecords(batch.bytes)) {
      if (record.offset >= startOffset && record.timestamp >= timestamp) {
        return { offset: record.offset, timestamp: record.timestamp };
      }
    }
  } catch {
    // A batch that its client has compressed wrongly: a reader that starts at its first record misses nothing.
    const { baseOffset, maxTimestamp } = readBatchHeader(batch.bytes);
    return { offset: Math.max(startOffset, baseOffset), timestamp: maxTimestamp };
  }
  return undefined;
}
