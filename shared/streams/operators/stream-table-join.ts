import { defined, withValue } from '../record.js';
import type { Operator } from '../topology/graph.js';
import type { KeyValueMapper } from './map.js';
import type { ValueGetterSupplier } from './value-getter.js';

export interface StreamTableJoinOptions<K, V, KT, VT, VO> {
  readonly type: 'inner' | 'left';
  readonly table: ValueGetterSupplier<KT, VT>;
  /** The table's key for a record; null finds nothing. */
  readonly tableKey: KeyValueMapper<K, V, KT | null>;
  readonly joiner: (value: V, tableValue: VT | null, key: K) => VO;
}

/** Looks each record up in a table; updates of the table put nothing out. The result has the record's timestamp. */
export function streamTableJoin<K, V, KT, VT, VO>({
  type,
  table,
  tableKey,
  joiner,
}: StreamTableJoinOptions<K, V, KT, VT, VO>): Operator<K, V, K, VO> {
  return (next, context) => {
    const get = table.open(context);
    return (record) => {
      const { key, value } = record;
      const mapped = tableKey(key, value) ?? null;
      if (value === null || (mapped === null && type === 'inner')) return context.drop('null');
      const found = mapped === null ? null : (get(mapped)?.value ?? null);
      if (found !== null || type === 'left') next(withValue(record, defined(joiner(value, found, key))));
    };
  };
}
