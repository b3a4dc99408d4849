import { defined, withValue } from '../record.js';
import type { Operator } from '../topology/graph.js';
import type { ValueMapper } from './map-values.js';

export function flatMapValues<K, V, VR>(mapper: ValueMapper<K, V, Iterable<VR>>): Operator<K, V, K, VR> {
  return (next) => (record) => {
    for (const value of mapper(record.value, record.key)) next(withValue(record, defined(value)));
  };
}
