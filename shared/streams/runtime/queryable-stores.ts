import { KitError } from '#shared/errors';
import type {
  SessionEntry,
  SessionStore,
  StateStore,
  TimestampedKeyValueStore,
  TimestampedWindowStore,
  WindowEntry,
} from '../stores/state-store.js';
import type { ReadOnlyKeyValueStore } from '../stores/store-facade.js';

/** A window store as it is read from outside. */
export interface ReadOnlyWindowStore<K, V> {
  get(key: K, windowStart: number): V | null;
  /** Windows of a key, ascending by start; both ends are included. */
  fetch(key: K, fromStart: number, toStart: number): readonly WindowEntry<K, V>[];
  /** Windows of all keys. */
  fetchAll(fromStart: number, toStart: number): readonly WindowEntry<K, V>[];
}

/** A session store as it is read from outside. */
export interface ReadOnlySessionStore<K, V> {
  /** All sessions of a key, ascending by end. */
  fetch(key: K): readonly SessionEntry<K, V>[];
}

/**
 * Interactive queries: the stores of an instance, by name, over the tasks that it has now. Each call looks anew; what other
 * instances have is not here. A transaction that is still open can be seen, as in Kafka Streams.
 */
export interface QueryableStores {
  /** @throws KitError 'topology' where there is no such store here, or it is of another kind. */
  keyValue<K, V>(name: string): ReadOnlyKeyValueStore<K, V>;
  window<K, V>(name: string): ReadOnlyWindowStore<K, V>;
  session<K, V>(name: string): ReadOnlySessionStore<K, V>;
  /** How many entries each store has here, by its name. */
  sizes(): ReadonlyMap<string, number>;
}

export function queryableStores(
  tasks: () => readonly (readonly StateStore[])[],
  globalStores: ReadonlyMap<string, StateStore>,
): QueryableStores {
  const find = <S extends StateStore>(name: string, method: string): S[] => {
    const global = globalStores.get(name);
    const found =
      global === undefined ? tasks().flatMap((stores) => stores.filter((store) => store.name === name)) : [global];
    if (found.length === 0) {
      throw new KitError(
        'topology',
        `There is no store "${name}" on this instance; it has none of its tasks now, or the topology has no such store.`,
      );
    }
    if (!found.every((store) => method in store))
      throw new KitError('topology', `The store "${name}" is of another kind than asked for.`);
    // What it can do has just been looked at; its types are the caller's to say.
    return found as S[];
  };
  return {
    keyValue<K, V>(name: string): ReadOnlyKeyValueStore<K, V> {
      const all = () => find<TimestampedKeyValueStore<K, V>>(name, 'entries');
      all();
      return {
        get(key) {
          for (const store of all()) {
            const found = store.get(key);
            if (found !== undefined) return found.value;
          }
          return null;
        },
        *range(from, to) {
          for (const store of all()) for (const [key, { value }] of store.entries(from, to)) yield [key, value];
        },
        *all() {
          for (const store of all()) for (const [key, { value }] of store.entries()) yield [key, value];
        },
        approximateNumEntries: () => all().reduce((sum, { size }) => sum + size, 0),
      };
    },
    window<K, V>(name: string): ReadOnlyWindowStore<K, V> {
      const all = () => find<TimestampedWindowStore<K, V>>(name, 'fetchAll');
      all();
      return {
        get(key, start) {
          for (const store of all()) {
            const found = store.get(key, start);
            if (found !== undefined) return found.value;
          }
          return null;
        },
        fetch: (key, from, to) => all().flatMap((store) => store.fetch(key, from, to)),
        fetchAll: (from, to) => all().flatMap((store) => store.fetchAll(from, to)),
      };
    },
    session<K, V>(name: string): ReadOnlySessionStore<K, V> {
      const all = () => find<SessionStore<K, V>>(name, 'findSessions');
      all();
      return { fetch: (key) => all().flatMap((store) => store.findSessions(key, 0, Number.MAX_SAFE_INTEGER)) };
    },
    sizes() {
      const sizes = new Map<string, number>();
      for (const { name, size } of [...tasks().flat(), ...globalStores.values()]) {
        sizes.set(name, (sizes.get(name) ?? 0) + size);
      }
      return sizes;
    },
  };
}
