import type { ValueAndTimestamp } from '../../record.js';
import { ChangedKeys } from '../changes.js';
import type { StoreSerdes } from '../in-memory-key-value-store.js';
import type { ChangelogWriter, TimestampedKeyValueStore } from '../state-store.js';
import { type ByteKeys, byteKeys, bytesOf, endAfter } from './ordered-bytes.js';
import type { OverlayTable } from './overlay-table.js';
import type { StoreContents } from './store-contents.js';
import { readTimestamp, timestampedCodec, withoutTimestamp, withTimestamp } from './value-codecs.js';

/** A table on disk. It does what `InMemoryKeyValueStore` does. */
export class DiskKeyValueStore<K, V> implements TimestampedKeyValueStore<K, V> {
  readonly persistent = true;
  readonly name: string;
  readonly #contents: StoreContents;
  readonly #keys: ByteKeys<K>;
  readonly #entries: OverlayTable<ValueAndTimestamp<V>>;
  readonly #changed: ChangedKeys<number>;

  constructor(contents: StoreContents, { key, value }: StoreSerdes<K, V>, { logging }: { readonly logging: boolean }) {
    this.name = contents.name;
    this.#contents = contents;
    this.#keys = byteKeys(key);
    this.#entries = contents.table('e', timestampedCodec(value));
    this.#changed = new ChangedKeys(logging);
    contents.onEmptied = () => this.#changed.clear();
  }

  get size(): number {
    return this.#entries.count(this.#contents.stored);
  }

  get(key: K): ValueAndTimestamp<V> | undefined {
    return this.#entries.get(this.#keys.text(key));
  }

  put(key: K, value: V | null, timestamp: number): void {
    const id = this.#keys.text(key);
    if ((value ?? null) === null) this.#entries.delete(id);
    // Neither null nor undefined.
    else this.#entries.set(id, { value: value as V, timestamp });
    this.#changed.add(id, timestamp);
  }

  *entries(from?: K, to?: K): Generator<readonly [K, ValueAndTimestamp<V>]> {
    const first = from === undefined ? undefined : this.#keys.text(from);
    const end = to === undefined ? undefined : endAfter(this.#keys.text(to));
    for (const [id, entry] of this.#entries.entries(first, end)) yield [this.#keys.key(id), entry];
  }

  drainChanges(write: ChangelogWriter): void {
    for (const [id, deletedAt] of this.#changed.drain()) {
      const entry = this.#entries.encoded(id);
      if (entry === undefined) write(bytesOf(id), null, deletedAt);
      else write(bytesOf(id), withoutTimestamp(entry), readTimestamp(entry));
    }
    this.#contents.metadata.drain(write);
  }

  restore(key: Buffer, value: Buffer | null, timestamp: number): void {
    if (this.#contents.metadata.restore(key, value)) return;
    const id = key.toString('latin1');
    if (value === null) this.#entries.delete(id);
    else this.#entries.setEncoded(id, withTimestamp(value, timestamp));
  }

  metadata(name: string): number | undefined {
    return this.#contents.metadata.get(name);
  }

  setMetadata(name: string, value: number): void {
    this.#contents.metadata.set(name, value);
  }

  /** Nothing: the task's folder is closed as a whole. */
  close(): void {}
}
