import { childrenOf, type GraphNode, type SourceNode, storesOf } from './graph.js';

/** Operators that one task runs together: they hang together by their edges or by a store that they share. */
export interface SubTopology {
  readonly id: number;
  /** In the order of creation. */
  readonly nodes: readonly GraphNode[];
  readonly sources: readonly SourceNode[];
  /** Names of the stores of its tasks. */
  readonly stores: readonly string[];
}

/** Groups nodes as Kafka Streams does, numbered in the order of their first node. */
export function subTopologies(nodes: readonly GraphNode[], isGlobal: (store: string) => boolean): SubTopology[] {
  const groups = new Groups();
  for (const node of nodes) {
    groups.find(node.name);
    for (const child of childrenOf(node)) groups.join(node.name, child.name);
    for (const store of storesOf(node)) if (!isGlobal(store)) groups.join(node.name, `store:${store}`);
  }
  const byGroup = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    const group = groups.find(node.name);
    const members = byGroup.get(group) ?? [];
    if (members.length === 0) byGroup.set(group, members);
    members.push(node);
  }
  return Array.from(byGroup.values(), (members, id) => ({
    id,
    nodes: members,
    sources: members.filter((node) => node.kind === 'source'),
    stores: [...new Set(members.flatMap(storesOf))].filter((store) => !isGlobal(store)),
  }));
}

/** Union-find over names. */
class Groups {
  readonly #parents = new Map<string, string>();

  find(name: string): string {
    const parent = this.#parents.get(name);
    if (parent === undefined) this.#parents.set(name, name);
    if (parent === undefined || parent === name) return name;
    const root = this.find(parent);
    this.#parents.set(name, root);
    return root;
  }

  join(a: string, b: string): void {
    this.#parents.set(this.find(b), this.find(a));
  }
}
