import { defined, withValue } from '../record.js';
import type { Operator } from '../topology/graph.js';

/** ValueMapperWithKey; the key comes second because most mappers do not need it. */
export type ValueMapper<K, V, VR> = (value: V, key: K) => VR;

export function mapValues<K, V, VR>(mapper: ValueMapper<K, V, VR>): Operator<K, V, K, VR> {
  return (next) => (record) => {
    next(withValue(record, defined(mapper(record.value, record.key))));
  };
}
