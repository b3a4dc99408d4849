import { type Change, type ValueAndTimestamp, withValueAt } from '../record.js';
import type { TimestampedKeyValueStore } from '../stores/state-store.js';
import type { Operator } from '../topology/graph.js';
import type { TableState } from './table-source.js';
import type { ValueGetterSupplier } from './value-getter.js';

export type JoinType = 'inner' | 'left' | 'outer';

/** Makes one value of two; the key comes last because most joiners do not need it. */
export type ValueJoiner<K, VL, VR, VO> = (left: VL, right: VR, key: K) => VO;

/** A joiner, whichever sides the join lets be null. */
export type AnyJoiner<K, VO> = (left: unknown, right: unknown, key: K) => VO;

/** One side of a join of tables: its updates meet what the other table holds. */
export interface TableJoinSide<K> {
  readonly type: JoinType;
  readonly side: 'left' | 'right';
  readonly other: ValueGetterSupplier<K, unknown>;
  readonly sendsOldValues: () => boolean;
}

/**
 * Joins the updates of one table with the other. Whether a side may be missing goes by the type; nothing is handed on where
 * there was no result before and is none now, as far as that is known.
 */
export function tableTableJoin<K, VO>(
  joiner: AnyJoiner<K, VO>,
  { type, side, other, sendsOldValues }: TableJoinSide<K>,
): Operator<K, Change<unknown>, K, Change<VO>> {
  const ownMayBeMissing = type === 'outer' || (type === 'left' && side === 'right');
  const otherMayBeMissing = type === 'outer' || (type === 'left' && side === 'left');
  return (next, context) => {
    const otherValue = other.open(context);
    const olds = sendsOldValues();
    return (record) => {
      const { key, value: change, timestamp } = record;
      if (key === null) return context.drop('null');
      const found = otherValue(key);
      if (found === undefined && !otherMayBeMissing) return;
      if (found === undefined && change.newValue === null && change.oldValue === null) return;
      const join = (own: unknown): VO | null => {
        if (own === null && (!ownMayBeMissing || found === undefined)) return null;
        const met = found?.value ?? null;
        return (side === 'left' ? joiner(own, met, key) : joiner(met, own, key)) ?? null;
      };
      const newValue = join(change.newValue);
      const oldValue = olds ? join(change.oldValue) : null;
      next(withValueAt(record, { newValue, oldValue }, Math.max(timestamp, found?.timestamp ?? -1)));
    };
  };
}

/** Where the two sides of a join come together, and its table is kept if it has a store. */
export function tableJoinMerge<K, V>(state: TableState): Operator<K, Change<V>, K, Change<V>> {
  return (next, context) => {
    const storeName = state.store();
    const store = storeName === undefined ? undefined : context.store<TimestampedKeyValueStore<K, V>>(storeName);
    const sendsOldValues = state.sendsOldValues();
    return (record) => {
      const { newValue, oldValue } = record.value;
      store?.put(record.key, newValue, record.timestamp);
      next(withValueAt(record, { newValue, oldValue: sendsOldValues ? oldValue : null }, record.timestamp));
    };
  };
}

/** Reads a join that has no store by joining what the two tables hold. */
export function joinGetter<K, VO>(
  joiner: AnyJoiner<K, VO>,
  type: JoinType,
  left: ValueGetterSupplier<K, unknown>,
  right: ValueGetterSupplier<K, unknown>,
): ValueGetterSupplier<K, VO> {
  return {
    stores: () => [...left.stores(), ...right.stores()],
    open(context) {
      const [getLeft, getRight] = [left.open(context), right.open(context)];
      return (key) => {
        const l = getLeft(key);
        if (l === undefined && type !== 'outer') return undefined;
        const r = getRight(key);
        if (r === undefined && (type === 'inner' || l === undefined)) return undefined;
        const value = joiner(l?.value ?? null, r?.value ?? null, key) ?? null;
        return value === null ? undefined : { value, timestamp: latest(l, r) };
      };
    },
  };
}

function latest(...found: readonly (ValueAndTimestamp<unknown> | undefined)[]): number {
  return Math.max(...found.map((each) => each?.timestamp ?? -1));
}
