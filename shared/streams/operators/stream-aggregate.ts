import { type Change, withValueAt } from '../record.js';
import type { TimestampedKeyValueStore } from '../stores/state-store.js';
import type { Operator } from '../topology/graph.js';
import { type Aggregation, apart } from './aggregation.js';

export interface AggregateOptions<K, V, VA> {
  readonly store: string;
  readonly aggregation: Aggregation<K, V, VA>;
  /** Settled when the topology is built. */
  readonly sendsOldValues: () => boolean;
}

/** An aggregate for each key. Null keys and null values are dropped. */
export function streamAggregate<K, V, VA>(options: AggregateOptions<K, V, VA>): Operator<K, V, K, Change<VA>> {
  const { initial, add } = options.aggregation;
  return (next, context) => {
    const store = context.store<TimestampedKeyValueStore<K, VA>>(options.store);
    const sendsOldValues = options.sendsOldValues();
    return (record) => {
      const { key, value, timestamp } = record;
      if (key === null || value === null) return context.drop('null');
      const stored = store.get(key);
      // As in Kafka Streams, the first update comes from the initializer's value, not from nothing.
      const oldAggregate = stored === undefined ? initial() : stored.value;
      const oldValue = sendsOldValues
        ? apart(oldAggregate, () => (stored === undefined ? initial() : (store.get(key)?.value ?? null)))
        : null;
      const newTimestamp = stored === undefined ? timestamp : Math.max(timestamp, stored.timestamp);
      const newAggregate = add(key, value, oldAggregate);
      store.put(key, newAggregate, newTimestamp);
      next(withValueAt(record, { newValue: newAggregate, oldValue }, newTimestamp));
    };
  };
}
