import { KitError } from '#shared/errors';

/** A source, an operator or a sink, as the text names it. */
export interface DescribedNode {
  readonly name: string;
  readonly kind: 'source' | 'processor' | 'sink';
  /** Topics that a source reads, or the one that a sink writes; internal ones without the application's name. */
  readonly topics: readonly string[];
  /** Stores that a processor reads or writes. */
  readonly stores: readonly string[];
  readonly subTopology: number;
  /** Whether it fills a global table, which every instance has whole, without tasks. */
  readonly isGlobal: boolean;
}

/** What the text of `topology.describe()` says. */
export interface DescribedTopology {
  readonly nodes: readonly DescribedNode[];
  /** From a node to each of its children, as places in `nodes`, in the order of the text: what counts of edges go by. */
  readonly edges: readonly DescribedEdge[];
}

interface DescribedEdge {
  readonly from: number;
  readonly to: number;
}

/** More than that nobody could read as a picture, and whoever may write to the status topic could keep the page busy. */
const MOST_NODES = 400;

/**
 * Reads the text of `topology.describe()`, which is that of Kafka Streams' Topology#describe: it is all that a heartbeat
 * says of what a scorer runs.
 * @throws KitError 'topology' naming the line that is not of that form, or where there are more than 400 nodes.
 */
export function parseTopologyText(text: string): DescribedTopology {
  const nodes: DescribedNode[] = [];
  const children: { readonly from: number; readonly names: readonly string[] }[] = [];
  let part = { subTopology: -1, isGlobal: false };
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed === 'Topologies:' || trimmed.startsWith('<-- ')) continue;
    const begins = /^Sub-topology: (\d+)(.*)$/.exec(trimmed);
    if (begins !== null) {
      part = { subTopology: Number(begins[1]), isGlobal: begins[2]?.includes('global store') ?? false };
      continue;
    }
    if (trimmed.startsWith('--> ')) {
      children.push({ from: nodes.length - 1, names: listed(trimmed.slice(4)) });
      continue;
    }
    const node = nodeOf(trimmed);
    if (node === undefined || part.subTopology < 0) {
      throw new KitError(
        'topology',
        `Line ${index + 1} of the topology's text is "${trimmed.slice(0, 80)}"; a sub-topology, a source, a processor, a sink or an arrow belongs there.`,
      );
    }
    nodes.push({ ...node, ...part });
    if (nodes.length > MOST_NODES) {
      throw new KitError('topology', `The topology's text has more than ${MOST_NODES} nodes: too many to be drawn.`);
    }
  }
  const places = new Map(nodes.map(({ name }, place) => [name, place]));
  const edges = children.flatMap(({ from, names }) =>
    names.map((name) => {
      const to = places.get(name);
      if (to === undefined || from < 0) {
        throw new KitError(
          'topology',
          `The topology's text has an arrow to "${name.slice(0, 80)}", which is none of its nodes.`,
        );
      }
      return { from, to };
    }),
  );
  return { nodes, edges };
}

function nodeOf(line: string): Pick<DescribedNode, 'name' | 'kind' | 'topics' | 'stores'> | undefined {
  const [, kind, name = '', inside = ''] = /^(Source|Processor|Sink): (.+) \((.*)\)$/.exec(line) ?? [];
  const of = (label: string): readonly string[] => {
    const list = new RegExp(`^${label}: \\[(.*)\\]$`).exec(inside)?.[1];
    return list === undefined ? [] : listed(list);
  };
  switch (kind) {
    case 'Source':
      return { name, kind: 'source', topics: of('topics'), stores: [] };
    case 'Processor':
      return { name, kind: 'processor', topics: [], stores: of('stores') };
    case 'Sink':
      return { name, kind: 'sink', topics: listed(inside.replace(/^topic: /, '')), stores: [] };
    default:
      return undefined;
  }
}

function listed(text: string): string[] {
  return text === '' || text === 'none' ? [] : text.split(', ');
}
