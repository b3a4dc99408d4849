import { setImmediate } from 'node:timers/promises';
import { joinSmall } from './compaction.js';
import { firstWhere, type PlacedBatch, Segment } from './segment.js';

const firstSegmentBytes = 16 * 1024;
const segmentBytes = 1024 * 1024;

/** One batch as the index knows it. */
export interface BatchRef {
  readonly bytes: Buffer;
  readonly maxTimestamp: number;
}

/** Whole batches as they were read, and the offset that follows the last of them. */
export interface ReadBatches {
  readonly parts: readonly Buffer[];
  readonly nextOffset: number;
}

/** What is left of the batches of one segment. */
export type Rewrite = (batches: readonly PlacedBatch[]) => readonly PlacedBatch[];

/**
 * The batches of one partition, oldest first, in segments of about a megabyte. Readers get views of whole batches; a
 * segment lives as long as somebody still sends from it.
 */
export class Segments {
  #all: Segment[] = [];
  /** The oldest batch still kept, as an index into the first segment. */
  #firstBatch = 0;
  #sizeBytes = 0;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** All that is kept, in order. */
  views(): Buffer[] {
    return this.#all.map((segment, at) => segment.view(at === 0 ? this.#firstBatch : 0, segment.batches));
  }

  get all(): readonly Segment[] {
    return this.#all;
  }

  /** Copies a batch in at the end. */
  append(batch: Buffer, lastOffset: number, maxTimestamp: number): void {
    this.#segmentFor(batch.length).append(batch, lastOffset, maxTimestamp);
    this.#sizeBytes += batch.length;
  }

  #segmentFor(sizeBytes: number): Segment {
    const last = this.#all.at(-1);
    if (last?.hasRoom(sizeBytes)) return last;
    const grown = last === undefined ? firstSegmentBytes : Math.min(segmentBytes, last.capacityBytes * 2);
    const segment = new Segment(Math.max(grown, sizeBytes));
    this.#all.push(segment);
    return segment;
  }

  /**
   * Whole batches from the one that holds the offset on: at most `maxBytes`, but one batch always, if there is one that
   * begins before the offset `end`.
   */
  read(offset: number, maxBytes: number, end: number): ReadBatches {
    const parts: Buffer[] = [];
    let nextOffset = offset;
    let left = maxBytes;
    let at = firstWhere(this.#all.length, (index) => (this.#all[index]?.lastOffset ?? 0) >= offset);
    for (; at < this.#all.length; at += 1) {
      const segment = this.#all[at];
      if (segment === undefined) break;
      const from = parts.length === 0 ? segment.batchOf(offset) : 0;
      const atEnd = segment.lastOffset < end ? segment.batches : segment.batchOf(end);
      const beyond = Math.min(segment.batchBeyond(from, left), atEnd);
      const to = parts.length === 0 && beyond === from ? Math.min(from + 1, atEnd) : beyond;
      if (to <= from) break;
      const part = segment.view(from, to);
      parts.push(part);
      nextOffset = segment.lastOffsetOf(to - 1) + 1;
      left -= part.length;
      if (to < segment.batches || left <= 0) break;
    }
    return { parts, nextOffset };
  }

  /** The batches kept, oldest first, that have a record of the given time or later. */
  *batches(sinceTimestamp = Number.NEGATIVE_INFINITY): Generator<BatchRef> {
    for (const [at, segment] of this.#all.entries()) {
      if (segment.highestTimestamp < sinceTimestamp) continue;
      for (let index = at === 0 ? this.#firstBatch : 0; index < segment.batches; index += 1) {
        const maxTimestamp = segment.maxTimestampOf(index);
        if (maxTimestamp >= sinceTimestamp) yield { bytes: segment.view(index, index + 1), maxTimestamp };
      }
    }
  }

  /** The highest time of a batch kept; minus infinity where there is none. */
  get highestTimestamp(): number {
    const [oldest, ...others] = this.#all;
    let highest = Number.NEGATIVE_INFINITY;
    // The oldest segment may know of batches that are gone.
    for (let index = this.#firstBatch; index < (oldest?.batches ?? 0); index += 1) {
      highest = Math.max(highest, oldest?.maxTimestampOf(index) ?? highest);
    }
    return others.reduce((latest, segment) => Math.max(latest, segment.highestTimestamp), highest);
  }

  /** The oldest batch kept, unless it is the only one; undefined where there is none beside the newest. */
  get oldestOfSeveral(): Pick<PlacedBatch, 'lastOffset' | 'maxTimestamp'> | undefined {
    const [oldest] = this.#all;
    if (oldest === undefined || (this.#all.length === 1 && this.#firstBatch >= oldest.batches - 1)) return undefined;
    return {
      lastOffset: oldest.lastOffsetOf(this.#firstBatch),
      maxTimestamp: oldest.maxTimestampOf(this.#firstBatch),
    };
  }

  /** The last offset of the oldest batch kept; undefined where there is none. */
  get oldestLastOffset(): number | undefined {
    const [oldest] = this.#all;
    return oldest === undefined || this.#firstBatch >= oldest.batches
      ? undefined
      : oldest.lastOffsetOf(this.#firstBatch);
  }

  dropOldest(): void {
    const [oldest] = this.#all;
    if (oldest === undefined) return;
    this.#sizeBytes -= oldest.positionOf(this.#firstBatch + 1) - oldest.positionOf(this.#firstBatch);
    this.#firstBatch += 1;
    if (this.#firstBatch < oldest.batches) return;
    this.#all.shift();
    this.#firstBatch = 0;
  }

  /** Rewrites all but the newest of these segments, with a breath after each, so that clients need not wait. */
  async rewrite(wanted: readonly Segment[], rewritten: Rewrite): Promise<void> {
    for (const segment of wanted.slice(0, -1)) {
      const at = this.#all.indexOf(segment);
      // Retention or DeleteRecords may have taken it away meanwhile.
      if (at < 0) continue;
      const before = segment.placed(at === 0 ? this.#firstBatch : 0);
      this.#replace(at, before, rewritten(before));
      await setImmediate();
    }
    if (this.#firstBatch === 0) this.#all = joinSmall(this.#all, segmentBytes);
  }

  #replace(at: number, before: readonly PlacedBatch[], after: readonly PlacedBatch[]): void {
    const size = (batches: readonly PlacedBatch[]) => batches.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (at === 0) this.#firstBatch = 0;
    this.#sizeBytes += size(after) - size(before);
    this.#all.splice(at, 1, ...(after.length === 0 ? [] : [Segment.of(after)]));
  }
}

/** Below this, compaction is not worth its while. */
export const worthCompactingBytes = segmentBytes;
