import { hasSerdes } from '../topics.js';
import { childrenOf, type GraphNode, type SourceNode, storesOf } from './graph.js';

/**
 * What must not overtake the records that wait in batched operators, or it could be seen in what a topology puts out:
 * - 'nothing', where what lies behind such an operator, and what a record reaches on a way round it, have no operator, no
 *   store and no topic in common: those two parts work on a later and on an earlier record without noticing each other;
 * - some nodes, where ways round the only batched operator meet what lies behind it there: a record that comes to one of
 *   them has its turn when what waits has gone on;
 * - 'everything' otherwise: the chunk is one record there.
 */
export type BatchOrder = 'nothing' | 'everything' | ReadonlySet<GraphNode>;

export function batchOrder(nodes: readonly GraphNode[]): BatchOrder {
  const sourcesByTopic = new Map(nodes.flatMap((node) => (node.kind === 'source' ? [[node.topic.name, node]] : [])));
  // Where a chunk runs through a repartition topic at once, as in the test driver, it is an edge like any other.
  const following = (node: GraphNode): readonly GraphNode[] => {
    if (node.kind !== 'sink') return childrenOf(node);
    const source = sourcesByTopic.get(node.topic.name);
    return source === undefined ? [] : [source];
  };
  const batched = nodes.filter((node) => node.kind === 'processor' && node.batched);
  const meeting = batched.map((node) => {
    const behind = reachable(following(node), following, undefined);
    const entries = nodes.filter((source) => source.kind === 'source' && !(isInternal(source) && behind.has(source)));
    return meetings(behind, reachable(entries, following, node), following);
  });
  const [only] = meeting.filter(({ places }) => places.size > 0);
  if (only === undefined) return 'nothing';
  // What has had its turn must be through with it: neither wait again, nor begin anew as a record of a topic.
  const [operator] = batched;
  const comesBack = [...only.behind].some((node) => node === operator || node.kind === 'source');
  return batched.length > 1 || comesBack ? 'everything' : only.places;
}

/**
 * Where ways round a batched operator come to what lies behind it, or what leaves traces there. What such a place leads to
 * is from then on behind, too: it comes as late.
 */
function meetings(
  reached: ReadonlySet<GraphNode>,
  around: ReadonlySet<GraphNode>,
  following: (node: GraphNode) => readonly GraphNode[],
): { readonly places: ReadonlySet<GraphNode>; readonly behind: ReadonlySet<GraphNode> } {
  const places = new Set<GraphNode>();
  let behind = reached;
  for (;;) {
    const seen = new Set([...behind].flatMap(traces));
    const found = [...around].filter((node) => !places.has(node) && traces(node).some((trace) => seen.has(trace)));
    if (found.length === 0) return { places, behind };
    for (const node of found) places.add(node);
    behind = new Set([...behind, ...reachable(found, following, undefined)]);
  }
}

/** Whether nobody but the topology itself writes what a source reads. */
function isInternal({ topic }: SourceNode): boolean {
  return hasSerdes(topic) && topic.internal === true;
}

function reachable(
  from: readonly GraphNode[],
  following: (node: GraphNode) => readonly GraphNode[],
  without: GraphNode | undefined,
): Set<GraphNode> {
  const found = new Set<GraphNode>();
  const open = [...from];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === without || found.has(node)) continue;
    found.add(node);
    open.push(...following(node));
  }
  return found;
}

/** What a node leaves for others to see: itself, its stores, its topic. */
function traces(node: GraphNode): string[] {
  const own = [`node ${node.name}`, ...storesOf(node).map((store) => `store ${store}`)];
  return node.kind === 'sink' ? [...own, `topic ${node.topic.name}`] : own;
}
