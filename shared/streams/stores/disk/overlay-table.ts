import { SortedMap } from '../sorted-map.js';
import type { ByteDatabase, ByteEntry } from './byte-database.js';

/** What a table holds, as bytes and back. */
export interface ValueCodec<T> {
  encode(value: T): Buffer;
  decode(bytes: Buffer): T;
}

/**
 * A write that the database has not got yet; null deletes. Values are encoded when they are written, where it is known which
 * record they came of, and decoded whenever they are read: nobody holds what is in the table.
 */
type Pending = Buffer | null;

/** Walks read so many entries at a time: no walk keeps a snapshot of the database open, whoever abandons it. */
const BATCH = 128;

/**
 * A part of a store's database with keys of its own, and over it, in memory, what has been written since the last flush.
 * Reads and walks see both as one, in the order of the keys' bytes.
 */
export class OverlayTable<T> {
  readonly #pending = new SortedMap<Pending>();

  readonly #database: ByteDatabase;
  readonly #prefix: string;
  readonly #codec: ValueCodec<T>;

  /** The prefix is one character; it sets the table's keys apart from those of others in the database, and lets them be empty. */
  constructor(database: ByteDatabase, prefix: string, codec: ValueCodec<T>) {
    this.#database = database;
    this.#prefix = prefix;
    this.#codec = codec;
  }

  /** How many keys wait for the next flush. */
  get pending(): number {
    return this.#pending.size;
  }

  get(id: string): T | undefined {
    const pending = this.#pending.get(id);
    const bytes = pending === undefined ? this.#database.get(this.#prefix + id) : pending;
    return bytes === undefined || bytes === null ? undefined : this.#codec.decode(bytes);
  }

  /** As `get`, for the changelog: undecoded. */
  encoded(id: string): Buffer | undefined {
    const pending = this.#pending.get(id);
    return pending === undefined ? this.#database.get(this.#prefix + id) : (pending ?? undefined);
  }

  /** @throws KitError 'record-unprocessable' where the key is too long, and what the codec throws. */
  set(id: string, value: T): void {
    this.setEncoded(id, this.#codec.encode(value));
  }

  /** As `set`, for what comes encoded. */
  setEncoded(id: string, bytes: Buffer): void {
    this.#database.checkKey(this.#prefix + id);
    this.#pending.set(id, bytes);
  }

  delete(id: string): void {
    // What is too long was never there.
    this.#pending.set(id, null);
  }

  /** From `from` up to, without, `end`. What is set or deleted meanwhile may or may not be seen. */
  *entries(from = '', end?: string): Generator<readonly [id: string, value: T]> {
    let next: string | undefined = from;
    while (next !== undefined) {
      const stored = this.#stored(next, end);
      const pending = this.#pendingFrom(next, end);
      const last = [stored, pending].filter(({ length }) => length === BATCH).map((full) => full[BATCH - 1]?.[0] ?? '');
      // Beyond the last one of a full batch the other may have keys that come first.
      const reached: string | undefined = last.sort()[0];
      yield* this.#merge(stored, pending, reached);
      next = reached === undefined ? undefined : `${reached}\0`;
    }
  }

  /** How many keys there are. Asks the database about each key that waits for the next flush. */
  count(stored: number): number {
    let count = stored;
    for (const [id, pending] of this.#pending.entries()) {
      const isDeleted = pending === null;
      const isStored = this.#database.get(this.#prefix + id) !== undefined;
      if (isStored === isDeleted) count += isDeleted ? -1 : 1;
    }
    return count;
  }

  /** Hands what is pending to the database, in order, which is what it takes fastest. It stays pending until `settle`. */
  write(): void {
    for (const [id, bytes] of this.#pending.entries()) {
      if (bytes === null) this.#database.remove(this.#prefix + id);
      else this.#database.put(this.#prefix + id, bytes);
    }
  }

  /** After what was handed over has been committed. */
  settle(): void {
    this.#pending.clear();
  }

  #stored(from: string, end: string | undefined): readonly ByteEntry[] {
    const limit = end === undefined ? String.fromCharCode(this.#prefix.charCodeAt(0) + 1) : this.#prefix + end;
    const found = this.#database.range(this.#prefix + from, limit, BATCH);
    return found.map(([id, bytes]) => [id.slice(1), bytes]);
  }

  #pendingFrom(from: string, end: string | undefined): (readonly [id: string, pending: Pending])[] {
    const found: [string, Pending][] = [];
    for (const entry of this.#pending.entries(from)) {
      if ((end !== undefined && entry[0] >= end) || found.length === BATCH) break;
      found.push(entry);
    }
    return found;
  }

  /** Both in order up to `reached`; where both have a key, what is pending counts. */
  *#merge(
    stored: readonly ByteEntry[],
    pending: readonly (readonly [id: string, pending: Pending])[],
    reached: string | undefined,
  ): Generator<readonly [id: string, value: T]> {
    const isReached = ([id]: readonly [id: string, ...unknown[]]): boolean => reached === undefined || id <= reached;
    let at = 0;
    for (const [id, entry] of pending.filter(isReached)) {
      for (let next = stored[at]; next !== undefined && next[0] < id; next = stored[++at]) {
        yield [next[0], this.#codec.decode(next[1])];
      }
      if (stored[at]?.[0] === id) at += 1;
      if (entry !== null) yield [id, this.#codec.decode(entry)];
    }
    for (const [id, bytes] of stored.slice(at).filter(isReached)) yield [id, this.#codec.decode(bytes)];
  }
}
