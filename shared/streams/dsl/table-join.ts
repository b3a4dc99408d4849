import {
  type AnyJoiner,
  type JoinType,
  joinGetter,
  tableJoinMerge,
  tableTableJoin,
} from '../operators/table-table-join.js';
import { storeGetter } from '../operators/value-getter.js';
import { declareKeyValueStore, type TableOptions, type TableParts } from './table-parts.js';

/** Adds a join of two tables by the same key to the topology. */
export function joinTables(
  type: JoinType,
  left: TableParts,
  right: TableParts,
  joiner: AnyJoiner<unknown, unknown>,
  named: string | undefined,
  options: TableOptions,
): TableParts {
  const { graph } = left;
  const mergeName = graph.name('KTABLE-MERGE-', named);
  if (type !== 'inner') left.enableSendingOldValues(true);
  if (type === 'outer') right.enableSendingOldValues(true);
  const [getLeft, getRight] = [left.getter(), right.getter()];
  let sends = false;
  const side = (parent: TableParts, which: 'left' | 'right', name: string) => {
    const other = which === 'left' ? getRight : getLeft;
    return graph.processor(tableTableJoin(joiner, { type, side: which, other, sendsOldValues: () => sends }), {
      name,
      parents: [parent.node],
      stores: other.stores,
    });
  };
  const thisJoin = side(left, 'left', graph.name('KTABLE-JOINTHIS-', named && `${named}-join-this`));
  const otherJoin = side(right, 'right', graph.name('KTABLE-JOINOTHER-', named && `${named}-join-other`));
  const { store } = options;
  if (store !== undefined) declareKeyValueStore({ graph, key: left.key, value: undefined }, store, options);
  const merge = graph.processor(tableJoinMerge({ store: () => store, sendsOldValues: () => sends }), {
    name: mergeName,
    parents: [thisJoin, otherJoin],
    stores: () => (store === undefined ? [] : [store]),
  });
  const sources = [...new Set([...left.sources, ...right.sources])];
  graph.coPartition(mergeName, sources);
  return {
    graph,
    node: merge,
    key: options.key ?? left.key,
    value: options.value,
    repartitionRequired: false,
    sources,
    queryableStoreName: store,
    graceMs: left.graceMs,
    getter: () => (store === undefined ? joinGetter(joiner, type, getLeft, getRight) : storeGetter(() => store)),
    enableSendingOldValues() {
      left.enableSendingOldValues(true);
      right.enableSendingOldValues(true);
      sends = true;
      return true;
    },
  };
}
