import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseTopologyText } from '#shared/dashboard';
import { projectFile } from '#shared/project-file';
import type { Topology } from '../index.js';
import { childrenOf, storesOf } from '../topology/graph.js';
import { buildTopology } from './build-topology.js';
import { parseCase } from './case.js';
import { readCaseLines } from './read-case-lines.js';

const lines = readCaseLines(fileURLToPath(projectFile('shared/streams/golden/cases')));

/** What a text must say: the graph itself, in its order. */
function saidBy({ subTopologies, globalStores }: Topology): { nodes: string[]; edges: string[] } {
  const nodes = subTopologies.flatMap(({ nodes }) => nodes);
  const topics = (node: (typeof nodes)[number]): string[] => (node.kind === 'processor' ? [] : [node.topic.name]);
  return {
    nodes: [
      ...nodes.map((node) => [node.name, ...topics(node), ...storesOf(node)].join(' ')),
      ...globalStores.flatMap(({ sourceName, topic, processorName, store }) => [
        `${sourceName} ${topic.name}`,
        `${processorName} ${store}`,
      ]),
    ],
    edges: [
      ...nodes.flatMap((node) => childrenOf(node).map((child) => `${node.name} → ${child.name}`)),
      ...globalStores.map(({ sourceName, processorName }) => `${sourceName} → ${processorName}`),
    ],
  };
}

describe('the text of every topology that was recorded', () => {
  it('says its nodes and edges', () => {
    const seen = new Set<string>();
    for (const { json } of lines) {
      const { topology } = buildTopology(parseCase(json), { batched: false });
      const text = topology.describe();
      if (seen.has(text)) continue;
      seen.add(text);
      const { nodes, edges } = parseTopologyText(text);
      const name = (place: number): string => nodes[place]?.name ?? '?';
      expect({
        nodes: nodes.map((node) => [node.name, ...node.topics, ...node.stores].join(' ')),
        edges: edges.map(({ from, to }) => `${name(from)} → ${name(to)}`),
      }).toEqual(saidBy(topology));
    }
    expect(seen.size).toBeGreaterThan(50);
  });
});
