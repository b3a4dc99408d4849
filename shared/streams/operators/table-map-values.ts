import { type Change, withValue } from '../record.js';
import type { TimestampedKeyValueStore } from '../stores/state-store.js';
import type { Operator } from '../topology/graph.js';
import type { ValueMapper } from './map-values.js';
import type { TableState } from './table-source.js';
import type { ValueGetterSupplier } from './value-getter.js';

/** Gives each value of a table another; null stays null and is not mapped. */
export function tableMapValues<K, V, VR>(
  mapper: ValueMapper<K, V, VR>,
  state: TableState,
): Operator<K, Change<V>, K, Change<VR>> {
  return (next, context) => {
    const storeName = state.store();
    const store = storeName === undefined ? undefined : context.store<TimestampedKeyValueStore<K, VR>>(storeName);
    const sendsOldValues = state.sendsOldValues();
    const mapped = (key: K, value: V | null): VR | null => (value === null ? null : (mapper(value, key) ?? null));
    return (record) => {
      const { key, value: change, timestamp } = record;
      const newValue = mapped(key, change.newValue);
      let oldValue: VR | null = null;
      if (sendsOldValues) oldValue = store ? (store.get(key)?.value ?? null) : mapped(key, change.oldValue);
      store?.put(key, newValue, timestamp);
      next(withValue(record, { newValue, oldValue }));
    };
  };
}

export function mapValuesGetter<K, V, VR>(
  parent: ValueGetterSupplier<K, V>,
  mapper: ValueMapper<K, V, VR>,
): ValueGetterSupplier<K, VR> {
  return {
    stores: parent.stores,
    open(context) {
      const get = parent.open(context);
      return (key) => {
        const found = get(key);
        const value = found === undefined ? null : (mapper(found.value, key) ?? null);
        return found === undefined || value === null ? undefined : { value, timestamp: found.timestamp };
      };
    },
  };
}
