import { type Change, withValue } from '../record.js';
import type { TimestampedKeyValueStore } from '../stores/state-store.js';
import type { Operator } from '../topology/graph.js';
import type { Predicate } from './filter.js';
import type { TableState } from './table-source.js';
import type { ValueGetterSupplier } from './value-getter.js';

/** Keeps of a table what the predicate holds for; what no longer passes is deleted below. Null is never asked about. */
export function tableFilter<K, V>(predicate: Predicate<K, V>, state: TableState): Operator<K, Change<V>, K, Change<V>> {
  return (next, context) => {
    const storeName = state.store();
    const store = storeName === undefined ? undefined : context.store<TimestampedKeyValueStore<K, V>>(storeName);
    const sendsOldValues = state.sendsOldValues();
    const passing = (key: K, value: V | null): V | null => (value !== null && predicate(key, value) ? value : null);
    return (record) => {
      const { key, value: change, timestamp } = record;
      const newValue = passing(key, change.newValue);
      let oldValue: V | null = null;
      if (sendsOldValues) oldValue = store ? (store.get(key)?.value ?? null) : passing(key, change.oldValue);
      // It did not pass before either: nobody below has it.
      if (sendsOldValues && oldValue === null && newValue === null) return;
      store?.put(key, newValue, timestamp);
      next(withValue(record, { newValue, oldValue }));
    };
  };
}

export function filterGetter<K, V>(
  parent: ValueGetterSupplier<K, V>,
  predicate: Predicate<K, V>,
): ValueGetterSupplier<K, V> {
  return {
    stores: parent.stores,
    open(context) {
      const get = parent.open(context);
      return (key) => {
        const found = get(key);
        return found !== undefined && predicate(key, found.value) ? found : undefined;
      };
    },
  };
}
