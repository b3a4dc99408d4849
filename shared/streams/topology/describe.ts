import type { ErasedTopic } from '../topics.js';
import { childrenOf, type GraphNode, parentsOf } from './graph.js';
import type { SubTopology } from './sub-topologies.js';

/** What is described: parts that run as tasks, and tables that every instance has. */
interface Described {
  readonly subTopologies: readonly SubTopology[];
  readonly globalStores: readonly {
    readonly store: string;
    readonly topic: ErasedTopic;
    readonly sourceName: string;
    readonly processorName: string;
  }[];
}

/** The graph in words, in the form of Kafka Streams' Topology#describe. */
export function describeTopology({ subTopologies, globalStores }: Described): string {
  const lines = ['Topologies:'];
  for (const { id, nodes } of subTopologies) {
    lines.push(`   Sub-topology: ${id}`);
    for (const node of nodes) lines.push(...describeNode(node));
  }
  globalStores.forEach(({ sourceName, processorName, topic, store }, index) => {
    lines.push(
      `   Sub-topology: ${subTopologies.length + index} for global store (will not generate tasks)`,
      `    Source: ${sourceName} (topics: [${topic.name}])`,
      `      --> ${processorName}`,
      `    Processor: ${processorName} (stores: [${store}])`,
      '      --> none',
      `      <-- ${sourceName}`,
    );
  });
  return `${lines.join('\n')}\n`;
}

function describeNode(node: GraphNode): string[] {
  const names = (nodes: readonly GraphNode[]): string => nodes.map(({ name }) => name).join(', ') || 'none';
  const lines = [headline(node)];
  if (node.kind !== 'sink') lines.push(`      --> ${names(childrenOf(node))}`);
  if (node.kind !== 'source') lines.push(`      <-- ${names(parentsOf(node))}`);
  return lines;
}

function headline(node: GraphNode): string {
  switch (node.kind) {
    case 'source':
      return `    Source: ${node.name} (topics: [${node.topic.name}])`;
    case 'processor':
      return `    Processor: ${node.name} (stores: [${node.stores().join(', ')}])`;
    case 'sink':
      return `    Sink: ${node.name} (topic: ${node.topic.name})`;
  }
}
