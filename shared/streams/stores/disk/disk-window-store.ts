import type { ValueAndTimestamp } from '../../record.js';
import { ChangedKeys } from '../changes.js';
import type { StoreSerdes } from '../in-memory-key-value-store.js';
import type { WindowStoreOptions } from '../in-memory-window-store.js';
import { compareUnits } from '../key-codec.js';
import { compareSequences, nextSequence } from '../sequence.js';
import type { ChangelogWriter, TimestampedWindowStore, WindowEntry } from '../state-store.js';
import { checkWindow, joinWindowKey, splitWindowKey } from '../window-key.js';
import { Expiry } from './expiry.js';
import {
  type ByteKeys,
  byteKeys,
  bytesOf,
  endAfterNumber,
  NUMBER_BYTES,
  numberText,
  partText,
  readNumber,
  readPart,
} from './ordered-bytes.js';
import type { OverlayTable, ValueCodec } from './overlay-table.js';
import type { StoreContents } from './store-contents.js';
import { presence, readTimestamp, timestampedCodec, withoutTimestamp, withTimestamp } from './value-codecs.js';

/** Tells the entries of a store apart; the key as text of its bytes, the sequence 0 where there are no duplicates. */
interface Slot {
  readonly key: string;
  readonly start: number;
  readonly sequence: number;
}

/** Windows on disk, by key and by start. It does what `InMemoryWindowStore` does. */
export class DiskWindowStore<K, V> implements TimestampedWindowStore<K, V> {
  readonly persistent = true;
  readonly name: string;
  readonly windowSizeMs: number;
  readonly #contents: StoreContents;
  readonly #keys: ByteKeys<K>;
  readonly #values: ValueCodec<ValueAndTimestamp<V>>;
  readonly #retentionMs: number;
  readonly #retainDuplicates: boolean;
  readonly #byKey: OverlayTable<ValueAndTimestamp<V>>;
  readonly #byStart: OverlayTable<true>;
  readonly #expiry: Expiry;
  readonly #changed: ChangedKeys<Slot & { readonly timestamp: number }>;

  constructor(
    contents: StoreContents,
    { key, value }: StoreSerdes<K, V>,
    { windowSizeMs, retentionMs, retainDuplicates = false, logging }: WindowStoreOptions,
  ) {
    this.name = contents.name;
    this.windowSizeMs = windowSizeMs;
    this.#contents = contents;
    this.#keys = byteKeys(key);
    this.#retentionMs = retentionMs;
    this.#retainDuplicates = retainDuplicates;
    this.#values = timestampedCodec(value);
    this.#byKey = contents.table('k', this.#values);
    this.#byStart = contents.table('s', presence);
    this.#expiry = new Expiry(this.#byStart);
    this.#changed = new ChangedKeys(logging);
    contents.onEmptied = () => {
      this.#changed.clear();
      this.#expiry.reset();
    };
  }

  get(key: K, start: number): ValueAndTimestamp<V> | undefined {
    this.#dropExpired();
    return this.#find({ key: this.#keys.text(key), start, sequence: 0 });
  }

  put(key: K, value: V | null, timestamp: number, start: number): boolean {
    checkWindow(this.name, start);
    this.#dropExpired();
    const text = this.#keys.text(key);
    const bytes = (value ?? null) === null ? undefined : this.#values.encode({ value: value as V, timestamp });
    this.#contents.newestTime = Math.max(this.#contents.newestTime, start);
    if (start < this.#firstLiveStart()) return false;
    if (bytes === undefined && this.#retainDuplicates) return true;
    const sequence = this.#retainDuplicates ? nextSequence(this.#contents.sequence) : 0;
    const slot = { key: text, start, sequence };
    if (bytes === undefined) this.#delete(slot);
    else {
      this.#byKey.setEncoded(keyOrder(slot), bytes);
      this.#index(slot);
    }
    this.#contents.sequence = sequence;
    this.#changed.add(startOrder(slot), { ...slot, timestamp });
    return true;
  }

  fetch(key: K, fromStart: number, toStart: number): readonly WindowEntry<K, V>[] {
    this.#dropExpired();
    const first = Math.max(fromStart, this.#firstLiveStart());
    if (toStart < first) return [];
    const part = partText(this.#keys.text(key));
    const found: (WindowEntry<K, V> & Pick<Slot, 'sequence'>)[] = [];
    for (const [id, { value, timestamp }] of this.#byKey.entries(
      part + numberText(first),
      part + endAfterNumber(toStart),
    )) {
      const [start, sequence] = [readNumber(id, part.length), readNumber(id, part.length + NUMBER_BYTES)];
      found.push({ key, value, timestamp, start, sequence });
    }
    return found.sort((a, b) => a.start - b.start || compareSequences(a.sequence, b.sequence));
  }

  fetchAll(fromStart: number, toStart: number): readonly WindowEntry<K, V>[] {
    this.#dropExpired();
    const first = Math.max(fromStart, this.#firstLiveStart());
    if (toStart < first) return [];
    const found: { readonly slot: Slot; readonly entry: WindowEntry<K, V> }[] = [];
    for (const [id] of this.#byStart.entries(numberText(first), endAfterNumber(toStart))) {
      const slot = readStartOrder(id);
      const entry = this.#find(slot);
      if (entry !== undefined)
        found.push({ slot, entry: { ...entry, key: this.#keys.key(slot.key), start: slot.start } });
    }
    // The keys' bytes are in order; where the sequences have begun anew, they are not.
    return found.sort((a, b) => inOrder(a.slot, b.slot)).map(({ entry }) => entry);
  }

  drainChanges(write: ChangelogWriter): void {
    for (const [, { timestamp, ...slot }] of this.#changed.drain()) {
      const { key, start, sequence } = slot;
      const bytes = this.#expiry.isDropped(start) ? undefined : this.#byKey.encoded(keyOrder(slot));
      const changelogKey = joinWindowKey(bytesOf(key), start, sequence);
      if (bytes === undefined) write(changelogKey, null, timestamp);
      else write(changelogKey, withoutTimestamp(bytes), readTimestamp(bytes));
    }
    this.#contents.metadata.drain(write);
  }

  restore(bytes: Buffer, value: Buffer | null, timestamp: number): void {
    if (this.#contents.metadata.restore(bytes, value)) return;
    const { key, start, sequence } = splitWindowKey(bytes);
    const slot = { key: key.toString('latin1'), start, sequence };
    this.#contents.newestTime = Math.max(this.#contents.newestTime, start);
    if (value === null) this.#delete(slot);
    else {
      // The changelog is in the order of arrival; tombstones come when a record expires.
      if (this.#retainDuplicates) this.#contents.sequence = sequence;
      this.#byKey.setEncoded(keyOrder(slot), withTimestamp(value, timestamp));
      this.#index(slot);
    }
    this.#dropExpired();
  }

  metadata(name: string): number | undefined {
    return this.#contents.metadata.get(name);
  }

  get size(): number {
    // Each entry is in both tables.
    return this.#byStart.count(this.#contents.stored / 2);
  }

  setMetadata(name: string, value: number): void {
    this.#contents.metadata.set(name, value);
  }

  /** Nothing: the task's folder is closed as a whole. */
  close(): void {}

  #firstLiveStart(): number {
    return Math.max(0, this.#contents.newestTime - this.#retentionMs + 1);
  }

  #find(slot: Slot): ValueAndTimestamp<V> | undefined {
    return this.#expiry.isDropped(slot.start) ? undefined : this.#byKey.get(keyOrder(slot));
  }

  #index(slot: Slot): void {
    this.#byStart.set(startOrder(slot), true);
    this.#expiry.added(slot.start);
  }

  #delete(slot: Slot): void {
    this.#byKey.delete(keyOrder(slot));
    this.#byStart.delete(startOrder(slot));
  }

  #dropExpired(): void {
    for (const id of this.#expiry.dropBefore(this.#firstLiveStart())) {
      const slot = readStartOrder(id);
      const bytes = this.#byKey.encoded(keyOrder(slot));
      // The changelog is compacted, not deleted by the clock: event time may be long ago. Of a duplicate that it was not
      // told of yet it need not hear any more.
      const isUntold = this.#retainDuplicates && this.#changed.forget(id);
      if (bytes !== undefined && !isUntold) this.#changed.add(id, { ...slot, timestamp: readTimestamp(bytes) });
      this.#delete(slot);
    }
  }
}

function inOrder(a: Slot, b: Slot): number {
  return a.start - b.start || compareUnits(a.key, b.key) || compareSequences(a.sequence, b.sequence);
}

function keyOrder({ key, start, sequence }: Slot): string {
  return partText(key) + numberText(start) + numberText(sequence);
}

function startOrder({ key, start, sequence }: Slot): string {
  return numberText(start) + partText(key) + numberText(sequence);
}

function readStartOrder(id: string): Slot {
  const { key, end } = readPart(id, NUMBER_BYTES);
  return { key, start: readNumber(id, 0), sequence: readNumber(id, end) };
}
