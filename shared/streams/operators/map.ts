import { defined } from '../record.js';
import type { Operator } from '../topology/graph.js';

/** A key and a value for another record. */
export type KeyValueMapper<K, V, R> = (key: K, value: V) => R;

export function map<K, V, KR, VR>(mapper: KeyValueMapper<K, V, readonly [KR, VR]>): Operator<K, V, KR, VR> {
  return (next) => (record) => {
    const [key, value] = mapper(record.key, record.value);
    const { timestamp, headers } = record;
    next({ key: defined(key), value: defined(value), timestamp, headers });
  };
}

export function flatMap<K, V, KR, VR>(
  mapper: KeyValueMapper<K, V, Iterable<readonly [KR, VR]>>,
): Operator<K, V, KR, VR> {
  return (next) => (record) => {
    const { timestamp, headers } = record;
    for (const [key, value] of mapper(record.key, record.value)) {
      next({ key: defined(key), value: defined(value), timestamp, headers });
    }
  };
}

export function selectKey<K, V, KR>(mapper: KeyValueMapper<K, V, KR>): Operator<K, V, KR, V> {
  return (next) => (record) => {
    const { value, timestamp, headers } = record;
    next({ key: defined(mapper(record.key, value)), value, timestamp, headers });
  };
}
