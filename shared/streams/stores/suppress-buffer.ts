import type { RecordHeaders } from '#shared/kafka';
import type { Change, RecordContext, ValueAndTimestamp } from '../record.js';
import { type Serde, serdes } from '../serde.js';
import { ChangedKeys, StoreMetadata } from './changes.js';
import type { StoreSerdes } from './in-memory-key-value-store.js';
import { type KeyCodec, keyCodec } from './key-codec.js';
import { paddedTime } from './padded-time.js';
import { SortedMap } from './sorted-map.js';
import type { ChangelogWriter, StateStore } from './state-store.js';

/** An update that is held back. */
export interface Suppressed<K, V> {
  readonly key: K;
  readonly change: Change<V>;
  /** What the table held when the first of the updates came that this one stands for. */
  readonly prior: V | null;
  readonly timestamp: number;
  readonly headers: RecordHeaders;
  readonly context: RecordContext;
}

interface Held<K, V> extends Suppressed<K, V> {
  readonly id: string;
  /** The time that decides when it is let go: of the first of its updates. */
  readonly time: number;
  readonly bytes: number;
}

/** What the parts of an update are called in the changelog. */
interface LoggedUpdate {
  readonly time: number;
  readonly newValue: string | null;
  readonly oldValue: string | null;
  readonly prior: string | null;
  readonly headers: readonly (readonly [string, string | null])[];
}

/** Updates of a table, held back until they are let go in the order of their times, then keys. A later update of a key takes the place of an earlier one. */
export class SuppressBuffer<K, V> implements StateStore {
  readonly persistent = false;
  readonly #keys: KeyCodec<K>;
  readonly #values: Serde<NonNullable<V>>;
  readonly #byKey = new Map<string, Held<K, V>>();
  readonly #byTime = new SortedMap<Held<K, V>>();
  readonly #metadata = new StoreMetadata();
  readonly #changed: ChangedKeys<number>;
  readonly #measuresBytes: boolean;
  #bytes = 0;

  constructor(
    readonly name: string,
    { key, value }: StoreSerdes<K, V>,
    { logging, measuresBytes }: { readonly logging: boolean; readonly measuresBytes: boolean },
  ) {
    this.#keys = keyCodec(key);
    this.#values = value;
    this.#measuresBytes = measuresBytes;
    this.#changed = new ChangedKeys(logging);
  }

  get records(): number {
    return this.#byKey.size;
  }

  /** Of keys and values as they are serialized; 0 where nobody asked for it. */
  get bytes(): number {
    return this.#bytes;
  }

  put(time: number, update: Omit<Suppressed<K, V>, 'prior'>): void {
    const id = this.#keys.id(update.key);
    const earlier = this.#byKey.get(id);
    this.#set({
      ...update,
      id,
      time: earlier?.time ?? time,
      prior: earlier === undefined ? update.change.oldValue : earlier.prior,
      bytes: this.#measuresBytes ? this.#sizeOf(id, update.change) : 0,
    });
    this.#changed.add(id, update.timestamp);
  }

  /** Lets go, one after the other, as long as the next one may. */
  evictWhile(mayGo: (time: number) => boolean, letGo: (update: Suppressed<K, V>) => void): void {
    for (let first = this.#first(); first !== undefined && mayGo(first.time); first = this.#first()) {
      letGo(first);
      this.#remove(first);
      this.#changed.add(first.id, first.timestamp);
    }
  }

  /** What the table held before the updates of a key that are held back here; undefined where none are. */
  prior(key: K): { readonly value: ValueAndTimestamp<V> | undefined } | undefined {
    const held = this.#byKey.get(this.#keys.id(key));
    if (held === undefined) return undefined;
    return { value: held.prior === null ? undefined : { value: held.prior, timestamp: -1 } };
  }

  drainChanges(write: ChangelogWriter): void {
    for (const [id, timestamp] of this.#changed.drain()) {
      const held = this.#byKey.get(id);
      write(this.#keys.bytes(id), held === undefined ? null : this.#log(held), held?.timestamp ?? timestamp);
    }
    this.#metadata.drain(write);
  }

  restore(key: Buffer, value: Buffer | null, timestamp: number): void {
    if (this.#metadata.restore(key, value)) return;
    const id = this.#keys.idOfBytes(key);
    if (value === null) {
      const held = this.#byKey.get(id);
      if (held !== undefined) this.#remove(held);
      return;
    }
    const logged = serdes.json<LoggedUpdate>().deserialize(value);
    const read = (text: string | null): V | null =>
      text === null ? null : this.#values.deserialize(Buffer.from(text, 'base64'));
    const change = { newValue: read(logged.newValue), oldValue: read(logged.oldValue) };
    const headers = Object.fromEntries(
      logged.headers.map(([name, bytes]) => [name, bytes === null ? null : Buffer.from(bytes, 'base64')]),
    );
    this.#set({
      id,
      key: this.#keys.key(id),
      time: logged.time,
      change,
      prior: read(logged.prior),
      timestamp,
      headers,
      context: undefined,
      bytes: this.#measuresBytes ? this.#sizeOf(id, change) : 0,
    });
  }

  metadata(name: string): number | undefined {
    return this.#metadata.get(name);
  }

  setMetadata(name: string, value: number): void {
    this.#metadata.set(name, value);
  }

  close(): void {
    this.#byKey.clear();
    this.#byTime.clear();
  }

  #first(): Held<K, V> | undefined {
    const key = this.#byTime.firstKey();
    return key === undefined ? undefined : this.#byTime.get(key);
  }

  #set(held: Held<K, V>): void {
    const earlier = this.#byKey.get(held.id);
    if (earlier !== undefined) this.#remove(earlier);
    this.#byKey.set(held.id, held);
    this.#byTime.set(orderOf(held), held);
    this.#bytes += held.bytes;
  }

  #remove(held: Held<K, V>): void {
    this.#byKey.delete(held.id);
    this.#byTime.delete(orderOf(held));
    this.#bytes -= held.bytes;
  }

  #sizeOf(id: string, { newValue, oldValue }: Change<V>): number {
    const sizeOf = (value: V | null): number =>
      value === null ? 0 : this.#values.serialize(value as NonNullable<V>).length;
    return 8 + this.#keys.bytes(id).length + sizeOf(newValue) + sizeOf(oldValue);
  }

  #log({ time, change, prior, headers }: Held<K, V>): Buffer {
    const text = (value: V | null): string | null =>
      value === null ? null : this.#values.serialize(value as NonNullable<V>).toString('base64');
    const pairs = Object.entries(headers).flatMap(([name, given]) =>
      (Array.isArray(given) ? given : [given]).map(
        (value) =>
          [name, value === null || value === undefined ? null : Buffer.from(value).toString('base64')] as const,
      ),
    );
    const logged: LoggedUpdate = {
      time,
      newValue: text(change.newValue),
      oldValue: text(change.oldValue),
      prior: text(prior),
      headers: pairs,
    };
    return serdes.json<LoggedUpdate>().serialize(logged);
  }
}

function orderOf({ time, id }: { readonly time: number; readonly id: string }): string {
  return `${paddedTime(time)}${id}`;
}
