import type { RecordHeaders } from '#shared/kafka';
import type { Change, RecordContext, ValueAndTimestamp } from '../record.js';
import { serdes } from '../serde.js';
import { ChangedKeys, StoreMetadata } from './changes.js';
import type { StoreSerdes } from './in-memory-key-value-store.js';
import { KeptValues } from './kept-values.js';
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

/** An update with its values as bytes: nobody who hands on a value may change what is held back. */
interface Held<K> extends Omit<Suppressed<K, unknown>, 'change' | 'prior' | 'headers' | 'context'> {
  headers: RecordHeaders;
  context: RecordContext;
  readonly id: string;
  readonly newValue: Buffer | null;
  readonly oldValue: Buffer | null;
  readonly prior: Buffer | null;
  /** The time that decides when it is let go: of the first of its updates. */
  readonly time: number;
  /** Where it stands among the others. */
  readonly order: string;
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
  readonly #values: KeptValues<V>;
  readonly #byKey = new Map<string, Held<K>>();
  readonly #byTime = new SortedMap<Held<K>>();
  readonly #metadata = new StoreMetadata();
  readonly #changed: ChangedKeys<number>;
  readonly #logging: boolean;
  readonly #measuresBytes: boolean;
  #bytes = 0;

  constructor(
    readonly name: string,
    { key, value }: StoreSerdes<K, V>,
    { logging, measuresBytes }: { readonly logging: boolean; readonly measuresBytes: boolean },
  ) {
    this.#keys = keyCodec(key);
    this.#values = new KeptValues(value);
    this.#logging = logging;
    this.#measuresBytes = measuresBytes;
    this.#changed = new ChangedKeys(logging);
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Of keys and values as they are serialized; 0 where nobody asked for it. */
  get bytes(): number {
    return this.#bytes;
  }

  put(time: number, { change, ...update }: Omit<Suppressed<K, V>, 'prior'>): void {
    const id = this.#keys.id(update.key);
    const earlier = this.#byKey.get(id);
    const [newValue, oldValue] = [this.#bytesOf(change.newValue), this.#bytesOf(change.oldValue)];
    // Written out: an update comes for every record, and a spread costs several times as much.
    const held = {
      key: update.key,
      timestamp: update.timestamp,
      headers: update.headers,
      context: update.context,
      id,
      newValue,
      oldValue,
      time: earlier?.time ?? time,
      order: earlier?.order ?? orderOf(time, id),
      prior: earlier === undefined ? oldValue : earlier.prior,
      bytes: this.#measuresBytes ? this.#sizeOf(id, newValue, oldValue) : 0,
    };
    if (!this.#logging) own(held);
    this.#set(held, earlier);
    this.#changed.add(id, update.timestamp);
  }

  /** Lets go, one after the other, as long as the next one may. */
  evictWhile(mayGo: (time: number) => boolean, letGo: (update: Suppressed<K, V>) => void): void {
    for (let first = this.#first(); first !== undefined && mayGo(first.time); first = this.#first()) {
      const { key, newValue, oldValue, prior, timestamp, headers, context } = first;
      const change = { newValue: this.#valueOf(newValue), oldValue: this.#valueOf(oldValue) };
      letGo({ key, change, prior: this.#valueOf(prior), timestamp, headers, context });
      this.#remove(first);
      this.#changed.add(first.id, first.timestamp);
    }
  }

  /** What the table held before the updates of a key that are held back here; undefined where none are. */
  prior(key: K): { readonly value: ValueAndTimestamp<V> | undefined } | undefined {
    const held = this.#byKey.get(this.#keys.id(key));
    if (held === undefined) return undefined;
    return { value: held.prior === null ? undefined : { value: this.#values.read(held.prior), timestamp: -1 } };
  }

  drainChanges(write: ChangelogWriter): void {
    for (const [id, timestamp] of this.#changed.drain()) {
      const held = this.#byKey.get(id);
      // Most updates are replaced before the next commit: what is left is worth a copy.
      if (held !== undefined) own(held);
      write(this.#keys.bytes(id), held === undefined ? null : log(held), held?.timestamp ?? timestamp);
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
    const read = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text, 'base64'));
    const [newValue, oldValue] = [read(logged.newValue), read(logged.oldValue)];
    const held = {
      id,
      key: this.#keys.key(id),
      time: logged.time,
      order: orderOf(logged.time, id),
      newValue,
      oldValue,
      prior: read(logged.prior),
      timestamp,
      headers: headersOf(logged.headers),
      context: undefined,
      bytes: this.#measuresBytes ? this.#sizeOf(id, newValue, oldValue) : 0,
    };
    this.#set(held, this.#byKey.get(id));
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

  #first(): Held<K> | undefined {
    const key = this.#byTime.firstKey();
    return key === undefined ? undefined : this.#byTime.get(key);
  }

  #set(held: Held<K>, earlier: Held<K> | undefined): void {
    if (earlier !== undefined && earlier.order !== held.order) this.#byTime.delete(earlier.order);
    this.#byKey.set(held.id, held);
    this.#byTime.set(held.order, held);
    this.#bytes += held.bytes - (earlier?.bytes ?? 0);
  }

  #remove(held: Held<K>): void {
    this.#byKey.delete(held.id);
    this.#byTime.delete(held.order);
    this.#bytes -= held.bytes;
  }

  #sizeOf(id: string, newValue: Buffer | null, oldValue: Buffer | null): number {
    return 8 + this.#keys.bytes(id).length + (newValue?.length ?? 0) + (oldValue?.length ?? 0);
  }

  #bytesOf(value: V | null): Buffer | null {
    return value === null ? null : this.#values.serialize(value);
  }

  #valueOf(bytes: Buffer | null): V | null {
    return bytes === null ? null : this.#values.read(bytes);
  }
}

function log({ time, newValue, oldValue, prior, headers }: Held<unknown>): Buffer {
  const text = (bytes: Buffer | null): string | null => bytes?.toString('base64') ?? null;
  const pairs = Object.entries(headers).flatMap(([name, given]) =>
    (Array.isArray(given) ? given : [given]).map(
      (value) => [name, value === null || value === undefined ? null : Buffer.from(value).toString('base64')] as const,
    ),
  );
  const logged: LoggedUpdate = {
    time,
    newValue: text(newValue),
    oldValue: text(oldValue),
    prior: text(prior),
    headers: pairs,
  };
  return serdes.json<LoggedUpdate>().serialize(logged);
}

/** A header that occurs more than once has all its values, in order. */
function headersOf(pairs: LoggedUpdate['headers']): RecordHeaders {
  const headers: Record<string, RecordHeaders[string]> = {};
  for (const [name, text] of pairs) {
    const value = text === null ? null : Buffer.from(text, 'base64');
    const earlier = headers[name];
    headers[name] = name in headers ? ([earlier, value].flat() as RecordHeaders[string]) : value;
  }
  return headers;
}

function orderOf(time: number, id: string): string {
  return `${paddedTime(time)}${id}`;
}

/** Copies what is a view of a whole fetch, which what is held back for long must not keep alive. */
function own(held: Held<unknown>): void {
  const { headers, context } = held;
  held.headers = copied(headers);
  held.context = context && {
    ...context,
    key: context.key && Buffer.from(context.key),
    value: context.value && Buffer.from(context.value),
    headers: copied(context.headers),
  };
}

function copied<H extends RecordHeaders>(headers: H): H {
  const copy = (value: unknown): unknown =>
    Buffer.isBuffer(value) ? Buffer.from(value) : Array.isArray(value) ? value.map(copy) : value;
  // The same headers with the same kinds of values.
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, copy(value)])) as H;
}
