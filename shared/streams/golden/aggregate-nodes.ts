import { SessionWindows, SlidingWindows, TimeWindows } from '#shared/streams';
import { type BuiltNodes, type CaseTable, caseSerdes, caseTable, onlyFields, wanted } from './built-nodes.js';
import { combiner } from './combiners.js';
import { keyFunction, valueFunction } from './functions.js';
import { materialized, windowMaterialized } from './materialized.js';
import type { NodeOf } from './node-schemas.js';
import type { CaseValue } from './values.js';

export function groupByKey({ id, parents }: NodeOf<'groupByKey'>, nodes: BuiltNodes): void {
  nodes.groupedStreams.set(id, nodes.streams.get(parents[0]).groupByKey(caseSerdes));
}

export function groupBy(node: NodeOf<'groupBy'>, nodes: BuiltNodes): void {
  const [parent] = node.parents;
  const key = keyFunction(node.key);
  if (nodes.tables.has(parent)) {
    const value = valueFunction(wanted(node, 'value', node.value));
    const grouped = nodes.tables.get(parent).groupBy((k, v) => [key(k, v), value(k, v)], caseSerdes);
    nodes.groupedTables.set(node.id, grouped);
  } else {
    onlyFields(node, 'key');
    nodes.groupedStreams.set(node.id, nodes.streams.get(parent).groupBy(key, caseSerdes));
  }
}

export function windowedBy({ id, parents, windows, emit }: NodeOf<'windowedBy'>, nodes: BuiltNodes): void {
  const parent = nodes.groupedStreams.get(parents[0]);
  if (windows.type === 'session') {
    const windowed = parent.windowedBy(SessionWindows.ofInactivityGapAndGrace(windows.gap, windows.grace));
    nodes.sessionWindowed.set(id, emit === undefined ? windowed : windowed.emitStrategy(emit));
  } else {
    const windowed = parent.windowedBy(timeWindows(windows));
    nodes.timeWindowed.set(id, emit === undefined ? windowed : windowed.emitStrategy(emit));
  }
}

function timeWindows(
  windows: Exclude<NodeOf<'windowedBy'>['windows'], { type: 'session' }>,
): TimeWindows | SlidingWindows {
  switch (windows.type) {
    case 'tumbling':
      return TimeWindows.ofSizeAndGrace(windows.size, windows.grace);
    case 'hopping':
      return TimeWindows.ofSizeAndGrace(windows.size, windows.grace).advanceBy(windows.advance);
    case 'sliding':
      return SlidingWindows.ofTimeDifferenceAndGrace(windows.difference, windows.grace);
  }
}

export function count(node: NodeOf<'count'>, nodes: BuiltNodes): void {
  nodes.tables.set(node.id, counted(node, nodes));
}

function counted(node: NodeOf<'count'>, nodes: BuiltNodes): CaseTable {
  const [parent] = node.parents;
  if (nodes.timeWindowed.has(parent)) return caseTable(nodes.timeWindowed.get(parent).count(windowMaterialized(node)));
  if (nodes.sessionWindowed.has(parent)) {
    return caseTable(nodes.sessionWindowed.get(parent).count(windowMaterialized(node)));
  }
  onlyFields(node, 'store');
  const grouped = nodes.groupedTables.has(parent) ? nodes.groupedTables : nodes.groupedStreams;
  return caseTable(grouped.get(parent).count(materialized(node)));
}

export function reduce(node: NodeOf<'reduce'>, nodes: BuiltNodes): void {
  const reduced = nodes.groupedTables.has(node.parents[0]) ? reducedTable : reducedStream;
  nodes.tables.set(node.id, reduced(node, nodes));
}

function reducedTable(node: NodeOf<'reduce'>, nodes: BuiltNodes): CaseTable {
  onlyFields(node, 'adder', 'subtractor', 'store');
  const adder = combiner(wanted(node, 'adder', node.adder));
  const subtractor = combiner(wanted(node, 'subtractor', node.subtractor));
  return nodes.groupedTables.get(node.parents[0]).reduce(adder, subtractor, materialized(node));
}

function reducedStream(node: NodeOf<'reduce'>, nodes: BuiltNodes): CaseTable {
  const [parent] = node.parents;
  onlyFields(node, 'reducer', 'store', 'retention');
  const reducer = combiner(wanted(node, 'reducer', node.reducer));
  if (nodes.timeWindowed.has(parent)) {
    return caseTable(nodes.timeWindowed.get(parent).reduce(reducer, windowMaterialized(node)));
  }
  if (nodes.sessionWindowed.has(parent)) {
    return caseTable(nodes.sessionWindowed.get(parent).reduce(reducer, windowMaterialized(node)));
  }
  onlyFields(node, 'reducer', 'store');
  return nodes.groupedStreams.get(parent).reduce(reducer, materialized(node));
}

export function aggregate(node: NodeOf<'aggregate'>, nodes: BuiltNodes): void {
  const aggregated = nodes.groupedTables.has(node.parents[0]) ? aggregatedTable : aggregatedStream;
  nodes.tables.set(node.id, aggregated(node, nodes));
}

function aggregatedTable(node: NodeOf<'aggregate'>, nodes: BuiltNodes): CaseTable {
  onlyFields(node, 'init', 'adder', 'subtractor', 'store');
  const adder = aggregatorOf(wanted(node, 'adder', node.adder));
  const subtractor = aggregatorOf(wanted(node, 'subtractor', node.subtractor));
  return nodes.groupedTables.get(node.parents[0]).aggregate(() => node.init, adder, subtractor, materialized(node));
}

function aggregatedStream(node: NodeOf<'aggregate'>, nodes: BuiltNodes): CaseTable {
  const [parent] = node.parents;
  const init = () => node.init;
  const aggregator = aggregatorOf(wanted(node, 'aggregator', node.aggregator));
  if (nodes.sessionWindowed.has(parent)) {
    onlyFields(node, 'init', 'aggregator', 'merger', 'store', 'retention');
    const merge = combiner(wanted(node, 'merger', node.merger));
    const merger = (_key: unknown, one: CaseValue, two: CaseValue) => merge(one, two);
    const windowed = nodes.sessionWindowed.get(parent);
    return caseTable(windowed.aggregate(init, aggregator, merger, windowMaterialized(node)));
  }
  if (nodes.timeWindowed.has(parent)) {
    onlyFields(node, 'init', 'aggregator', 'store', 'retention');
    return caseTable(nodes.timeWindowed.get(parent).aggregate(init, aggregator, windowMaterialized(node)));
  }
  onlyFields(node, 'init', 'aggregator', 'store');
  return nodes.groupedStreams.get(parent).aggregate(init, aggregator, materialized(node));
}

/** A combiner with its arguments in the order of an aggregator. */
function aggregatorOf(spec: Parameters<typeof combiner>[0]) {
  const combine = combiner(spec);
  return (_key: unknown, value: CaseValue, old: CaseValue): CaseValue => combine(old, value);
}
