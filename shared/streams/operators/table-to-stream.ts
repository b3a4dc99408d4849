import { type Change, withValue } from '../record.js';
import type { Operator } from '../topology/graph.js';

/** A table's updates as records; a deletion has a null value. */
export function tableToStream<K, V>(): Operator<K, Change<V>, K, V | null> {
  return (next) => (record) => next(withValue(record, record.value.newValue));
}
