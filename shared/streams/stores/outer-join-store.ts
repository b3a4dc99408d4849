import type { Serde } from '../serde.js';
import { ChangedKeys, StoreMetadata } from './changes.js';
import { KeptValues } from './kept-values.js';
import { type KeyCodec, keyCodec } from './key-codec.js';
import { paddedTime } from './padded-time.js';
import { SortedMap } from './sorted-map.js';
import type { ChangelogWriter, StateStore } from './state-store.js';

/** The side of a stream-stream join that a record came in by. */
export type JoinSide = 'left' | 'right';

/** Records of one side, key and time that wait for a partner, in the order of their arrival. */
export interface WaitingRecords<K> {
  readonly side: JoinSide;
  readonly key: K;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly values: readonly unknown[];
}

interface Waiting<K> extends Omit<WaitingRecords<K>, 'values'> {
  readonly id: string;
  readonly values: Buffer[];
}

/** Records of a left or outer join that have met no partner yet. Walked by time, right before left, then by key. */
export class OuterJoinStore<K> implements StateStore {
  readonly persistent = false;
  readonly #keys: KeyCodec<K>;
  readonly #values: Readonly<Record<JoinSide, KeptValues<unknown>>>;
  readonly #waiting = new SortedMap<Waiting<K>>();
  readonly #metadata = new StoreMetadata();
  readonly #changed: ChangedKeys<Pick<Waiting<K>, 'id' | 'side' | 'timestamp'>>;

  constructor(
    readonly name: string,
    {
      key,
      left,
      right,
    }: { readonly key: Serde<NonNullable<K>>; readonly left: Serde<unknown>; readonly right: Serde<unknown> },
    { logging }: { readonly logging: boolean },
  ) {
    this.#keys = keyCodec(key);
    // What waits for a partner is never null.
    const kept = (serde: Serde<unknown>) => new KeptValues<unknown>(serde as Serde<NonNullable<unknown>>);
    this.#values = { left: kept(left), right: kept(right) };
    this.#changed = new ChangedKeys(logging);
  }

  add(side: JoinSide, key: K, timestamp: number, value: unknown): void {
    const id = this.#keys.id(key);
    const order = orderOf(side, id, timestamp);
    const bytes = this.#values[side].serialize(value);
    const waiting = this.#waiting.get(order);
    if (waiting === undefined) this.#waiting.set(order, { id, side, key, timestamp, values: [bytes] });
    else waiting.values.push(bytes);
    this.#changed.add(order, { id, side, timestamp });
  }

  /** Takes out all that waits on that side with that key and time. */
  remove(side: JoinSide, key: K, timestamp: number): void {
    const id = this.#keys.id(key);
    const order = orderOf(side, id, timestamp);
    if (this.#waiting.delete(order)) this.#changed.add(order, { id, side, timestamp });
  }

  *all(): Generator<WaitingRecords<K>> {
    for (const [, { side, key, timestamp, values }] of this.#waiting.entries()) {
      yield { side, key, timestamp, values: values.map((bytes) => this.#values[side].read(bytes)) };
    }
  }

  drainChanges(write: ChangelogWriter): void {
    for (const [order, { id, side, timestamp }] of this.#changed.drain()) {
      const waiting = this.#waiting.get(order);
      const key = this.#keys.bytes(id);
      const bytes = Buffer.allocUnsafe(9 + key.length);
      bytes.writeBigInt64BE(BigInt(timestamp), 0);
      bytes.writeInt8(side === 'left' ? 1 : 0, 8);
      key.copy(bytes, 9);
      write(bytes, waiting === undefined ? null : list(waiting.values), timestamp);
    }
    this.#metadata.drain(write);
  }

  restore(bytes: Buffer, value: Buffer | null): void {
    if (this.#metadata.restore(bytes, value)) return;
    const timestamp = Number(bytes.readBigInt64BE(0));
    const side = bytes.readInt8(8) === 1 ? 'left' : 'right';
    const id = this.#keys.idOfBytes(bytes.subarray(9));
    const order = orderOf(side, id, timestamp);
    if (value === null) this.#waiting.delete(order);
    else {
      this.#waiting.set(order, { id, side, key: this.#keys.key(id), timestamp, values: unlist(value) });
    }
  }

  metadata(name: string): number | undefined {
    return this.#metadata.get(name);
  }

  setMetadata(name: string, value: number): void {
    this.#metadata.set(name, value);
  }

  /** Records of one side, key and time count as one. */
  get size(): number {
    return this.#waiting.size;
  }

  close(): void {
    this.#waiting.clear();
  }
}

/** Each behind its length. */
function list(values: readonly Buffer[]): Buffer {
  return Buffer.concat(
    values.flatMap((bytes) => {
      const length = Buffer.allocUnsafe(4);
      length.writeInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

function unlist(bytes: Buffer): Buffer[] {
  const values: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readInt32BE(at);
    // A copy: what is fetched is a view of a whole fetch.
    values.push(Buffer.from(bytes.subarray(at + 4, end)));
    at = end;
  }
  return values;
}

function orderOf(side: JoinSide, id: string, timestamp: number): string {
  return `${paddedTime(timestamp)}${side === 'left' ? 1 : 0}${id}`;
}
