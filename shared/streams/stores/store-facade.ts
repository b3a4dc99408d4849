import { KitError } from '#shared/errors';
import type { OperatorContext } from '../runtime/operator-context.js';
import type { StateStore, TimestampedKeyValueStore, TimestampedWindowStore } from './state-store.js';

/** A store as it is read from outside: by a page, or by a query. */
export interface ReadOnlyKeyValueStore<K, V> {
  get(key: K): V | null;
  /** In the order of the keys' bytes; both ends are included. */
  range(from: K, to: K): Iterable<readonly [K, V]>;
  all(): Iterable<readonly [K, V]>;
  /** How many keys there are; persistent stores may give an estimate. */
  approximateNumEntries(): number;
}

/** A store of a processor's own: keys and values, null deleting. */
export interface KeyValueStore<K, V> extends ReadOnlyKeyValueStore<K, V> {
  put(key: K, value: V | null): void;
  /** Puts where there is nothing; gives what was there. */
  putIfAbsent(key: K, value: V): V | null;
  /** Gives what was there. */
  delete(key: K): V | null;
}

/** A window store of a processor's own. */
export interface WindowStore<K, V> {
  put(key: K, value: V | null, windowStart: number): void;
  get(key: K, windowStart: number): V | null;
  /** Start and value of a key's windows, ascending; both ends are included. */
  fetch(key: K, fromStart: number, toStart: number): Iterable<readonly [start: number, value: V]>;
}

/**
 * A store for a processor. Its type is what the caller says: names carry none.
 * @throws KitError 'topology' where the processor is not connected with a store of that name.
 */
export function storeFacade<S>(name: string, connected: readonly string[], context: OperatorContext): S {
  if (!connected.includes(name)) {
    throw new KitError(
      'topology',
      `A processor asks for the store "${name}", which it is not connected with; name it in process(supplier, { stores: ["${name}"] }).`,
    );
  }
  const store = context.store<StateStore>(name);
  if (isKeyValue(store)) return keyValueFacade(store, context) as S;
  if (isWindow(store)) return windowFacade(store, context) as S;
  return store as unknown as S;
}

function isKeyValue(store: StateStore): store is TimestampedKeyValueStore<unknown, unknown> {
  return 'entries' in store;
}

function isWindow(store: StateStore): store is TimestampedWindowStore<unknown, unknown> {
  return 'fetchAll' in store;
}

/** A table's store without its timestamps. */
export function readOnlyFacade<K, V>(store: TimestampedKeyValueStore<K, V>): ReadOnlyKeyValueStore<K, V> {
  return {
    get: (key) => store.get(key)?.value ?? null,
    range: (from, to) => valuesOf(store.entries(from, to)),
    all: () => valuesOf(store.entries()),
    approximateNumEntries: () => store.size,
  };
}

function keyValueFacade<K, V>(store: TimestampedKeyValueStore<K, V>, context: OperatorContext): KeyValueStore<K, V> {
  const get = (key: K): V | null => store.get(key)?.value ?? null;
  const put = (key: K, value: V | null): void => store.put(key, value ?? null, timeOf(context));
  return {
    ...readOnlyFacade(store),
    put,
    putIfAbsent(key, value) {
      const found = get(key);
      if (found === null) put(key, value);
      return found;
    },
    delete(key) {
      const found = get(key);
      put(key, null);
      return found;
    },
  };
}

function windowFacade<K, V>(store: TimestampedWindowStore<K, V>, context: OperatorContext): WindowStore<K, V> {
  return {
    put: (key, value, start) => store.put(key, value ?? null, timeOf(context), start),
    get: (key, start) => store.get(key, start)?.value ?? null,
    *fetch(key, from, to) {
      for (const { start, value } of store.fetch(key, from, to)) yield [start, value];
    },
  };
}

function* valuesOf<K, V>(entries: Iterable<readonly [K, { readonly value: V }]>): Generator<readonly [K, V]> {
  for (const [key, { value }] of entries) yield [key, value];
}

/** The time of a change in the changelog: of the record that is processed, or of the task in a punctuation. */
function timeOf(context: OperatorContext): number {
  return context.recordContext()?.timestamp ?? Math.max(0, context.streamTime());
}
