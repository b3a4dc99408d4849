import { fillsStore, isSideOfJoin, operatorInWords } from './operator-words.js';
import type { BoxKind, DrawnStep } from './page/pipeline-state.js';
import type { DescribedNode, DescribedTopology } from './topology-text.js';

/** A box of the picture before it has its place. */
export interface PipelineBox {
  readonly id: string;
  readonly kind: BoxKind;
  readonly title: string;
  readonly topic: string;
  readonly isInternal: boolean;
  readonly subTopology: number | null;
  readonly isGlobal: boolean;
  readonly steps: readonly DrawnStep[];
  readonly stores: readonly string[];
}

/** A way from one box to another. */
export interface PipelineLink {
  readonly from: string;
  readonly to: string;
  readonly kind: 'flow' | 'store';
  readonly edges: readonly number[];
  /** What is looked up from the box that it hangs at, or filled from elsewhere. */
  readonly store?: string;
  /** Which of the steps of the box it leads to; undefined: to the store. */
  readonly toStep: number | undefined;
}

/** Boxes and ways of a topology. */
export interface PipelineGraph {
  readonly boxes: readonly PipelineBox[];
  readonly links: readonly PipelineLink[];
}

/** What a picture says beside the topology. */
export interface PipelineSurroundings {
  /** The demo's name: with a dot it begins the names of its topics, which are drawn without it. */
  readonly demo: string;
  /** Topics that the page reads, by their names in the topology. */
  readonly shown: ReadonlySet<string>;
}

export const PRODUCER = 'producer';
export const PAGE = 'page';

/**
 * The topology as boxes: operators that follow each other without a fork are one, a topic is one whoever reads and writes
 * it, and a store hangs at the operators that fill it.
 */
export function pipelineGraph(
  { nodes, edges }: DescribedTopology,
  { demo, shown }: PipelineSurroundings,
): PipelineGraph {
  const chains = chainsOf(nodes, edges);
  const chainOf = new Map(chains.flatMap((chain) => chain.map((node) => [node, chain] as const)));
  const idOf = (node: number): string => {
    const [first = node] = chainOf.get(node) ?? [];
    const { kind, topics, name } = at(nodes, first);
    return kind === 'processor' ? `operators ${name}` : `topic ${topics[0] ?? name}`;
  };
  const hasChildren = new Set(edges.map(({ from }) => from));
  const owners = storeOwners(nodes, chains, (node) => hasChildren.has(node));
  const read = new Set(nodes.flatMap(({ kind, topics }) => (kind === 'source' ? topics : [])));
  const written = new Set(nodes.flatMap(({ kind, topics }) => (kind === 'sink' ? topics : [])));

  const topics = [...new Set([...read, ...written])].map(
    (topic): PipelineBox => ({
      ...nothing,
      id: `topic ${topic}`,
      kind: 'topic',
      title: topic.startsWith(`${demo}.`) ? topic.slice(demo.length + 1) : topic,
      topic,
      isInternal: read.has(topic) && written.has(topic),
    }),
  );
  const operators = chains.map((chain): PipelineBox => {
    const [first = 0] = chain;
    const { subTopology, isGlobal } = at(nodes, first);
    return {
      ...nothing,
      id: idOf(first),
      kind: 'operators',
      subTopology,
      isGlobal,
      steps: chain.map((node) => ({ words: operatorInWords(at(nodes, node)), name: at(nodes, node).name, node })),
      stores: [...owners].filter(([, owner]) => owner.chain === chain).map(([store]) => store),
    };
  });

  const flows = new Map<string, PipelineLink>();
  const add = (link: Omit<PipelineLink, 'kind' | 'toStep'>): void => {
    const known = flows.get(`${link.from} ${link.to}`);
    const all = [...(known?.edges ?? []), ...link.edges];
    flows.set(`${link.from} ${link.to}`, { ...link, kind: 'flow', toStep: 0, edges: all });
  };
  edges.forEach(({ from, to }, edge) => {
    if (idOf(from) !== idOf(to)) add({ from: idOf(from), to: idOf(to), edges: [edge] });
  });
  const fed = topics.filter(({ topic }) => read.has(topic) && !written.has(topic));
  const drawn = topics.filter(({ topic, isInternal }) => written.has(topic) && !isInternal && shown.has(topic));
  for (const { id } of fed) add({ from: PRODUCER, to: id, edges: [] });
  for (const { id } of drawn) add({ from: id, to: PAGE, edges: [] });
  const ofStores = chains.flatMap((chain) =>
    chain.flatMap((node, toStep) =>
      at(nodes, node).stores.flatMap((store): PipelineLink[] => {
        const owner = owners.get(store);
        const [first] = owner?.chain ?? [];
        if (owner === undefined || first === undefined || owner.chain === chain) return [];
        const [here, there] = [idOf(node), idOf(first)];
        // Filled from here too.
        if (fillsStore(at(nodes, node), hasChildren.has(node)) > 0) {
          return [{ from: here, to: there, kind: 'store', edges: [], store, toStep: undefined }];
        }
        if (owner.fills === 0 || isSideOfJoin(at(nodes, node))) return [];
        return [{ from: there, to: here, kind: 'store', edges: [], store, toStep }];
      }),
    ),
  );
  return {
    boxes: [
      ...(fed.length > 0 ? [{ ...nothing, id: PRODUCER, kind: 'producer' as const, title: 'Producer' }] : []),
      ...topics,
      ...operators,
      ...(drawn.length > 0 ? [{ ...nothing, id: PAGE, kind: 'page' as const, title: 'Page' }] : []),
    ],
    links: [...flows.values(), ...onePerBox(ofStores)],
  };
}

const nothing = { topic: '', title: '', isInternal: false, isGlobal: false, subTopology: null, steps: [], stores: [] };

/** Operators that follow each other, where there is one way only: by their places, in the order of the text. */
function chainsOf(nodes: readonly DescribedNode[], edges: DescribedTopology['edges']): readonly (readonly number[])[] {
  const children = new Map<number, number[]>();
  const parents = new Map<number, number[]>();
  for (const { from, to } of edges) {
    children.set(from, [...(children.get(from) ?? []), to]);
    parents.set(to, [...(parents.get(to) ?? []), from]);
  }
  const isOperator = (node: number | undefined): node is number =>
    node !== undefined && at(nodes, node).kind === 'processor';
  const nextOf = (node: number): number | undefined => {
    const [child, other] = children.get(node) ?? [];
    return other === undefined && isOperator(child) && parents.get(child)?.length === 1 ? child : undefined;
  };
  const isFirst = (node: number): boolean => {
    const [parent, other] = parents.get(node) ?? [];
    return other !== undefined || !isOperator(parent) || nextOf(parent) !== node;
  };
  return [...nodes.keys()].filter(isOperator).flatMap((node) => {
    if (!isFirst(node)) return [];
    const chain: number[] = [];
    for (let each: number | undefined = node; each !== undefined; each = nextOf(each)) chain.push(each);
    return [chain];
  });
}

interface StoreOwner {
  readonly chain: readonly number[];
  readonly fills: 0 | 1 | 2;
}

/** Of each store the operators that it hangs at: those that are there to fill it, otherwise the first that have it. */
function storeOwners(
  nodes: readonly DescribedNode[],
  chains: readonly (readonly number[])[],
  hasChildren: (node: number) => boolean,
): ReadonlyMap<string, StoreOwner> {
  const owners = new Map<string, StoreOwner>();
  for (const chain of chains) {
    for (const node of chain) {
      const described = at(nodes, node);
      const fills = fillsStore(described, hasChildren(node));
      for (const store of described.stores) {
        const known = owners.get(store);
        if (known === undefined || fills > known.fills) owners.set(store, { chain, fills });
      }
    }
  }
  return owners;
}

/** Two operators of a box that look up the same store do it by one line. */
function onePerBox(links: readonly PipelineLink[]): PipelineLink[] {
  return [...new Map(links.toReversed().map((link) => [`${link.from} ${link.to} ${link.store}`, link])).values()];
}

function at(nodes: readonly DescribedNode[], place: number): DescribedNode {
  const node = nodes[place];
  // Places come from the same list.
  if (node === undefined) throw new RangeError(`There is no node ${place}.`);
  return node;
}
