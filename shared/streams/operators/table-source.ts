import { type Change, withValue } from '../record.js';
import type { TimestampedKeyValueStore } from '../stores/state-store.js';
import type { Operator } from '../topology/graph.js';

/** What becomes of a table while the topology is built. */
export interface TableState {
  /** The store, where the table has one. */
  readonly store: () => string | undefined;
  readonly sendsOldValues: () => boolean;
}

/** Makes a table of a stream of updates, null deleting. Null keys are dropped; an update out of order counts as the newest. */
export function tableSource<K, V>(state: TableState): Operator<K, V | null, K, Change<V>> {
  return (next, context) => {
    const storeName = state.store();
    const store = storeName === undefined ? undefined : context.store<TimestampedKeyValueStore<K, V>>(storeName);
    const sendsOldValues = state.sendsOldValues();
    return (record) => {
      const { key, value, timestamp } = record;
      if (key === null) return context.drop('null');
      const oldValue = sendsOldValues ? (store?.get(key)?.value ?? null) : null;
      store?.put(key, value, timestamp);
      next(withValue(record, { newValue: value, oldValue }));
    };
  };
}
