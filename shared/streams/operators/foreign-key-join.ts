import { createHash } from 'node:crypto';
import { type Change, withValue } from '../record.js';
import type { OperatorContext } from '../runtime/operator-context.js';
import type { Serde } from '../serde.js';
import type { TimestampedKeyValueStore } from '../stores/state-store.js';
import type { Operator } from '../topology/graph.js';
import type { AnyJoiner } from './table-table-join.js';
import type { ValueGetterSupplier } from './value-getter.js';

/**
 * What the table of the foreign keys is to do for a row of the left table: forget its subscription, with or without an
 * answer, or keep it and answer with what it has, or only if it has something.
 * Source: KIP-213, https://cwiki.apache.org/confluence/display/KAFKA/KIP-213
 */
type Instruction = 'delete' | 'delete-and-answer' | 'answer' | 'answer-if-there';

/** A row of the left table asks for the value of its foreign key. */
export interface Subscription<K> {
  /** Of the row's value; null where the row is gone. An answer to an older value is no answer. */
  readonly hash: string | null;
  readonly instruction: Instruction;
  readonly primaryKey: K;
  /** Partition of the left table's task, which the answer goes back to. */
  readonly partition: number;
}

/** What the table of the foreign keys has for a row. */
export interface SubscriptionAnswer<VF> {
  readonly hash: string | null;
  readonly value: VF | null;
  readonly partition: number;
}

/** The foreign key of a row; null where it has none. */
export type ForeignKeyExtractor<K, V, KF> = (value: V, key: K) => KF | null;

interface SendOptions<K, V, KF> {
  readonly type: 'inner' | 'left';
  readonly extractor: ForeignKeyExtractor<K, V, KF>;
  readonly foreignKey: Serde<NonNullable<KF>>;
  readonly hash: (value: V) => string;
}

/** Turns the updates of the left table into subscriptions, keyed by foreign key. */
export function sendSubscriptions<K, V, KF>({
  type,
  extractor,
  foreignKey,
  hash,
}: SendOptions<K, V, KF>): Operator<K, Change<V>, KF | null, Subscription<K>> {
  const keyOf = (key: K, value: V | null): NonNullable<KF> | null =>
    value === null ? null : (extractor(value, key) ?? null);
  const isSame = (a: NonNullable<KF>, b: NonNullable<KF>): boolean =>
    a === b || foreignKey.serialize(a).equals(foreignKey.serialize(b));
  return (next, context) => {
    const partition = partitionOf(context);
    return (record) => {
      const { key, value: change } = record;
      const { newValue, oldValue } = change;
      const [oldKey, newKey] = [keyOf(key, oldValue), keyOf(key, newValue)];
      const newHash = newValue === null ? null : hash(newValue);
      const send = (to: KF | null, instruction: Instruction): void => {
        const { timestamp, headers } = record;
        next({ key: to, value: { hash: newHash, instruction, primaryKey: key, partition }, timestamp, headers });
      };
      if (newValue === null && oldValue === null) return;
      if (type === 'left') {
        if (oldKey !== null && (newKey === null || !isSame(oldKey, newKey))) send(oldKey, 'delete');
        // A row that is gone asks, too, under no key: the answer is its tombstone.
        return send(newKey, 'answer');
      }
      if (newKey === null) {
        if (newValue !== null) context.drop('null');
        if (oldKey !== null) send(oldKey, 'delete-and-answer');
        return;
      }
      if (oldKey === null) return send(newKey, 'answer-if-there');
      if (isSame(oldKey, newKey)) return send(newKey, 'answer-if-there');
      send(oldKey, 'delete');
      send(newKey, 'answer');
    };
  };
}

/** Keeps the subscriptions to each foreign key, and answers them from the table of the foreign keys. */
export function receiveSubscriptions<K, KF, VF>(
  storeName: string,
  keys: SubscriptionKeys<K, KF>,
  foreign: ValueGetterSupplier<KF, VF>,
): Operator<KF | null, Subscription<K>, K, SubscriptionAnswer<VF>> {
  return (next, context) => {
    const store = context.store<TimestampedKeyValueStore<Buffer, Subscription<K>>>(storeName);
    const get = foreign.open(context);
    return (record) => {
      const { key, value: subscription, timestamp, headers } = record;
      const { instruction, primaryKey, hash, partition } = subscription;
      if (key === null && instruction !== 'answer') return context.drop('null');
      const isDeleted = instruction === 'delete' || instruction === 'delete-and-answer';
      if (key !== null) store.put(keys.combine(key, primaryKey), isDeleted ? null : subscription, timestamp);
      const found = key === null ? undefined : get(key);
      if (instruction === 'delete' || (instruction === 'answer-if-there' && found === undefined)) return;
      const value = instruction === 'delete-and-answer' ? null : (found?.value ?? null);
      const answeredAt = Math.max(timestamp, found?.timestamp ?? -1);
      next({ key: primaryKey, value: { hash, value, partition }, timestamp: answeredAt, headers });
    };
  };
}

/** Tells every row that subscribed to a foreign key of its new value. */
export function notifySubscribers<K, KF, VF>(
  storeName: string,
  keys: SubscriptionKeys<K, KF>,
): Operator<KF, Change<VF>, K, SubscriptionAnswer<VF>> {
  return (next, context) => {
    const store = context.store<TimestampedKeyValueStore<Buffer, Subscription<K>>>(storeName);
    return (record) => {
      const { key, value: change, timestamp, headers } = record;
      if (key === null) return context.drop('null');
      const prefix = keys.prefix(key);
      for (const [combined, { value: subscription }] of store.entries(prefix, increment(prefix))) {
        if (!combined.subarray(0, prefix.length).equals(prefix)) break;
        const { primaryKey, hash, partition } = subscription;
        next({ key: primaryKey, value: { hash, value: change.newValue, partition }, timestamp, headers });
      }
    };
  };
}

interface ResolveOptions<K, V, VO> {
  readonly type: 'inner' | 'left';
  readonly left: ValueGetterSupplier<K, V>;
  readonly hash: (value: V) => string;
  readonly joiner: AnyJoiner<K, VO>;
}

/** Joins an answer with the row that asked, if that has not changed meanwhile. */
export function resolveAnswers<K, V, VF, VO>({
  type,
  left,
  hash,
  joiner,
}: ResolveOptions<K, V, VO>): Operator<K, SubscriptionAnswer<VF>, K, VO | null> {
  return (next, context) => {
    const get = left.open(context);
    return (record) => {
      const { key, value: answer } = record;
      const row = get(key);
      if (answer.hash !== (row === undefined ? null : hash(row.value))) return context.drop('stale');
      const hasResult = row !== undefined && (answer.value !== null || type === 'left');
      next(withValue(record, hasResult ? (joiner(row.value, answer.value, key) ?? null) : null));
    };
  };
}

/** A hash of a value as it is serialized. */
export function valueHash<V>(serde: Serde<NonNullable<V>>): (value: V) => string {
  // A row that is there has a value.
  return (value) =>
    createHash('md5')
      .update(serde.serialize(value as NonNullable<V>))
      .digest('base64');
}

/** Foreign and primary key as one, so that the subscriptions to a foreign key lie side by side. */
export class SubscriptionKeys<K, KF> {
  readonly #primary: Serde<NonNullable<K>>;
  readonly #foreign: Serde<NonNullable<KF>>;

  constructor(primary: Serde<NonNullable<K>>, foreign: Serde<NonNullable<KF>>) {
    this.#primary = primary;
    this.#foreign = foreign;
  }

  prefix(foreignKey: KF): Buffer {
    const bytes = this.#foreign.serialize(foreignKey as NonNullable<KF>);
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  }

  combine(foreignKey: KF, primaryKey: K): Buffer {
    return Buffer.concat([this.prefix(foreignKey), this.#primary.serialize(primaryKey as NonNullable<K>)]);
  }
}

/** The next bytes of the same length. */
function increment(bytes: Buffer): Buffer {
  const next = Buffer.from(bytes);
  for (let at = next.length - 1; at >= 0; at--) {
    next[at] = ((next[at] ?? 0) + 1) & 0xff;
    if (next[at] !== 0) break;
  }
  return next;
}

/** Task ids end with their partition. */
function partitionOf({ taskId }: OperatorContext): number {
  return Number(taskId.slice(taskId.lastIndexOf('_') + 1));
}
