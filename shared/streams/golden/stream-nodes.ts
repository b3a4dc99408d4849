import type { BuiltNodes, CaseStream } from './built-nodes.js';
import { caseSerdes, caseTable, onlyFields } from './built-nodes.js';
import { keyFunction, predicate, recordsFunction, valueFunction, valuesFunction } from './functions.js';
import { materialized } from './materialized.js';
import type { NodeOf } from './node-schemas.js';

export function stream({ id, topic }: NodeOf<'stream'>, nodes: BuiltNodes): void {
  const source = nodes.builder.stream(nodes.topic(topic));
  nodes.streams.set(id, nodes.batched ? source.mapBatch(async (records) => records.map(({ value }) => value)) : source);
}

export function filterStream(node: NodeOf<'filter' | 'filterNot'>, nodes: BuiltNodes): void {
  onlyFields(node, 'predicate');
  const parent = nodes.streams.get(node.parents[0]);
  const holds = predicate(node.predicate);
  nodes.streams.set(node.id, node.op === 'filter' ? parent.filter(holds) : parent.filterNot(holds));
}

export function mapStreamValues(node: NodeOf<'mapValues'>, nodes: BuiltNodes): void {
  onlyFields(node, 'value');
  const parent = nodes.streams.get(node.parents[0]);
  const map = valueFunction(node.value);
  nodes.streams.set(
    node.id,
    nodes.batched
      ? parent.mapBatch(async (records) => records.map(({ key, value }) => map(key, value)))
      : parent.mapValues((value, key) => map(key, value)),
  );
}

export function map({ id, parents, ...node }: NodeOf<'map'>, nodes: BuiltNodes): void {
  const [key, value] = [keyFunction(node.key), valueFunction(node.value)];
  nodes.streams.set(
    id,
    nodes.streams.get(parents[0]).map((k, v) => [key(k, v), value(k, v)]),
  );
}

export function selectKey({ id, parents, key }: NodeOf<'selectKey'>, nodes: BuiltNodes): void {
  nodes.streams.set(id, nodes.streams.get(parents[0]).selectKey(keyFunction(key)));
}

export function flatMapValues({ id, parents, values }: NodeOf<'flatMapValues'>, nodes: BuiltNodes): void {
  const valuesOf = valuesFunction(values);
  nodes.streams.set(
    id,
    nodes.streams.get(parents[0]).flatMapValues((value, key) => valuesOf(key, value)),
  );
}

export function flatMap({ id, parents, records }: NodeOf<'flatMap'>, nodes: BuiltNodes): void {
  nodes.streams.set(id, nodes.streams.get(parents[0]).flatMap(recordsFunction(records)));
}

export function merge({ id, parents: [first, second] }: NodeOf<'merge'>, nodes: BuiltNodes): void {
  nodes.streams.set(id, nodes.streams.get(first).merge(nodes.streams.get(second)));
}

export function split({ parents, branches, defaultId }: NodeOf<'split'>, nodes: BuiltNodes): void {
  const splitting = nodes.streams.get(parents[0]).split();
  for (const branch of branches) splitting.branch(predicate(branch.predicate), branch.id);
  const streams: Record<string, CaseStream> =
    defaultId === null ? splitting.noDefaultBranch() : splitting.defaultBranch(defaultId);
  for (const [id, branch] of Object.entries(streams)) nodes.streams.set(id, branch);
}

export function repartition({ id, parents }: NodeOf<'repartition'>, nodes: BuiltNodes): void {
  nodes.streams.set(id, nodes.streams.get(parents[0]).repartition(caseSerdes));
}

export function toTable(node: NodeOf<'toTable'>, nodes: BuiltNodes): void {
  nodes.tables.set(node.id, caseTable(nodes.streams.get(node.parents[0]).toTable(materialized(node))));
}

export function to({ parents, topic }: NodeOf<'to'>, nodes: BuiltNodes): void {
  nodes.streams.get(parents[0]).to(nodes.topic(topic));
}
