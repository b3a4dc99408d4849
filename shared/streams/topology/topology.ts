import { KitError } from '#shared/errors';
import type { StoreDefinition } from '../stores/store-definition.js';
import { type ErasedTopic, hasSerdes } from '../topics.js';
import { describeTopology } from './describe.js';
import type { GraphNode, SinkNode, SourceNode } from './graph.js';
import { type SubTopology, subTopologies } from './sub-topologies.js';

/** A global table: each instance holds all of it, whatever partitions it is assigned. */
export interface GlobalStore {
  readonly store: string;
  readonly topic: ErasedTopic;
  readonly sourceName: string;
  readonly processorName: string;
}

/** What a topology is made of, settled by the builder. */
export interface TopologyParts {
  readonly nodes: readonly GraphNode[];
  readonly stores: ReadonlyMap<string, StoreDefinition>;
  readonly globalStores: readonly GlobalStore[];
  /** Names of source nodes whose topics must have as many partitions as each other, and the operator that needs it. */
  readonly coPartitioned: readonly CoPartitioned[];
}

/** Sources that an operator joins, which must have as many partitions as each other. */
export interface CoPartitioned {
  readonly operator: string;
  readonly sources: readonly SourceNode[];
}

/** What `StreamsBuilder.build` makes: sources, and behind them operators, stores and sinks. */
export class Topology {
  readonly nodes: readonly GraphNode[];
  readonly stores: ReadonlyMap<string, StoreDefinition>;
  readonly globalStores: readonly GlobalStore[];
  readonly coPartitioned: readonly CoPartitioned[];
  readonly subTopologies: readonly SubTopology[];

  /** @throws KitError 'topology' where no topic is read, or an operator asks for a store that there is not. */
  constructor({ nodes, stores, globalStores, coPartitioned }: TopologyParts) {
    if (!nodes.some(({ kind }) => kind === 'source')) {
      throw new KitError('topology', 'The topology reads no topic: begin it with builder.stream(topic).');
    }
    this.nodes = nodes;
    this.stores = stores;
    this.globalStores = globalStores;
    this.coPartitioned = coPartitioned;
    this.subTopologies = subTopologies(nodes, (store) => globalStores.some((global) => global.store === store));
  }

  get sources(): readonly SourceNode[] {
    return this.nodes.filter((node) => node.kind === 'source');
  }

  get sinks(): readonly SinkNode[] {
    return this.nodes.filter((node) => node.kind === 'sink');
  }

  /** The topics that are read, each once, internal ones and those of global tables among them. */
  get sourceTopics(): ErasedTopic[] {
    return distinct([...this.sources, ...this.globalStores].map(({ topic }) => topic));
  }

  /** The topics that are written, each once, internal ones among them. */
  get sinkTopics(): ErasedTopic[] {
    return distinct(this.sinks.map(({ topic }) => topic));
  }

  /** The topics between parts of the topology: each is written and read by it, and by nobody else. */
  get repartitionTopics(): ErasedTopic[] {
    return this.sourceTopics.filter((topic) => hasSerdes(topic) && topic.internal === true);
  }

  /** The graph in words, in the form of Kafka Streams' Topology#describe. */
  describe(): string {
    return describeTopology(this);
  }
}

function distinct(topics: readonly ErasedTopic[]): ErasedTopic[] {
  return [...new Map(topics.map((topic) => [topic.name, topic])).values()];
}
