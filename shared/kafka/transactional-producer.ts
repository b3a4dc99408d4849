import type { OutgoingRecord, PartialOffsets } from './records.js';

export interface TransactionalProducerOptions {
  readonly transactionalId: string;
  /** A transaction that is open for longer is aborted by the cluster; 60,000 unless said. */
  readonly timeoutMs?: number;
}

/** What a transaction makes of its input: the offsets at which the group goes on. */
export interface ConsumedOffsets {
  readonly groupId: string;
  readonly offsets: PartialOffsets;
}

/**
 * Writes records and consumed offsets together or not at all. Calls are done one after the other, in the order in which
 * they were made, whether awaited or not; once one has failed with 'producer-fenced' or 'cluster-unreachable', all
 * further ones fail alike, and a new producer of the same id decides what becomes of the open transaction.
 * @throws KitError 'producer-fenced' when another producer of the same id has taken over.
 * @throws KitError 'cluster-unreachable' when the outcome is unknown.
 */
export interface TransactionalProducer {
  /** Begins a transaction where none is open, and writes. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Adds the consumed offsets to the transaction and commits it. Begins one if none is open and there are offsets. */
  commit(consumed: ConsumedOffsets): Promise<void>;
  abort(): Promise<void>;
  /** Aborts what is open. */
  close(): Promise<void>;
}
