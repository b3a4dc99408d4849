import type { Operator } from '../topology/graph.js';

/** Looks at a record; what it returns is not used. */
export type ForeachAction<K, V> = (key: K, value: V) => void;

export function peek<K, V>(action: ForeachAction<K, V>): Operator<K, V, K, V> {
  return (next) => (record) => {
    action(record.key, record.value);
    next(record);
  };
}

export function foreach<K, V>(action: ForeachAction<K, V>): Operator<K, V, never, never> {
  return () => (record) => action(record.key, record.value);
}
