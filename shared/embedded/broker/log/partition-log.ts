import { KitError } from '#shared/errors';
import {
  attribute,
  type BatchHeader,
  buildMarkerBatch,
  errorCode,
  placeBatch,
  readBatchHeader,
  readMarkerBatch,
  stampBatch,
  type TransactionMarker,
} from '#shared/wire';
import { inMemory, type LogStore } from '../storage/storage.js';
import { type BatchRules, checkBatch, type Refusal } from './check-batch.js';
import { CompactionPass, newestOffsets } from './compaction.js';
import { type ActiveProducer, ProducerSequences } from './producer-sequences.js';
import { type BatchRef, type ReadBatches, Segments, worthCompactingBytes } from './segments.js';
import { type AbortedTransaction, TransactionIndex } from './transaction-index.js';

/** One broker leads every partition for ever, so the epoch of leaders never grows. */
export const leaderEpoch = 0;
/** Nor does the epoch of the coordinator of transactions. */
const coordinatorEpoch = 0;

/** What a topic's configuration says about its logs; -1 stands for no limit. */
export interface LogSettings {
  readonly retentionBytes: number;
  readonly retentionMs: number;
  readonly maxMessageBytes: number;
  readonly isDeleting: boolean;
  readonly isCompacted: boolean;
  /** How long the tombstones of a compacted topic stay once they were found. */
  readonly deleteRetentionMs: number;
  /** The part of a log that must be new before it is compacted. */
  readonly minDirtyRatio: number;
  readonly usesLogAppendTime: boolean;
  /** How far the times of records may lie from the broker's. */
  readonly timestampBeforeMaxMs: number;
  readonly timestampAfterMaxMs: number;
}

/** Where a batch was put; the timestamp is -1 where records keep the time that their producer gave them. */
export interface Appended {
  readonly baseOffset: number;
  readonly logAppendTimeMs: number;
}

/** Says why a transactional batch may not be written now; undefined where it may. */
export type TransactionCheck = (header: BatchHeader) => Refusal | undefined;

/** Whose records a reader gets: everything, or only what no open transaction can still take back. */
export type Isolation = 'read_uncommitted' | 'read_committed';

/**
 * The log of one partition: batches as they were received, in memory and in its store, and what follows from them: who has
 * written, and which transactions are open.
 */
export class PartitionLog {
  readonly #segments = new Segments();
  readonly #sequences = new ProducerSequences();
  readonly #transactions = new TransactionIndex();
  readonly #waiting = new Set<() => void>();
  #startOffset = 0;
  #endOffset = 0;
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
      const isControl = (header.attributes & attribute.control) !== 0;
      const marker = isControl ? readMarkerBatch(batch) : undefined;
      if (marker !== undefined) this.#ended(marker, header, header.baseOffset, now);
      else if (header.producerId >= 0) this.#wrote(header, header.baseOffset, -1, now);
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

  /** Where read_committed readers stop: at the first record of the oldest open transaction, or at the end. */
  get lastStableOffset(): number {
    return Math.max(this.#startOffset, this.#transactions.firstOpenOffset ?? this.#endOffset);
  }

  /** The offset that readers get to. */
  endFor(isolation: Isolation): number {
    return isolation === 'read_committed' ? this.lastStableOffset : this.#endOffset;
  }

  get sizeBytes(): number {
    return this.#segments.sizeBytes;
  }

  /**
   * Takes one batch from a producer: checks it, gives it its offsets (in the very bytes), and keeps a copy. What is to be kept
   * beyond memory is so when this returns.
   */
  append(batch: Buffer, now: number, check: TransactionCheck = refuseTransactions): Appended | Refusal {
    const settings = this.settings();
    const header = checkBatch(batch, rulesOf(settings, now));
    if ('errorCode' in header) return header;
    const logAppendTimeMs = settings.usesLogAppendTime ? now : -1;
    const refusal = this.#checkTransaction(header, check);
    if (refusal !== undefined) return refusal;
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
    if (header.producerId >= 0) this.#wrote(header, baseOffset, logAppendTimeMs, now);
    this.#keep(batch, logAppendTimeMs < 0 ? header : { ...header, maxTimestamp: logAppendTimeMs }, baseOffset);
    this.applyRetention(now);
    this.wake();
    return { baseOffset, logAppendTimeMs };
  }

  #checkTransaction(header: BatchHeader, check: TransactionCheck): Refusal | undefined {
    if ((header.attributes & attribute.transactional) !== 0) return check(header);
    return this.#transactions.openSince(header.producerId) === undefined
      ? undefined
      : {
          errorCode: errorCode.invalidTxnState,
          errorMessage: `Producer ${header.producerId} has a transaction open here; its batches must belong to it`,
        };
  }

  /**
   * Ends a producer's transaction here with a marker in the log. Throws where the marker can't be kept; nothing has
   * changed then.
   */
  endTransaction(marker: TransactionMarker, now: number): void {
    const batch = buildMarkerBatch(marker, now, coordinatorEpoch);
    const baseOffset = this.#endOffset;
    placeBatch(batch, 0, baseOffset, leaderEpoch);
    this.store.append(batch);
    const header = readBatchHeader(batch);
    this.#ended(marker, header, baseOffset, now);
    this.#keep(batch, header, baseOffset);
    this.wake();
  }

  /** Aborts the open transaction of a producer that nobody knows any more. */
  abandon(producerId: number, now: number): void {
    const producerEpoch = this.#sequences.epochOf(producerId) ?? 0;
    this.endTransaction({ producerId, producerEpoch, commits: false }, now);
  }

  #wrote(header: BatchHeader, baseOffset: number, logAppendTimeMs: number, now: number): void {
    this.#sequences.record(header, baseOffset, logAppendTimeMs, now);
    if ((header.attributes & attribute.transactional) !== 0) this.#transactions.wrote(header.producerId, baseOffset);
  }

  #ended(marker: TransactionMarker, header: BatchHeader, offset: number, now: number): void {
    this.#sequences.ended(marker, coordinatorEpoch, header.maxTimestamp, now);
    this.#transactions.ended(marker, offset);
  }

  /** The producers that have a transaction open here. */
  get openProducers(): Iterable<number> {
    return this.#transactions.openProducers;
  }

  /** Who has written here lately, and where the open transactions of these begin. */
  activeProducers(): (ActiveProducer & { readonly openSince: number | undefined })[] {
    return this.#sequences.active().map((producer) => {
      return { ...producer, openSince: this.#transactions.openSince(producer.producerId) };
    });
  }

  /** The aborted transactions that a read_committed reader has to leave out who gets `from` up to, not including, `to`. */
  abortedIn(from: number, to: number): AbortedTransaction[] {
    return this.#transactions.abortedIn(from, to);
  }

  #keep(batch: Buffer, header: BatchHeader, baseOffset: number): void {
    const lastOffset = baseOffset + header.lastOffsetDelta;
    this.#segments.append(batch, lastOffset, header.maxTimestamp);
    this.#endOffset = lastOffset + 1;
    this.#dirtyBytes += batch.length;
  }

  /**
   * Whole batches from the one that holds the offset on: at most `maxBytes`, but one batch always, if there is one; none
   * where `maxBytes` is 0, and none that begins at `end` or later. Undefined where the offset lies outside the log.
   */
  read(offset: number, maxBytes: number, end = this.#endOffset): ReadBatches | undefined {
    if (offset < this.#startOffset || offset > this.#endOffset) return undefined;
    const isNothing = maxBytes <= 0 || offset >= end;
    return isNothing ? { parts: [], nextOffset: offset } : this.#segments.read(offset, maxBytes, end);
  }

  /** The batches kept, oldest first; with a time, only those that have a record of it or a later one. */
  batches(sinceTimestamp?: number): Iterable<BatchRef> {
    return this.#segments.batches(sinceTimestamp);
  }

  /** The highest time of a batch kept; minus infinity where there is none. */
  get highestTimestamp(): number {
    return this.#segments.highestTimestamp;
  }

  /** Drops whole batches from the old end, as far as retention.bytes and retention.ms say; the newest always stays. */
  applyRetention(now: number): void {
    const { retentionBytes, retentionMs } = this.settings();
    if (retentionBytes < 0 && retentionMs < 0) return;
    for (let oldest = this.#segments.oldestOfSeveral; oldest; oldest = this.#segments.oldestOfSeveral) {
      const isTooMuch = retentionBytes >= 0 && this.#segments.sizeBytes > retentionBytes;
      const isTooOld = retentionMs >= 0 && oldest.maxTimestamp < now - retentionMs;
      if (!isTooMuch && !isTooOld) break;
      this.#dropOldest(oldest.lastOffset);
    }
    this.#trimStore();
  }

  /**
   * Leaves only the newest record of each key in all but the last segment, where the topic is compacted and enough has been
   * appended since the last time. Offsets stay; readers notice gaps at most. Clients are served in between.
   */
  async compact(now: number): Promise<void> {
    const { isCompacted, deleteRetentionMs, minDirtyRatio } = this.settings();
    const isWorth = this.#dirtyBytes >= Math.max(worthCompactingBytes, minDirtyRatio * this.sizeBytes);
    if (!isCompacted || !isWorth) return;
    this.#dirtyBytes = 0;
    const segments = [...this.#segments.all];
    const facts = {
      lastStableOffset: this.lastStableOffset,
      isAborted: (producerId: number, offset: number) => this.#transactions.isAborted(producerId, offset),
    };
    const pass = new CompactionPass(await newestOffsets(segments, facts), { now, deleteRetentionMs }, facts);
    await this.#segments.rewrite(segments, (batches) => pass.compact(batches));
    this.#trimStore();
  }

  /** Moves the start of the log (DeleteRecords); batches that lie before it whole are dropped. */
  deleteBefore(offset: number): void {
    for (let last = this.#segments.oldestLastOffset; last !== undefined; last = this.#segments.oldestLastOffset) {
      if (last >= offset) break;
      this.#dropOldest(last);
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
    this.store.trim(this.#segments.sizeBytes, () => this.#segments.views());
  }

  #dropOldest(lastOffset: number): void {
    this.#segments.dropOldest();
    this.#startOffset = Math.max(this.#startOffset, lastOffset + 1);
    this.#transactions.deleteBefore(this.#startOffset);
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

function rulesOf(settings: LogSettings, now: number): BatchRules {
  const { maxMessageBytes, isCompacted, usesLogAppendTime, timestampBeforeMaxMs, timestampAfterMaxMs } = settings;
  return {
    maxMessageBytes,
    needsKeys: isCompacted,
    earliestTimestamp: usesLogAppendTime ? 0 : now - timestampBeforeMaxMs,
    latestTimestamp: usesLogAppendTime ? Number.POSITIVE_INFINITY : now + timestampAfterMaxMs,
  };
}

const refuseTransactions: TransactionCheck = () => ({
  errorCode: errorCode.invalidTxnState,
  errorMessage: 'A transactional batch outside a transaction',
});

const outOfSequence = (header: BatchHeader) =>
  `Sequence ${header.baseSequence} of producer ${header.producerId} (epoch ${header.producerEpoch}) does not follow its last batch`;
