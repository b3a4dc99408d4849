import type { ValueAndTimestamp } from '../record.js';
import type { Serde } from '../serde.js';
import { ChangedKeys, StoreMetadata } from './changes.js';
import { isImmutable, type Kept, KeptValues } from './kept-values.js';
import { type KeyCodec, keyCodec } from './key-codec.js';
import { SortedMap } from './sorted-map.js';
import type { ChangelogWriter, TimestampedKeyValueStore } from './state-store.js';

/** What a store needs to know of what it holds. */
export interface StoreSerdes<K, V> {
  readonly key: Serde<NonNullable<K>>;
  readonly value: Serde<NonNullable<V>>;
}

/** What the changelog is to be told of a key: null deletes. */
interface Change {
  readonly bytes: Buffer | null;
  readonly timestamp: number;
}

/** A table in memory. */
export class InMemoryKeyValueStore<K, V> implements TimestampedKeyValueStore<K, V> {
  readonly persistent = false;
  readonly #keys: KeyCodec<K>;
  readonly #values: KeptValues<V>;
  readonly #entries = new SortedMap<ValueAndTimestamp<Kept<V>>>();
  readonly #metadata = new StoreMetadata();
  readonly #changed: ChangedKeys<Change>;

  constructor(
    readonly name: string,
    { key, value }: StoreSerdes<K, V>,
    { logging }: { readonly logging: boolean },
  ) {
    this.#keys = keyCodec(key);
    this.#values = new KeptValues(value);
    this.#changed = new ChangedKeys(logging);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): ValueAndTimestamp<V> | undefined {
    const entry = this.#entries.get(this.#keys.id(key));
    return entry === undefined ? undefined : this.#read(entry);
  }

  put(key: K, value: V | null, timestamp: number): void {
    const id = this.#keys.id(key);
    const bytes = (value ?? null) === null ? null : this.#values.serialize(value as V);
    if (bytes === null) this.#entries.delete(id);
    else this.#entries.set(id, { value: this.#values.keep(value as V, bytes), timestamp });
    this.#changed.add(id, { bytes, timestamp });
  }

  *entries(from?: K, to?: K): Generator<readonly [K, ValueAndTimestamp<V>]> {
    const [first, last] = [from, to].map((key) => (key === undefined ? undefined : this.#keys.id(key)));
    for (const [id, entry] of this.#entries.entries(first, last)) yield [this.#keys.key(id), this.#read(entry)];
  }

  drainChanges(write: ChangelogWriter): void {
    for (const [id, { bytes, timestamp }] of this.#changed.drain()) write(this.#keys.bytes(id), bytes, timestamp);
    this.#metadata.drain(write);
  }

  restore(key: Buffer, value: Buffer | null, timestamp: number): void {
    if (this.#metadata.restore(key, value)) return;
    const id = this.#keys.idOfBytes(key);
    if (value === null) this.#entries.delete(id);
    else this.#entries.set(id, { value: this.#values.restore(value), timestamp });
  }

  metadata(name: string): number | undefined {
    return this.#metadata.get(name);
  }

  setMetadata(name: string, value: number): void {
    this.#metadata.set(name, value);
  }

  close(): void {
    this.#entries.clear();
  }

  #read(entry: ValueAndTimestamp<Kept<V>>): ValueAndTimestamp<V> {
    const { value, timestamp } = entry;
    return isImmutable(value) ? (entry as ValueAndTimestamp<V>) : { value: this.#values.read(value), timestamp };
  }
}
