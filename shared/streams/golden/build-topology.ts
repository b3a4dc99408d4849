import { StreamsBuilder, type Topology } from '#shared/streams';
import { aggregate, count, groupBy, groupByKey, reduce, windowedBy } from './aggregate-nodes.js';
import { BuiltNodes, type CaseTopic } from './built-nodes.js';
import type { GoldenCase } from './case.js';
import { countPunctuate } from './count-punctuate.js';
import {
  foreignKeyJoin,
  streamGlobalTableJoin,
  streamStreamJoin,
  streamTableJoin,
  tableTableJoin,
} from './join-nodes.js';
import type { CaseNode, NodeOf } from './node-schemas.js';
import {
  filterStream,
  flatMap,
  flatMapValues,
  map,
  mapStreamValues,
  merge,
  repartition,
  selectKey,
  split,
  stream,
  to,
  toTable,
} from './stream-nodes.js';
import { filterTable, globalTable, mapTableValues, suppress, table, toStream } from './table-nodes.js';

export interface CaseTopology {
  readonly topology: Topology;
  /** The topic of this name, as the topology knows it. */
  readonly topic: (name: string) => CaseTopic;
}

/**
 * Builds a case's topology with the library's own builder. Batched: an asynchronous identity behind each source stream,
 * and asynchronous operators in place of a stream's mapValues.
 * @throws KitError 'usage' where the case is not of its format.
 */
export function buildTopology(golden: GoldenCase, { batched }: { readonly batched: boolean }): CaseTopology {
  const nodes = new BuiltNodes(new StreamsBuilder(), batched);
  for (const node of golden.topology) build(node, nodes);
  return { topology: nodes.builder.build(), topic: (name) => nodes.topic(name) };
}

const builders: { readonly [Op in CaseNode['op']]: (node: NodeOf<Op>, nodes: BuiltNodes) => void } = {
  stream,
  table,
  globalTable,
  filter,
  filterNot: filter,
  mapValues,
  map,
  selectKey,
  flatMapValues,
  flatMap,
  merge,
  split,
  repartition,
  toTable,
  toStream,
  groupByKey,
  groupBy,
  windowedBy,
  count,
  reduce,
  aggregate,
  suppress,
  streamStreamJoin,
  streamTableJoin,
  streamGlobalTableJoin,
  tableTableJoin,
  foreignKeyJoin,
  processorCountPunctuate: countPunctuate,
  to,
};

function build(node: CaseNode, nodes: BuiltNodes): void {
  // The builder found under a node's own operator takes that node; TypeScript does not follow the two together.
  const builder = builders[node.op] as (node: CaseNode, nodes: BuiltNodes) => void;
  builder(node, nodes);
}

function filter(node: NodeOf<'filter' | 'filterNot'>, nodes: BuiltNodes): void {
  if (nodes.tables.has(node.parents[0])) filterTable(node, nodes);
  else filterStream(node, nodes);
}

function mapValues(node: NodeOf<'mapValues'>, nodes: BuiltNodes): void {
  if (nodes.tables.has(node.parents[0])) mapTableValues(node, nodes);
  else mapStreamValues(node, nodes);
}
