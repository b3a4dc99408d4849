import type { TransactionMarker } from '#shared/wire';
import { firstWhere } from './segment.js';

/** A transaction that was aborted, as one partition knows it. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** Where its marker lies. */
  readonly lastOffset: number;
}

/** The transactions of one partition: where the open ones begin, and where the aborted ones lie (KIP-98). */
export class TransactionIndex {
  /** First offsets by producer, oldest transaction first: they are opened in the order of the log. */
  readonly #open = new Map<number, number>();
  /** In the order of their markers. */
  #aborted: AbortedTransaction[] = [];

  /** The first record of the oldest open transaction; undefined where none is open. */
  get firstOpenOffset(): number | undefined {
    const [oldest] = this.#open.values();
    return oldest;
  }

  /** Where the producer's open transaction begins; undefined where it has none. */
  openSince(producerId: number): number | undefined {
    return this.#open.get(producerId);
  }

  /** The producers that have a transaction open. */
  get openProducers(): Iterable<number> {
    return this.#open.keys();
  }

  /** Told of every transactional batch. */
  wrote(producerId: number, baseOffset: number): void {
    if (!this.#open.has(producerId)) this.#open.set(producerId, baseOffset);
  }

  /** Told of every marker. One without records before it ends nothing that a reader could see. */
  ended({ producerId, commits }: TransactionMarker, markerOffset: number): void {
    const firstOffset = this.#open.get(producerId);
    this.#open.delete(producerId);
    if (firstOffset !== undefined && !commits) {
      this.#aborted.push({ producerId, firstOffset, lastOffset: markerOffset });
    }
  }

  /** The aborted transactions that have records from `from` up to, not including, `to`; what a reader there must leave out. */
  abortedIn(from: number, to: number): AbortedTransaction[] {
    return this.#aborted.slice(this.#firstEndingAt(from)).filter(({ firstOffset }) => firstOffset < to);
  }

  /** Whether the record of this producer at this offset belongs to an aborted transaction. */
  isAborted(producerId: number, offset: number): boolean {
    for (let at = this.#firstEndingAt(offset); at < this.#aborted.length; at += 1) {
      const one = this.#aborted[at];
      // The transactions of one producer do not overlap: the first that ends after the record is the only one to ask.
      if (one?.producerId === producerId) return one.firstOffset <= offset;
    }
    return false;
  }

  #firstEndingAt(offset: number): number {
    return firstWhere(this.#aborted.length, (at) => (this.#aborted[at]?.lastOffset ?? 0) >= offset);
  }

  /** Forgets what lies before the start of the log. */
  deleteBefore(startOffset: number): void {
    const first = this.#firstEndingAt(startOffset);
    if (first > 0) this.#aborted = this.#aborted.slice(first);
  }
}
