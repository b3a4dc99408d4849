import type { LazyChunk, OffsetReset, TopicPartition } from './records.js';

/** Whether a reader sees records of transactions that are not committed. */
export type Isolation = 'read_committed' | 'read_uncommitted';

export interface ReaderOptions {
  readonly isolation: Isolation;
  /** How long a broker may hold an answer back until there is something new; 100 unless said. */
  readonly maxWaitMs?: number;
  /** Bytes that a broker gathers before it answers, `maxWaitMs` at most; 1 unless said. */
  readonly minFetchBytes?: number;
  /** 1 MiB unless said; a larger record comes all the same. */
  readonly maxBytesPerPartition?: number;
  /** Most records in one chunk: what bounds the pause that working on it makes; 500 unless said. */
  readonly maxChunkRecords?: number;
  /** Where reading goes on when a position is out of range; `fail`, unless said, has `poll` throw. */
  readonly onOutOfRange?: 'earliest' | 'latest' | 'fail';
  /** Told where that was, before `poll` gives anything from there; what was fetched before and not polled is dropped where that is further back. */
  readonly onReset?: (reset: OffsetReset) => void;
  /**
   * When nothing is heard for so many milliseconds, and the cluster does not answer, reading ends; 30,000, or the cluster's
   * patience, unless said.
   */
  readonly silentMs?: number;
}

/** Reads partitions of the caller's choice, without a group: fetching goes on while chunks are worked on. */
export interface PartitionReader {
  /** Starts (or moves) reading of these partitions at these offsets; what was fetched of them and not polled is dropped. */
  seek(positions: Iterable<TopicPartition & { readonly offset: number }>): void;
  /** Stops reading these; what was fetched of them and not polled is dropped. */
  remove(partitions: Iterable<TopicPartition>): void;
  /** Fetches no more of these; what was fetched already stays, and can be polled. */
  pause(partitions: Iterable<TopicPartition>): void;
  resume(partitions: Iterable<TopicPartition>): void;
  /**
   * All chunks that have been fetched by now, those of a partition in offset order; waits up to `maxWaitMs` for the first.
   * @throws KitError 'cluster-unreachable' when the cluster has not answered for about 30 s, or `silentMs`.
   * @throws KitError 'topic-mismatch' when a position is out of range and nothing else was asked for.
   * @throws KitError 'usage' when the reader is closed, or its cluster is.
   */
  poll(maxWaitMs: number): Promise<readonly LazyChunk[]>;
  /** Has whoever polls just now wait no longer. */
  wake(): void;
  /**
   * The offset of the next record to be fetched; it moves over control batches, aborted records and gaps as well, also
   * when a fetch brought no record.
   */
  position(partition: TopicPartition): number | undefined;
  /**
   * Where the partition ended when it was last fetched: its last stable offset for read_committed, its high watermark
   * otherwise. Of the partitions of one broker it is as new as what was fetched of the others, so that what has nothing had
   * nothing yet when those were written; undefined where it is not known: before the first answer, and while it is paused.
   */
  knownEnd(partition: TopicPartition): number | undefined;
  close(): Promise<void>;
}
