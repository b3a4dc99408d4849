import { type ChildNode, childrenOf, type GraphNode, parentsOf } from '../topology/graph.js';
import type { Topology } from '../topology/topology.js';

/** So many records since the start. */
export interface RecordCount {
  records: number;
}

/**
 * What went along each edge of a topology since the start, and failed at each of its nodes, of all tasks of an instance
 * together. Edges and nodes are in the order of the text of `topology.describe()`.
 */
export class TopologyCounts {
  readonly #edges: RecordCount[] = [];
  readonly #failed = new Map<string, RecordCount>();
  readonly #edgesOf = new Map<GraphNode, readonly RecordCount[]>();
  readonly #onlyEdgeTo = new Map<ChildNode, RecordCount>();
  readonly #globalEdges = new Map<string, RecordCount>();
  /** Of a node that has several edges to it, which are counted before it: nobody reads this one. */
  readonly #elsewhere: RecordCount = { records: 0 };

  constructor({ subTopologies, globalStores }: Pick<Topology, 'subTopologies' | 'globalStores'>) {
    for (const node of subTopologies.flatMap(({ nodes }) => nodes)) {
      this.#failed.set(node.name, { records: 0 });
      this.#edgesOf.set(
        node,
        childrenOf(node).map((child) => this.#addEdge(child)),
      );
    }
    for (const { store, sourceName, processorName } of globalStores) {
      this.#failed.set(sourceName, { records: 0 }).set(processorName, { records: 0 });
      const edge = { records: 0 };
      this.#edges.push(edge);
      this.#globalEdges.set(store, edge);
    }
  }

  /** Records by edge. */
  get edges(): number[] {
    return this.#edges.map(({ records }) => records);
  }

  /** Failed records by node. */
  get failed(): number[] {
    return Array.from(this.#failed.values(), ({ records }) => records);
  }

  /**
   * Where the records are counted that a node takes: its only edge, which costs least there. Where it has several, each is
   * to be counted before it (`before`), and this leads nowhere.
   */
  takenBy(node: ChildNode): RecordCount {
    return this.#onlyEdgeTo.get(node) ?? this.#elsewhere;
  }

  /** Where the records are counted that go to a child, by its place; undefined where the child counts them itself. */
  before(node: GraphNode, child: number): RecordCount | undefined {
    const edge = this.#edgesOf.get(node)?.[child];
    const to = childrenOf(node)[child];
    return to !== undefined && this.#onlyEdgeTo.has(to) ? undefined : edge;
  }

  /** Where the records are counted that a global table takes. */
  takenByGlobal(store: string): RecordCount {
    return this.#globalEdges.get(store) ?? this.#elsewhere;
  }

  /** A record has failed at a node. */
  failedAt(name: string): void {
    const count = this.#failed.get(name);
    if (count !== undefined) count.records += 1;
  }

  #addEdge(child: ChildNode): RecordCount {
    const edge = { records: 0 };
    this.#edges.push(edge);
    const isMerged = parentsOf(child).length > 1;
    if (!isMerged) this.#onlyEdgeTo.set(child, edge);
    return edge;
  }
}
