import { KitError } from '#shared/errors';

/** A connection, as far as its requests take memory. */
export interface Holder {
  /** Bytes of requests that it has sent, whole or in part, and that are not answered. */
  readonly heldBytes: number;
  giveUp(reason: KitError): void;
}

/**
 * Bounds the memory that unanswered requests take in all connections together. One connection is bounded by the largest
 * frame, but a thousand of them would not fit into any process; where they ask for too much, the one that holds most goes.
 */
export class UnansweredBytes {
  readonly #holders = new Map<Holder, number>();
  #totalBytes = 0;

  constructor(readonly maxBytes = 256 * 1024 * 1024) {}

  /** To be told whenever a connection may hold more or less than before. */
  update(holder: Holder): void {
    this.#totalBytes += holder.heldBytes - (this.#holders.get(holder) ?? 0);
    this.#holders.set(holder, holder.heldBytes);
    if (this.#totalBytes > this.maxBytes) this.#endLargest();
  }

  forget(holder: Holder): void {
    this.#totalBytes -= this.#holders.get(holder) ?? 0;
    this.#holders.delete(holder);
  }

  #endLargest(): void {
    const largest = [...this.#holders.keys()].reduce((one, other) => (other.heldBytes > one.heldBytes ? other : one));
    const { heldBytes } = largest;
    const totalBytes = this.#totalBytes;
    this.forget(largest);
    largest.giveUp(
      new KitError(
        'protocol',
        `The requests of all clients that wait for their rest or their answer take ${totalBytes} bytes, ${this.maxBytes} are allowed, and its ${heldBytes} are the most`,
      ),
    );
  }
}
