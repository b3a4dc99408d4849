import type { Operator } from '../topology.js';

export type Predicate<K, V> = (key: K, value: V) => boolean;

export function filter<K, V>(predicate: Predicate<K, V>): Operator<K, V, K, V> {
  return (next) => (record) => {
    if (predicate(record.key, record.value)) next(record);
  };
}
