import type { Window } from '../../record.js';
import { ChangedKeys } from '../changes.js';
import type { StoreSerdes } from '../in-memory-key-value-store.js';
import type { ChangelogWriter, SessionEntry, SessionStore } from '../state-store.js';
import { checkWindow, joinSessionKey, splitSessionKey } from '../window-key.js';
import { Expiry } from './expiry.js';
import {
  type ByteKeys,
  byteKeys,
  bytesOf,
  endAfterNumber,
  endOfPart,
  NUMBER_BYTES,
  numberText,
  partText,
  readNumber,
  readPart,
} from './ordered-bytes.js';
import type { OverlayTable, ValueCodec } from './overlay-table.js';
import type { StoreContents } from './store-contents.js';
import { plainCodec, presence } from './value-codecs.js';

/** Tells sessions apart; the key as text of its bytes. */
interface Slot extends Window {
  readonly key: string;
}

/** Sessions on disk, by key and by end. It does what `InMemorySessionStore` does. */
export class DiskSessionStore<K, V> implements SessionStore<K, V> {
  readonly persistent = true;
  readonly name: string;
  readonly #contents: StoreContents;
  readonly #keys: ByteKeys<K>;
  readonly #values: ValueCodec<V>;
  readonly #retentionMs: number;
  /** By key, then end, then start. */
  readonly #byKey: OverlayTable<V>;
  /** By end, then key, then start. */
  readonly #byEnd: OverlayTable<true>;
  readonly #expiry: Expiry;
  readonly #changed: ChangedKeys<Slot>;

  constructor(
    contents: StoreContents,
    { key, value }: StoreSerdes<K, V>,
    { retentionMs, logging }: { readonly retentionMs: number; readonly logging: boolean },
  ) {
    this.name = contents.name;
    this.#contents = contents;
    this.#keys = byteKeys(key);
    this.#retentionMs = retentionMs;
    this.#values = plainCodec(value);
    this.#byKey = contents.table('k', this.#values);
    this.#byEnd = contents.table('e', presence);
    this.#expiry = new Expiry(this.#byEnd);
    this.#changed = new ChangedKeys(logging);
    contents.onEmptied = () => {
      this.#changed.clear();
      this.#expiry.reset();
    };
  }

  put(key: K, window: Window, value: V): void {
    if ((value ?? null) === null) {
      this.remove(key, window);
      return;
    }
    checkWindow(this.name, window.start, window.end);
    this.#dropExpired();
    const slot = this.#slot(key, window);
    const bytes = this.#values.encode(value);
    this.#contents.newestTime = Math.max(this.#contents.newestTime, window.end);
    if (window.end < this.#firstLiveEnd()) return;
    this.#byKey.setEncoded(keyOrder(slot), bytes);
    this.#index(slot);
    this.#changed.add(endOrder(slot), slot);
  }

  remove(key: K, window: Window): void {
    checkWindow(this.name, window.start, window.end);
    this.#contents.newestTime = Math.max(this.#contents.newestTime, window.end);
    const slot = this.#slot(key, window);
    this.#delete(slot);
    this.#changed.add(endOrder(slot), slot);
  }

  get(key: K, window: Window): V | undefined {
    this.#dropExpired();
    return this.#find(this.#slot(key, window));
  }

  findSessions(key: K, earliestEnd: number, latestStart: number): readonly SessionEntry<K, V>[] {
    this.#dropExpired();
    const part = partText(this.#keys.text(key));
    const found: SessionEntry<K, V>[] = [];
    const first = numberText(Math.max(earliestEnd, this.#firstLiveEnd()));
    for (const [id, value] of this.#byKey.entries(part + first, endOfPart(part))) {
      const [end, start] = [readNumber(id, part.length), readNumber(id, part.length + NUMBER_BYTES)];
      if (start <= latestStart) found.push({ key, window: { start, end }, value });
    }
    return found;
  }

  findSessionsEnding(earliestEnd: number, latestEnd: number): readonly SessionEntry<K, V>[] {
    this.#dropExpired();
    const first = Math.max(earliestEnd, this.#firstLiveEnd());
    if (latestEnd < first) return [];
    const found: SessionEntry<K, V>[] = [];
    for (const [id] of this.#byEnd.entries(numberText(first), endAfterNumber(latestEnd))) {
      const { key, start, end } = readEndOrder(id);
      const value = this.#byKey.get(keyOrder({ key, start, end }));
      if (value !== undefined) found.push({ key: this.#keys.key(key), window: { start, end }, value });
    }
    return found;
  }

  drainChanges(write: ChangelogWriter): void {
    for (const [, slot] of this.#changed.drain()) {
      const { key, start, end } = slot;
      const value = this.#expiry.isDropped(end) ? undefined : this.#byKey.encoded(keyOrder(slot));
      write(joinSessionKey(bytesOf(key), start, end), value ?? null, end);
    }
    this.#contents.metadata.drain(write);
  }

  restore(bytes: Buffer, value: Buffer | null): void {
    if (this.#contents.metadata.restore(bytes, value)) return;
    const { key, start, end } = splitSessionKey(bytes);
    const slot = { key: key.toString('latin1'), start, end };
    this.#contents.newestTime = Math.max(this.#contents.newestTime, end);
    if (value === null) this.#delete(slot);
    else {
      this.#byKey.setEncoded(keyOrder(slot), value);
      this.#index(slot);
    }
    this.#dropExpired();
  }

  metadata(name: string): number | undefined {
    return this.#contents.metadata.get(name);
  }

  get size(): number {
    // Each entry is in both tables.
    return this.#byEnd.count(this.#contents.stored / 2);
  }

  setMetadata(name: string, value: number): void {
    this.#contents.metadata.set(name, value);
  }

  /** Nothing: the task's folder is closed as a whole. */
  close(): void {}

  #firstLiveEnd(): number {
    return Math.max(0, this.#contents.newestTime - this.#retentionMs + 1);
  }

  #slot(key: K, { start, end }: Window): Slot {
    return { key: this.#keys.text(key), start, end };
  }

  #find(slot: Slot): V | undefined {
    return this.#expiry.isDropped(slot.end) ? undefined : this.#byKey.get(keyOrder(slot));
  }

  #index(slot: Slot): void {
    this.#byEnd.set(endOrder(slot), true);
    this.#expiry.added(slot.end);
  }

  #delete(slot: Slot): void {
    this.#byKey.delete(keyOrder(slot));
    this.#byEnd.delete(endOrder(slot));
  }

  #dropExpired(): void {
    for (const id of this.#expiry.dropBefore(this.#firstLiveEnd())) {
      const slot = readEndOrder(id);
      // The changelog is compacted, not deleted by the clock: event time may be long ago.
      this.#changed.add(id, slot);
      this.#delete(slot);
    }
  }
}

function keyOrder({ key, start, end }: Slot): string {
  return partText(key) + numberText(end) + numberText(start);
}

function endOrder({ key, start, end }: Slot): string {
  return numberText(end) + partText(key) + numberText(start);
}

function readEndOrder(id: string): Slot {
  const { key, end: endOfKey } = readPart(id, NUMBER_BYTES);
  return { key, end: readNumber(id, 0), start: readNumber(id, endOfKey) };
}
