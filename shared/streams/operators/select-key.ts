import type { Operator } from '../topology.js';

export type KeyMapper<K, V, KR> = (key: K, value: V) => KR;

export function selectKey<K, V, KR>(mapper: KeyMapper<K, V, KR>): Operator<K, V, KR, V> {
  return (next) => (record) => {
    const { key, value, timestamp, headers, origin } = record;
    next({ key: mapper(key, value), value, timestamp, headers, origin });
  };
}
