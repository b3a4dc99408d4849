import { hasSerdes } from '../topics.js';
import { childrenOf, type GraphNode, type SourceNode, storesOf } from './graph.js';

/**
 * Whether it could be seen in what a topology puts out that a batched operator lets the records of a chunk wait for each
 * other: then the chunk is one record there. It cannot be seen where what lies behind the operator, and what a record
 * reaches on a way round it, have no operator, no store and no topic in common: those two parts work on a later and on an
 * earlier record without noticing each other.
 */
export function orderIsVisible(nodes: readonly GraphNode[]): boolean {
  const sourcesByTopic = new Map(nodes.flatMap((node) => (node.kind === 'source' ? [[node.topic.name, node]] : [])));
  // Where a chunk runs through a repartition topic at once, as in the test driver, it is an edge like any other.
  const following = (node: GraphNode): readonly GraphNode[] => {
    if (node.kind !== 'sink') return childrenOf(node);
    const source = sourcesByTopic.get(node.topic.name);
    return source === undefined ? [] : [source];
  };
  const batched = nodes.filter((node) => node.kind === 'processor' && node.batched);
  return batched.some((node) => {
    const behind = reachable(following(node), following, undefined);
    const entries = nodes.filter((source) => source.kind === 'source' && !(isInternal(source) && behind.has(source)));
    const around = reachable(entries, following, node);
    return meet(behind, around);
  });
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

function meet(a: ReadonlySet<GraphNode>, b: ReadonlySet<GraphNode>): boolean {
  const [tracesOfA, tracesOfB] = [a, b].map((nodes) => new Set([...nodes].flatMap(traces)));
  return [...(tracesOfA ?? [])].some((trace) => tracesOfB?.has(trace));
}

/** What a node leaves for others to see: itself, its stores, its topic. */
function traces(node: GraphNode): string[] {
  const own = [`node ${node.name}`, ...storesOf(node).map((store) => `store ${store}`)];
  return node.kind === 'sink' ? [...own, `topic ${node.topic.name}`] : own;
}
