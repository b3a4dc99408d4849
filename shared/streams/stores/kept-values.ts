import type { Serde } from '../serde.js';

/** A value as a store in memory keeps it: what cannot be changed as it is, an object as its bytes. */
export type Kept<V> = V | Buffer;

/** Whether a value can be shared: nobody who holds it can change it. */
export function isImmutable(value: unknown): boolean {
  return (typeof value !== 'object' && typeof value !== 'function') || value === null;
}

/** How stores in memory keep values: nobody who puts or gets one holds what is in the store. */
export class KeptValues<V> {
  readonly #serde: Serde<NonNullable<V>>;

  constructor(serde: Serde<NonNullable<V>>) {
    this.#serde = serde;
  }

  /** @throws what the serde throws where the value is none of its own: to whoever puts it, not at the next commit. */
  serialize(value: V): Buffer {
    // Stores hold no null: it deletes.
    const bytes: Buffer = this.#serde.serialize(value as NonNullable<V>);
    return (bytes as unknown) === value ? Buffer.from(bytes) : bytes;
  }

  keep(value: V, bytes: Buffer): Kept<V> {
    return isImmutable(value) ? value : bytes;
  }

  /** As `keep`, for bytes of a changelog: they are a view of a whole fetch. */
  restore(bytes: Buffer): Kept<V> {
    const value = this.#serde.deserialize(bytes);
    return isImmutable(value) ? value : Buffer.from(bytes);
  }

  /** The value, of which an object is the caller's own. */
  read(kept: Kept<V>): V {
    // No object is kept but bytes.
    return isImmutable(kept) ? (kept as V) : this.#serde.deserialize(kept as Buffer);
  }
}
