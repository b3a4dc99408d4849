import type { ValueAndTimestamp } from '../record.js';
import type { Serde } from '../serde.js';
import { ChangedKeys, StoreMetadata } from './changes.js';
import { type KeyCodec, keyCodec } from './key-codec.js';
import { SortedMap } from './sorted-map.js';
import type { ChangelogWriter, TimestampedKeyValueStore } from './state-store.js';

/** What a store needs to know of what it holds. */
export interface StoreSerdes<K, V> {
  readonly key: Serde<NonNullable<K>>;
  readonly value: Serde<NonNullable<V>>;
}

/** A table in memory. */
export class InMemoryKeyValueStore<K, V> implements TimestampedKeyValueStore<K, V> {
  readonly persistent = false;
  readonly #keys: KeyCodec<K>;
  readonly #values: Serde<NonNullable<V>>;
  readonly #entries = new SortedMap<ValueAndTimestamp<V>>();
  readonly #metadata = new StoreMetadata();
  readonly #changed: ChangedKeys<number>;

  constructor(
    readonly name: string,
    { key, value }: StoreSerdes<K, V>,
    { logging }: { readonly logging: boolean },
  ) {
    this.#keys = keyCodec(key);
    this.#values = value;
    this.#changed = new ChangedKeys(logging);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): ValueAndTimestamp<V> | undefined {
    return this.#entries.get(this.#keys.id(key));
  }

  put(key: K, value: V | null, timestamp: number): void {
    const id = this.#keys.id(key);
    if (value === null) this.#entries.delete(id);
    else this.#entries.set(id, { value, timestamp });
    this.#changed.add(id, timestamp);
  }

  *entries(from?: K, to?: K): Generator<readonly [K, ValueAndTimestamp<V>]> {
    const [first, last] = [from, to].map((key) => (key === undefined ? undefined : this.#keys.id(key)));
    for (const [id, entry] of this.#entries.entries(first, last)) yield [this.#keys.key(id), entry];
  }

  drainChanges(write: ChangelogWriter): void {
    for (const [id, deletedAt] of this.#changed.drain()) {
      const entry = this.#entries.get(id);
      const value = entry === undefined ? null : this.#values.serialize(entry.value as NonNullable<V>);
      write(this.#keys.bytes(id), value, entry?.timestamp ?? deletedAt);
    }
    this.#metadata.drain(write);
  }

  restore(key: Buffer, value: Buffer | null, timestamp: number): void {
    if (this.#metadata.restore(key, value)) return;
    const id = this.#keys.idOfBytes(key);
    if (value === null) this.#entries.delete(id);
    else this.#entries.set(id, { value: this.#values.deserialize(value), timestamp });
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
}
