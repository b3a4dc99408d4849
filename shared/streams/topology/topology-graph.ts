import { KitError } from '#shared/errors';
import { defaultKeySerde, defaultValueSerde, type StoreDefinition } from '../stores/store-definition.js';
import type { ErasedTopic } from '../topics.js';
import { hasSerdes } from '../topics.js';
import {
  childrenOf,
  type ErasedOperator,
  type GraphNode,
  type Operator,
  type ParentNode,
  type ProcessorNode,
  type SinkNode,
  type SourceNode,
  type SourceOptions,
} from './graph.js';
import { type CoPartitioned, type GlobalStore, Topology } from './topology.js';

/** Beside its operator, what a processor node needs. */
export interface ProcessorOptions {
  readonly name: string;
  readonly parents: readonly ParentNode[];
  readonly stores?: () => readonly string[];
  readonly batched?: boolean;
}

interface DeclaredStore {
  readonly definition: StoreDefinition;
  /** Settled when the topology is built: a source table is kept only where something below needs what it held. */
  readonly wanted: () => boolean;
}

/** A topology in the making: what streams and tables add their operators to. */
export class TopologyGraph {
  readonly #nodes: GraphNode[] = [];
  readonly #names = new Set<string>();
  readonly #stores = new Map<string, DeclaredStore>();
  readonly #globalStores: GlobalStore[] = [];
  readonly #coPartitioned: CoPartitioned[] = [];
  readonly #relaxed = new Set<ProcessorNode>();
  #index = 0;

  /** The name asked for, or one of its kind with the next number, ten digits wide, as Kafka Streams numbers its operators. */
  name(prefix: string, named?: string): string {
    const numbered = `${prefix}${String(this.#index).padStart(10, '0')}`;
    // A number is used up for a named operator, too: the names of those after it do not move when it is given a name.
    this.#index += 1;
    return named ?? numbered;
  }

  /** @throws KitError 'topology' where the topic is read already in another way. */
  source(topic: ErasedTopic, name: string, options: SourceOptions): SourceNode {
    this.#claim(name);
    const node: SourceNode = { kind: 'source', index: this.#nodes.length, name, topic, options, children: [] };
    this.#nodes.push(node);
    return node;
  }

  sourceOf(topic: ErasedTopic): SourceNode | undefined {
    return this.#nodes.find((node): node is SourceNode => node.kind === 'source' && node.topic.name === topic.name);
  }

  processor<KI, VI, KO, VO>(
    operator: Operator<KI, VI, KO, VO>,
    { name, parents, stores = () => [], batched = false }: ProcessorOptions,
  ): ProcessorNode {
    this.#claim(name);
    const node: ProcessorNode = {
      kind: 'processor',
      index: this.#nodes.length,
      name,
      // The one place where the types of records are forgotten: the method that calls has checked them.
      operator: operator as unknown as ErasedOperator,
      parents,
      children: [],
      stores,
      batched,
    };
    this.#append(node, parents);
    return node;
  }

  sink(
    topic: ErasedTopic,
    name: string,
    parents: readonly ParentNode[],
    partitioner?: SinkNode['partitioner'],
  ): SinkNode {
    this.#claim(name);
    const node: SinkNode = { kind: 'sink', index: this.#nodes.length, name, topic, parents, partitioner };
    this.#append(node, parents);
    return node;
  }

  /** @throws KitError 'topology' where a store has the name already. */
  store(definition: StoreDefinition, wanted: () => boolean = () => true): string {
    const { name } = definition;
    if (!/^[a-zA-Z0-9._-]{1,200}$/.test(name)) {
      throw new KitError(
        'topology',
        `The store "${name}": its name may have letters, digits, dots, _ and -, at most 200.`,
      );
    }
    if (this.#stores.has(name) || this.#globalStores.some(({ store }) => store === name)) {
      throw new KitError('topology', `Two stores are named "${name}"; give one of them another name.`);
    }
    this.#stores.set(name, { definition, wanted });
    return name;
  }

  hasStore(name: string): boolean {
    return this.#stores.has(name) || this.#globalStores.some(({ store }) => store === name);
  }

  globalTable(topic: ErasedTopic, sourceName: string, processorName: string, store: string): void {
    this.#claim(sourceName);
    this.#claim(processorName);
    if (this.sourceOf(topic) !== undefined || this.#globalStores.some((global) => global.topic.name === topic.name)) {
      throw new KitError('topology', `The topic ${topic.name} is read twice; a global table needs it for itself.`);
    }
    this.store({
      kind: 'key-value',
      name: store,
      logging: false,
      persistent: false,
      key: hasSerdes(topic) ? topic.key : defaultKeySerde,
      value: hasSerdes(topic) ? topic.value : defaultValueSerde,
    });
    this.#globalStores.push({ topic, sourceName, processorName, store });
  }

  coPartition(operator: string, sources: readonly SourceNode[]): void {
    this.#coPartitioned.push({ operator, sources });
  }

  /** Marks a left or outer join, which null keys are something to. */
  relaxesNullKeys(node: ProcessorNode): void {
    this.#relaxed.add(node);
  }

  /** Whether what comes out of a source reaches, through whatever topics, a join that null keys are something to. */
  leadsToRelaxedJoin(sourceName: string): boolean {
    const source = this.#nodes.find(({ name }) => name === sourceName);
    const open: GraphNode[] = source === undefined ? [] : [source];
    const seen = new Set<GraphNode>();
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      if (node.kind === 'processor' && this.#relaxed.has(node)) return true;
      const next = node.kind === 'sink' ? this.sourceOf(node.topic) : undefined;
      open.push(...childrenOf(node), ...(next === undefined ? [] : [next]));
    }
    return false;
  }

  /**
   * @throws KitError 'topology' where the graph reads nothing, or an operator asks for a store that there is not.
   */
  build(): Topology {
    const stores = new Map<string, StoreDefinition>();
    for (const [name, { definition, wanted }] of this.#stores) if (wanted()) stores.set(name, definition);
    for (const node of this.#nodes) {
      if (node.kind !== 'processor') continue;
      const missing = node.stores().find((store) => !stores.has(store));
      if (missing !== undefined) {
        throw new KitError(
          'topology',
          `The operator ${node.name} asks for the store "${missing}", which there is not; add it with builder.addStateStore, or mend its name.`,
        );
      }
    }
    return new Topology({
      nodes: [...this.#nodes],
      stores,
      globalStores: [...this.#globalStores],
      coPartitioned: [...this.#coPartitioned],
    });
  }

  #append(node: ProcessorNode | SinkNode, parents: readonly ParentNode[]): void {
    this.#nodes.push(node);
    // A stream that is merged with itself gives its records on twice.
    for (const parent of parents) parent.children.push(node);
  }

  #claim(name: string): void {
    if (this.#names.has(name)) {
      throw new KitError('topology', `Two operators are named "${name}"; give one of them another name.`);
    }
    this.#names.add(name);
  }
}
