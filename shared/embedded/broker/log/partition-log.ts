import { setImmediate } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import { type BatchHeader, errorCode, placeBatch, readBatchHeader, stampBatch } from '#shared/wire';
import { inMemory, type LogStore } from '../storage/storage.js';
import { checkBatch, type Refusal } from './check-batch.js';
import { compactBatches, joinSmall, newestOffsets } from './compaction.js';
import { ProducerSequences } from './producer-sequences.js';
import { firstWhere, type PlacedBatch, Segment } from './segment.js';

/** One broker leads every partition for ever, so the epoch of leaders never grows. */
export const leaderEpoch = 0;

const firstSegmentBytes = 16 * 1024;
const segmentBytes = 1024 * 1024;

/** What a topic's configuration says about its logs; -1 stands for no limit. */
export interface LogSettings {
  readonly retentionBytes: number;
  readonly retentionMs: number;
  readonly maxMessageBytes: number;
  readonly isCompacted: boolean;
  /** How long the tombstones of a compacted topic stay once they were found. */
  readonly deleteRetentionMs: number;
  /** The part of a log that must be new before it is compacted. */
  readonly minDirtyRatio: number;
  readonly usesLogAppendTime: boolean;
}

/** Where a batch was put; the timestamp is -1 where records keep the time that their producer gave them. */
export interface Appended {
  readonly baseOffset: number;
  readonly logAppendTimeMs: number;
}

/** One batch as the index knows it. */
export interface BatchRef {
  readonly bytes: Buffer;
  readonly maxTimestamp: number;
}

/**
 * The log of one partition, in memory: batches as they were received, in segments of about a megabyte. Readers get views
 * of whole batches; a segment lives as long as somebody still sends from it.
 */
export class PartitionLog {
  #segments: Segment[] = [];
  readonly #sequences = new ProducerSequences();
  readonly #waiting = new Set<() => void>();
  /** The oldest batch still kept, as an index into the first segment. */
  #firstBatch = 0;
  #startOffset = 0;
  #endOffset = 0;
  #sizeBytes = 0;
  /** Bytes appended since the log was last compacted. */
  #dirtyBytes = 0;

  constructor(
    readonly settings: () => LogSettings,
    readonly store: LogStore = inMemory.logStore({ name: '', id: '' }, 0),
  ) {
    const now = Date.now();
    for (const batch of store.restored()) {
      const header = readBatchHeader(batch);
      // The first batch of a compacted log lies where it lies because those before it were superseded: no reader has missed
      // anything, and none must be told that its offset is out of range.
      if (this.#endOffset === 0 && !settings().isCompacted) this.#startOffset = header.baseOffset;
      if (header.producerId >= 0) this.#sequences.record(header, header.baseOffset, -1, now);
      this.#keep(batch, header, header.baseOffset);
    }
  }

  get startOffset(): number {
    return this.#startOffset;
  }

  /** The offset of the next record; with one broker it is the log's end, too. */
  get highWatermark(): number {
    return this.#endOffset;
  }

  /** Where read_committed readers stop: before the first record of an open transaction. Nothing opens one yet. */
  get lastStableOffset(): number {
    return this.#endOffset;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /**
   * Takes one batch from a producer: checks it, gives it its offsets (in the very bytes), and keeps a copy. What is to be kept
   * beyond memory is so when this returns.
   */
  append(batch: Buffer, now: number): Appended | Refusal {
    const settings = this.settings();
    const header = checkBatch(batch, { maxMessageBytes: settings.maxMessageBytes, needsKeys: settings.isCompacted });
    if ('errorCode' in header) return header;
    const logAppendTimeMs = settings.usesLogAppendTime ? now : -1;
    if (header.producerId >= 0) {
      const verdict = this.#sequences.check(header);
      if (verdict.is === 'duplicate') return { baseOffset: verdict.baseOffset, logAppendTimeMs: verdict.timestamp };
      if (verdict.is === 'refused') {
        return { errorCode: verdict.errorCode, errorMessage: outOfSequence(header) };
      }
    }
    const baseOffset = this.#endOffset;
    placeBatch(batch, 0, baseOffset, leaderEpoch);
    if (logAppendTimeMs >= 0) stampBatch(batch, 0, batch.length, logAppendTimeMs);
    try {
      this.store.append(batch);
    } catch (reason) {
      return { errorCode: errorCode.kafkaStorageError, errorMessage: KitError.from(reason).message };
    }
    if (header.producerId >= 0) this.#sequences.record(header, baseOffset, logAppendTimeMs, now);
    this.#keep(batch, logAppendTimeMs < 0 ? header : { ...header, maxTimestamp: logAppendTimeMs }, baseOffset);
    this.applyRetention(now);
    this.wake();
    return { baseOffset, logAppendTimeMs };
  }

  #keep(batch: Buffer, header: BatchHeader, baseOffset: number): void {
    const lastOffset = baseOffset + header.lastOffsetDelta;
    this.#segmentFor(batch.length).append(batch, lastOffset, header.maxTimestamp);
    this.#endOffset = lastOffset + 1;
    this.#sizeBytes += batch.length;
    this.#dirtyBytes += batch.length;
  }

  #segmentFor(sizeBytes: number): Segment {
    const last = this.#segments.at(-1);
    if (last?.hasRoom(sizeBytes)) return last;
    const grown = last === undefined ? firstSegmentBytes : Math.min(segmentBytes, last.capacityBytes * 2);
    const segment = new Segment(Math.max(grown, sizeBytes));
    this.#segments.push(segment);
    return segment;
  }

  /**
   * Whole batches from the one that holds the offset on: at most `maxBytes`, but one batch always, if there is one; none
   * where `maxBytes` is 0. Undefined where the offset lies outside the log.
   */
  read(offset: number, maxBytes: number): Buffer[] | undefined {
    if (offset < this.#startOffset || offset > this.#endOffset) return undefined;
    const parts: Buffer[] = [];
    if (maxBytes <= 0 || offset === this.#endOffset) return parts;
    let left = maxBytes;
    let at = firstWhere(this.#segments.length, (index) => (this.#segments[index]?.lastOffset ?? 0) >= offset);
    for (; at < this.#segments.length; at += 1) {
      const segment = this.#segments[at];
      if (segment === undefined) break;
      const from = parts.length === 0 ? segment.batchOf(offset) : 0;
      const beyond = segment.batchBeyond(from, left);
      const to = parts.length === 0 && beyond === from ? Math.min(from + 1, segment.batches) : beyond;
      if (to === from) break;
      const part = segment.view(from, to);
      parts.push(part);
      left -= part.length;
      if (to < segment.batches || left <= 0) break;
    }
    return parts;
  }

  /** The batches kept, oldest first. */
  *batches(): Generator<BatchRef> {
    for (const [at, segment] of this.#segments.entries()) {
      for (let index = at === 0 ? this.#firstBatch : 0; index < segment.batches; index += 1) {
        yield { bytes: segment.view(index, index + 1), maxTimestamp: segment.maxTimestampOf(index) };
      }
    }
  }

  /** Drops whole batches from the old end, as far as retention.bytes and retention.ms say; the newest always stays. */
  applyRetention(now: number): void {
    const { retentionBytes, retentionMs } = this.settings();
    if (retentionBytes < 0 && retentionMs < 0) return;
    for (;;) {
      const [oldest] = this.#segments;
      if (oldest === undefined || (this.#segments.length === 1 && this.#firstBatch >= oldest.batches - 1)) break;
      const isTooMuch = retentionBytes >= 0 && this.#sizeBytes > retentionBytes;
      const isTooOld = retentionMs >= 0 && oldest.maxTimestampOf(this.#firstBatch) < now - retentionMs;
      if (!isTooMuch && !isTooOld) break;
      this.#dropOldest(oldest);
    }
    this.#trimStore();
  }

  /**
   * Leaves only the newest record of each key in all but the last segment, where the topic is compacted and enough has been
   * appended since the last time. Offsets stay; readers notice gaps at most. Clients are served in between.
   */
  async compact(now: number): Promise<void> {
    const { isCompacted, deleteRetentionMs, minDirtyRatio } = this.settings();
    const isWorth = this.#dirtyBytes >= Math.max(segmentBytes, minDirtyRatio * this.#sizeBytes);
    if (!isCompacted || !isWorth) return;
    this.#dirtyBytes = 0;
    const all = [...this.#segments];
    const newest = await newestOffsets(all);
    for (const segment of all.slice(0, -1)) {
      const at = this.#segments.indexOf(segment);
      // Retention or DeleteRecords may have taken it away meanwhile.
      if (at < 0) continue;
      const before = segment.placed(at === 0 ? this.#firstBatch : 0);
      this.#replace(at, before, compactBatches(before, newest, { now, deleteRetentionMs }));
      await setImmediate();
    }
    if (this.#firstBatch === 0) this.#segments = joinSmall(this.#segments, segmentBytes);
    this.#trimStore();
  }

  #replace(at: number, before: readonly PlacedBatch[], after: readonly PlacedBatch[]): void {
    const size = (batches: readonly PlacedBatch[]) => batches.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (at === 0) this.#firstBatch = 0;
    this.#sizeBytes += size(after) - size(before);
    this.#segments.splice(at, 1, ...(after.length === 0 ? [] : [Segment.of(after)]));
  }

  /** Moves the start of the log (DeleteRecords); batches that lie before it whole are dropped. */
  deleteBefore(offset: number): void {
    for (let [oldest] = this.#segments; oldest !== undefined; [oldest] = this.#segments) {
      if (this.#firstBatch >= oldest.batches || oldest.lastOffsetOf(this.#firstBatch) >= offset) break;
      this.#dropOldest(oldest);
    }
    this.#startOffset = Math.max(this.#startOffset, offset);
    this.#trimStore();
  }

  /** Moves the start to where it was in an earlier run; the log may have been empty then. */
  restoreStart(offset: number): void {
    this.deleteBefore(offset);
    this.#endOffset = Math.max(this.#endOffset, offset);
  }

  #trimStore(): void {
    this.store.trim(this.#sizeBytes, () =>
      this.#segments.map((segment, at) => segment.view(at === 0 ? this.#firstBatch : 0, segment.batches)),
    );
  }

  #dropOldest(oldest: Segment): void {
    this.#sizeBytes -= oldest.positionOf(this.#firstBatch + 1) - oldest.positionOf(this.#firstBatch);
    this.#startOffset = Math.max(this.#startOffset, oldest.lastOffsetOf(this.#firstBatch) + 1);
    this.#firstBatch += 1;
    if (this.#firstBatch < oldest.batches) return;
    this.#segments.shift();
    this.#firstBatch = 0;
  }

  /** Calls back at every append until the returned function is called. */
  onAppend(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  /** Calls everybody who waits for this log: there is something new, or the topic is gone. */
  wake(): void {
    for (const wake of this.#waiting) wake();
  }
}

const outOfSequence = (header: BatchHeader) =>
  `Sequence ${header.baseSequence} of producer ${header.producerId} (epoch ${header.producerEpoch}) does not follow its last batch`;
