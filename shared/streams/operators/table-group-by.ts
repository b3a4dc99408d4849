import { type Change, withValueAt } from '../record.js';
import type { TimestampedKeyValueStore } from '../stores/state-store.js';
import type { Operator } from '../topology/graph.js';
import { apart } from './aggregation.js';
import type { KeyValueMapper } from './map.js';
import type { AggregateOptions } from './stream-aggregate.js';

/**
 * Gives each update of a table to the group that it leaves and to the one that it enters, as one update where they are the
 * same. A null group key, or a null value for it, leaves its half out.
 */
export function tableGroupBy<K, V, KG, VG>(
  selector: KeyValueMapper<K, V, readonly [KG, VG]>,
  isSameKey: (a: KG, b: KG) => boolean,
): Operator<K, Change<V>, KG, Change<VG>> {
  return (next) => (record) => {
    const { key, value: change, timestamp, headers } = record;
    const pair = (value: V | null): readonly [KG, VG] | undefined => {
      if (value === null) return undefined;
      const selected = selector(key, value);
      return (selected[0] ?? null) === null || (selected[1] ?? null) === null ? undefined : selected;
    };
    const [newPair, oldPair] = [pair(change.newValue), pair(change.oldValue)];
    if (newPair !== undefined && oldPair !== undefined && isSameKey(oldPair[0], newPair[0])) {
      next({ key: oldPair[0], value: { newValue: newPair[1], oldValue: oldPair[1] }, timestamp, headers });
      return;
    }
    if (oldPair !== undefined) {
      next({ key: oldPair[0], value: { newValue: null, oldValue: oldPair[1] }, timestamp, headers });
    }
    if (newPair !== undefined) {
      next({ key: newPair[0], value: { newValue: newPair[1], oldValue: null }, timestamp, headers });
    }
  };
}

export interface TableAggregateOptions<K, V, VA> extends AggregateOptions<K, V, VA> {
  /** Takes the value of an update that is no more out of the aggregate. */
  readonly subtract: (key: K, value: V, aggregate: VA) => VA | null;
}

/** An aggregate over the rows of a grouped table: what a row was is subtracted before what it is now is added. */
export function tableAggregate<K, V, VA>(
  options: TableAggregateOptions<K, V, VA>,
): Operator<K, Change<V>, K, Change<VA>> {
  const { subtract } = options;
  const { initial, add } = options.aggregation;
  return (next, context) => {
    const store = context.store<TimestampedKeyValueStore<K, VA>>(options.store);
    const sendsOldValues = options.sendsOldValues();
    return (record) => {
      const { key, value: change, timestamp } = record;
      const stored = store.get(key);
      let aggregate: VA | null = stored?.value ?? null;
      const oldValue = sendsOldValues ? apart(aggregate, () => store.get(key)?.value ?? null) : null;
      let newTimestamp = timestamp;
      if (change.oldValue !== null && stored !== undefined && aggregate !== null) {
        aggregate = subtract(key, change.oldValue, aggregate) ?? null;
        newTimestamp = Math.max(timestamp, stored.timestamp);
      }
      if (change.newValue !== null) {
        aggregate = add(key, change.newValue, aggregate ?? initial());
        if (stored !== undefined) newTimestamp = Math.max(timestamp, stored.timestamp);
      }
      store.put(key, aggregate, newTimestamp);
      next(withValueAt(record, { newValue: aggregate, oldValue }, newTimestamp));
    };
  };
}
