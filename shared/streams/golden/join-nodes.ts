import { JoinWindows } from '#shared/streams';
import { type BuiltNodes, type CaseStream, type CaseTable, caseSerdes } from './built-nodes.js';
import { joiner } from './combiners.js';
import { keyFunction } from './functions.js';
import { derived, materialized } from './materialized.js';
import type { NodeOf } from './node-schemas.js';
import type { CaseKey, CaseValue } from './values.js';

/** A case's joiner with its arguments in the library's order. */
function joinerOf({ joiner: spec }: Pick<NodeOf<'streamStreamJoin'>, 'joiner'>) {
  const join = joiner(spec);
  return (left: CaseValue, right: CaseValue, key?: CaseKey | null): CaseValue => join(key ?? null, left, right);
}

export function streamStreamJoin(node: NodeOf<'streamStreamJoin'>, nodes: BuiltNodes): void {
  const [left, right] = [nodes.streams.get(node.parents[0]), nodes.streams.get(node.parents[1])];
  const { before, after, grace } = node.windows;
  const windows = JoinWindows.ofTimeDifferenceAndGrace(Math.max(Math.abs(before), Math.abs(after)), grace)
    .before(before)
    .after(after);
  const options = { ...caseSerdes, otherValue: caseSerdes.value };
  const joined = (): CaseStream => {
    switch (node.type) {
      case 'inner':
        return left.join(right, joinerOf(node), windows, options);
      case 'left':
        return left.leftJoin<CaseValue, CaseValue>(right, joinerOf(node), windows, options);
      case 'outer':
        return left.outerJoin<CaseValue, CaseValue>(right, joinerOf(node), windows, options);
    }
  };
  nodes.streams.set(node.id, joined());
}

export function streamTableJoin(node: NodeOf<'streamTableJoin'>, nodes: BuiltNodes): void {
  const [stream, table] = [nodes.streams.get(node.parents[0]), nodes.tables.get(node.parents[1])];
  const join = joinerOf(node);
  nodes.streams.set(
    node.id,
    node.type === 'inner' ? stream.join(table, join, caseSerdes) : stream.leftJoin(table, join, caseSerdes),
  );
}

export function streamGlobalTableJoin(node: NodeOf<'streamGlobalTableJoin'>, nodes: BuiltNodes): void {
  const [stream, table] = [nodes.streams.get(node.parents[0]), nodes.globalTables.get(node.parents[1])];
  const [key, join] = [keyFunction(node.key), joinerOf(node)];
  nodes.streams.set(node.id, node.type === 'inner' ? stream.join(table, key, join) : stream.leftJoin(table, key, join));
}

export function tableTableJoin(node: NodeOf<'tableTableJoin'>, nodes: BuiltNodes): void {
  const [left, right] = [nodes.tables.get(node.parents[0]), nodes.tables.get(node.parents[1])];
  const [join, store] = [joinerOf(node), derived(node)];
  const joined = (): CaseTable => {
    switch (node.type) {
      case 'inner':
        return left.join(right, join, store);
      case 'left':
        return left.leftJoin(right, join, store);
      case 'outer':
        return left.outerJoin(right, join, store);
    }
  };
  nodes.tables.set(node.id, joined());
}

export function foreignKeyJoin(node: NodeOf<'foreignKeyJoin'>, nodes: BuiltNodes): void {
  const [left, right] = [nodes.tables.get(node.parents[0]), nodes.tables.get(node.parents[1])];
  const [key, join, store] = [keyFunction(node.foreignKey), joinerOf(node), materialized(node)];
  // The format's extractors see the value alone.
  const foreignKey = (value: CaseValue): CaseKey | null => key(null, value);
  nodes.tables.set(
    node.id,
    node.type === 'inner' ? left.join(right, foreignKey, join, store) : left.leftJoin(right, foreignKey, join, store),
  );
}
