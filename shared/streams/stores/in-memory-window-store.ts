import type { ValueAndTimestamp } from '../record.js';
import { ChangedKeys, StoreMetadata } from './changes.js';
import type { StoreSerdes } from './in-memory-key-value-store.js';
import { isImmutable, type Kept, KeptValues } from './kept-values.js';
import { compareBytes, type KeyCodec, keyCodec } from './key-codec.js';
import { compareSequences, nextSequence } from './sequence.js';
import { lowerBound } from './sorted-map.js';
import type { ChangelogWriter, TimestampedWindowStore, WindowEntry } from './state-store.js';
import { checkWindow, joinWindowKey, splitWindowKey } from './window-key.js';

interface Slot<K, V> extends WindowEntry<K, Kept<V>> {
  readonly id: string;
  /** Tells records of one key and time apart, in the order of their arrival; 0 where there are no duplicates. */
  readonly sequence: number;
}

/** Where a slot is, duplicates apart. */
type SlotAt = Pick<Slot<unknown, unknown>, 'id' | 'start'>;

/** What the changelog is to be told of a slot: null deletes. */
interface SlotChange {
  readonly id: string;
  readonly start: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly bytes: Buffer | null;
}

export interface WindowStoreOptions {
  readonly windowSizeMs: number;
  readonly retentionMs: number;
  /** Keep every record of a key and time beside the others, as joins need it; otherwise a put replaces. */
  readonly retainDuplicates?: boolean;
  readonly logging: boolean;
}

/**
 * Windows in memory, found by key and by start. What has expired is dropped when the store is next used: windows that
 * start at or before (newest start seen) - retention.
 */
export class InMemoryWindowStore<K, V> implements TimestampedWindowStore<K, V> {
  readonly persistent = false;
  readonly windowSizeMs: number;
  readonly #keys: KeyCodec<K>;
  readonly #values: KeptValues<V>;
  readonly #retentionMs: number;
  readonly #retainDuplicates: boolean;
  /** By start, then sequence. */
  readonly #byKey = new Map<string, Slot<K, V>[]>();
  readonly #byStart = new Map<number, Set<Slot<K, V>>>();
  readonly #starts = new AscendingNumbers();
  readonly #metadata = new StoreMetadata();
  /** By start and key; of duplicates, each by itself. */
  readonly #changed: ChangedKeys<SlotChange, string | SlotAt>;
  #sequence = 0;
  #newestStart = -1;
  #size = 0;

  constructor(
    readonly name: string,
    { key, value }: StoreSerdes<K, V>,
    { windowSizeMs, retentionMs, retainDuplicates = false, logging }: WindowStoreOptions,
  ) {
    this.windowSizeMs = windowSizeMs;
    this.#keys = keyCodec(key);
    this.#values = new KeptValues(value);
    this.#retentionMs = retentionMs;
    this.#retainDuplicates = retainDuplicates;
    this.#changed = new ChangedKeys(logging);
  }

  get(key: K, start: number): ValueAndTimestamp<V> | undefined {
    this.#dropExpired();
    const slots = this.#byKey.get(this.#keys.id(key)) ?? [];
    const slot = slots[lowerBound(slots.length, (index) => startAt(slots, index) < start)];
    return slot?.start === start && slot.sequence === 0 ? this.#read(slot) : undefined;
  }

  put(key: K, value: V | null, timestamp: number, start: number): boolean {
    checkWindow(this.name, start);
    this.#dropExpired();
    const id = this.#keys.id(key);
    const bytes = (value ?? null) === null ? null : this.#values.serialize(value as V);
    this.#newestStart = Math.max(this.#newestStart, start);
    if (start < this.#firstLiveStart()) return false;
    if (bytes === null && this.#retainDuplicates) return true;
    if (this.#retainDuplicates) this.#sequence = nextSequence(this.#sequence);
    const sequence = this.#sequence;
    if (bytes === null) {
      this.#delete(id, start, sequence);
      this.#changed.add(this.#changeKey({ id, start }), { id, start, sequence, timestamp, bytes });
      return true;
    }
    const slot = { id, key, value: this.#values.keep(value as V, bytes), timestamp, start, sequence };
    this.#set(slot);
    this.#changed.add(this.#changeKey(slot), { id, start, sequence, timestamp, bytes });
    return true;
  }

  fetch(key: K, fromStart: number, toStart: number): readonly WindowEntry<K, V>[] {
    this.#dropExpired();
    const slots = this.#byKey.get(this.#keys.id(key));
    if (slots === undefined) return [];
    const first = Math.max(fromStart, this.#firstLiveStart());
    const from = lowerBound(slots.length, (index) => startAt(slots, index) < first);
    const to = lowerBound(slots.length, (index) => startAt(slots, index) <= toStart);
    return slots.slice(from, to).map((slot) => this.#read(slot));
  }

  fetchAll(fromStart: number, toStart: number): readonly WindowEntry<K, V>[] {
    this.#dropExpired();
    const found: WindowEntry<K, V>[] = [];
    for (const start of this.#starts.range(Math.max(fromStart, this.#firstLiveStart()), toStart)) {
      const slots = [...(this.#byStart.get(start) ?? [])];
      slots.sort((a, b) => compareBytes(a.id, b.id) || compareSequences(a.sequence, b.sequence));
      for (const slot of slots) found.push(this.#read(slot));
    }
    return found;
  }

  drainChanges(write: ChangelogWriter): void {
    for (const [, { id, start, sequence, timestamp, bytes }] of this.#changed.drain()) {
      write(joinWindowKey(this.#keys.bytes(id), start, sequence), bytes, timestamp);
    }
    this.#metadata.drain(write);
  }

  restore(bytes: Buffer, value: Buffer | null, timestamp: number): void {
    if (this.#metadata.restore(bytes, value)) return;
    const { key, start, sequence } = splitWindowKey(bytes);
    const id = this.#keys.idOfBytes(key);
    this.#newestStart = Math.max(this.#newestStart, start);
    if (value === null) this.#delete(id, start, sequence);
    else {
      // The changelog is in the order of arrival; tombstones come when a record expires.
      if (this.#retainDuplicates) this.#sequence = sequence;
      const restored = this.#values.restore(value);
      this.#set({ id, key: this.#keys.key(id), value: restored, timestamp, start, sequence });
    }
    this.#dropExpired();
  }

  metadata(name: string): number | undefined {
    return this.#metadata.get(name);
  }

  setMetadata(name: string, value: number): void {
    this.#metadata.set(name, value);
  }

  get size(): number {
    return this.#size;
  }

  close(): void {
    this.#byKey.clear();
    this.#byStart.clear();
    this.#size = 0;
  }

  #firstLiveStart(): number {
    return Math.max(0, this.#newestStart - this.#retentionMs + 1);
  }

  #read(slot: Slot<K, V>): WindowEntry<K, V> {
    const { key, value, timestamp, start } = slot;
    // What is no object is kept as it is.
    if (isImmutable(value)) return slot as WindowEntry<K, V>;
    return { key, value: this.#values.read(value), timestamp, start };
  }

  #set(slot: Slot<K, V>): void {
    this.#size += 1;
    const slots = this.#byKey.get(slot.id);
    if (slots === undefined) this.#byKey.set(slot.id, [slot]);
    else this.#insert(slot, slots);
    const ofStart = this.#byStart.get(slot.start);
    if (ofStart !== undefined) {
      ofStart.add(slot);
      return;
    }
    this.#byStart.set(slot.start, new Set([slot]));
    this.#starts.add(slot.start);
  }

  /** Beside the others of its key, or in the place of the same one. */
  #insert(slot: Slot<K, V>, slots: Slot<K, V>[]): void {
    const at = lowerBound(slots.length, (index) => {
      const { start, sequence } = slots[index] ?? slot;
      return start < slot.start || (start === slot.start && compareSequences(sequence, slot.sequence) < 0);
    });
    const there = slots[at];
    if (there?.start === slot.start && there.sequence === slot.sequence) {
      this.#byStart.get(slot.start)?.delete(there);
      slots[at] = slot;
      this.#size -= 1;
    } else if (at === slots.length) slots.push(slot);
    else slots.splice(at, 0, slot);
  }

  #delete(id: string, start: number, sequence: number): void {
    const slots = this.#byKey.get(id) ?? [];
    const at = slots.findIndex((slot) => slot.start === start && slot.sequence === sequence);
    const slot = slots[at];
    if (slot === undefined) return;
    slots.splice(at, 1);
    this.#size -= 1;
    if (slots.length === 0) this.#byKey.delete(id);
    const ofStart = this.#byStart.get(start);
    ofStart?.delete(slot);
    if (ofStart?.size !== 0) return;
    this.#byStart.delete(start);
    this.#starts.delete(start);
  }

  #dropExpired(): void {
    const live = this.#firstLiveStart();
    for (let start = this.#starts.first; start !== undefined && start < live; start = this.#starts.first) {
      for (const slot of this.#byStart.get(start) ?? []) {
        this.#size -= 1;
        const { id, sequence, timestamp } = slot;
        const changeKey = this.#changeKey(slot);
        // The changelog is compacted, not deleted by the clock: event time may be long ago. Of a duplicate that it was not
        // told of yet it need not hear any more.
        if (!this.#retainDuplicates || !this.#changed.forget(changeKey)) {
          this.#changed.add(changeKey, { id, start, sequence, timestamp, bytes: null });
        }
        const slots = this.#byKey.get(id);
        // Oldest first: what expires of a key stands in front.
        slots?.shift();
        if (slots?.length === 0) this.#byKey.delete(id);
      }
      this.#byStart.delete(start);
      this.#starts.delete(start);
    }
  }

  #changeKey(slot: SlotAt): string | SlotAt {
    return this.#retainDuplicates ? slot : `${slot.start}:${slot.id}`;
  }
}

function startAt(slots: readonly { readonly start: number }[], index: number): number {
  return slots[index]?.start ?? Number.POSITIVE_INFINITY;
}

/** Distinct numbers in ascending order; most are added at the end and taken from the front. */
class AscendingNumbers {
  #numbers: number[] = [];
  #head = 0;

  get first(): number | undefined {
    return this.#numbers[this.#head];
  }

  add(number: number): void {
    const last = this.#numbers.at(-1);
    if (last === undefined || this.#head === this.#numbers.length || number > last) this.#numbers.push(number);
    else this.#numbers.splice(this.#find(number), 0, number);
  }

  delete(number: number): void {
    if (number !== this.first) {
      const at = this.#find(number);
      if (this.#numbers[at] === number) this.#numbers.splice(at, 1);
      return;
    }
    this.#head += 1;
    if (this.#head > 1_024 && this.#head * 2 > this.#numbers.length) {
      this.#numbers = this.#numbers.slice(this.#head);
      this.#head = 0;
    }
  }

  range(from: number, to: number): number[] {
    return this.#numbers.slice(this.#find(from), this.#find(to + 1));
  }

  #find(number: number): number {
    const { length } = this.#numbers;
    return this.#head + lowerBound(length - this.#head, (index) => (this.#numbers[this.#head + index] ?? 0) < number);
  }
}
