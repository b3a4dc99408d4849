import type { Operator } from '../topology/graph.js';

export type Predicate<K, V> = (key: K, value: V) => boolean;

export function filter<K, V>(predicate: Predicate<K, V>): Operator<K, V, K, V> {
  return (next) => (record) => {
    if (predicate(record.key, record.value)) next(record);
  };
}

export function filterNot<K, V>(predicate: Predicate<K, V>): Operator<K, V, K, V> {
  return filter((key, value) => !predicate(key, value));
}
