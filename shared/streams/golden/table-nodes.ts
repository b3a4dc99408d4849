import { Suppressed, type Suppression } from '#shared/streams';
import { type BuiltNodes, caseStream } from './built-nodes.js';
import { predicate, valueFunction } from './functions.js';
import { derived, materialized } from './materialized.js';
import type { NodeOf } from './node-schemas.js';

export function table(node: NodeOf<'table'>, nodes: BuiltNodes): void {
  nodes.tables.set(node.id, nodes.builder.table(nodes.topic(node.topic), materialized(node)));
}

export function globalTable({ id, topic }: NodeOf<'globalTable'>, nodes: BuiltNodes): void {
  nodes.globalTables.set(id, nodes.builder.globalTable(nodes.topic(topic)));
}

export function filterTable(node: NodeOf<'filter' | 'filterNot'>, nodes: BuiltNodes): void {
  const parent = nodes.tables.get(node.parents[0]);
  const holds = predicate(node.predicate);
  const store = derived(node);
  nodes.tables.set(node.id, node.op === 'filter' ? parent.filter(holds, store) : parent.filterNot(holds, store));
}

export function mapTableValues(node: NodeOf<'mapValues'>, nodes: BuiltNodes): void {
  const map = valueFunction(node.value);
  const parent = nodes.tables.get(node.parents[0]);
  nodes.tables.set(
    node.id,
    parent.mapValues((value, key) => map(key, value), derived(node)),
  );
}

export function toStream({ id, parents }: NodeOf<'toStream'>, nodes: BuiltNodes): void {
  nodes.streams.set(id, caseStream(nodes.tables.get(parents[0]).toStream()));
}

export function suppress(node: NodeOf<'suppress'>, nodes: BuiltNodes): void {
  nodes.tables.set(node.id, nodes.tables.get(node.parents[0]).suppress(suppressed(node)));
}

function suppressed(node: NodeOf<'suppress'>): Suppression {
  if (node.until === 'windowCloses') return Suppressed.untilWindowCloses();
  const { ms, maxRecords } = node;
  return Suppressed.untilTimeLimit(ms, maxRecords === undefined ? {} : { maxRecords, whenFull: 'emit' });
}
