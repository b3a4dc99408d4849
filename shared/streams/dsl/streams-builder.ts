import { KitError } from '#shared/errors';
import type { Topic } from '#shared/schema';
import { tableSource } from '../operators/table-source.js';
import type { Key } from '../record.js';
import type { Serde } from '../serde.js';
import { defaultKeySerde, defaultValueSerde, type StoreDefinition } from '../stores/store-definition.js';
import { type ErasedTopic, hasSerdes, type SerdeTopic } from '../topics.js';
import type { SourceNode } from '../topology/graph.js';
import type { Topology } from '../topology/topology.js';
import { TopologyGraph } from '../topology/topology-graph.js';
import { GlobalKTable } from './global-ktable.js';
import { KStream } from './kstream.js';
import { KTable } from './ktable.js';
import type { Consumed, Materialized, Named } from './options.js';
import { erased, type StreamParts } from './stream-parts.js';
import { keptTable } from './table-parts.js';

/** Builds a topology, operator by operator, in Kafka Streams' own vocabulary. */
export class StreamsBuilder {
  readonly #graph = new TopologyGraph();

  /**
   * The records of a topic, decoded. A null value in a topic of Avro records does not decode; a topic with serdes of its
   * own passes it. Asked for twice, the topic is read once.
   * @throws KitError 'topology' when the topic is a table already, or a stream with other options.
   */
  stream<V>(topic: Topic<V>, options?: Consumed): KStream<Key, V>;
  stream<K, V>(topic: SerdeTopic<K, V>, options?: Consumed): KStream<K, V>;
  stream(topic: ErasedTopic, options: Consumed = {}): unknown {
    const known = this.#graph.sourceOf(topic);
    if (known !== undefined && !this.#streams.has(known)) {
      throw new KitError(
        'topology',
        `The topic ${topic.name} is read as a table already; make a stream of that one with toStream().`,
      );
    }
    if (known !== undefined) refuseOtherOptions(known, options);
    const parts = this.#source(topic, 'KSTREAM-SOURCE-', options, hasSerdes(topic), known);
    this.#streams.add(parts.node as SourceNode);
    return new KStream(parts);
  }

  /**
   * A topic as updates of a table: the last value of each key, null deleting. It has a store if it is given a name for one,
   * or something below needs it.
   * @throws KitError 'topology' when the topic is read already.
   */
  table<V>(topic: Topic<V>, options?: Consumed & Materialized<string, V>): KTable<string, NonNullable<V>>;
  table<K, V>(topic: SerdeTopic<K, V>, options?: Consumed & Materialized<K, V>): KTable<NonNullable<K>, NonNullable<V>>;
  table(topic: ErasedTopic, options: Consumed & Materialized<unknown, unknown> = {}): unknown {
    if (this.#graph.sourceOf(topic) !== undefined) {
      throw new KitError(
        'topology',
        `The topic ${topic.name} is read twice; keep the first stream or table in a constant and use it twice.`,
      );
    }
    const { graph } = this;
    const sourceName = graph.name('KSTREAM-SOURCE-', options.named && `${options.named}-source`);
    const name = graph.name('KTABLE-SOURCE-', options.named);
    const storeName = options.store ?? graph.name(`${topic.name}-STATE-STORE-`);
    const parts = this.#source(topic, 'KSTREAM-SOURCE-', { ...options, named: sourceName }, true, undefined);
    return new KTable(
      keptTable(parts, { name, storeName, options: erased(options), operator: (state) => tableSource(state) }),
    );
  }

  /** A topic as a table that every instance holds whole. A join with it needs no co-partitioning. */
  globalTable<V>(topic: Topic<V>, options?: Named & { readonly store?: string }): GlobalKTable<string, NonNullable<V>>;
  globalTable<K, V>(
    topic: SerdeTopic<K, V>,
    options?: Named & { readonly store?: string },
  ): GlobalKTable<NonNullable<K>, NonNullable<V>>;
  globalTable(topic: ErasedTopic, options: Named & { readonly store?: string } = {}): unknown {
    const { graph } = this;
    const sourceName = graph.name('KSTREAM-SOURCE-', options.named && `${options.named}-source`);
    const name = graph.name('KTABLE-SOURCE-', options.named);
    const store = options.store ?? graph.name(`${topic.name}-STATE-STORE-`);
    graph.globalTable(topic, sourceName, name, store);
    return new GlobalKTable(store);
  }

  /** Adds a store for processors that are connected with it by name. @throws KitError 'topology' for a name that is taken. */
  addStateStore(definition: StoreDefinition): this {
    this.#graph.store(definition);
    return this;
  }

  /** @throws KitError 'topology' when no topic is read, or a processor asks for a store that there is not. */
  build(): Topology {
    return this.#graph.build();
  }

  readonly #streams = new Set<SourceNode>();

  private get graph(): TopologyGraph {
    return this.#graph;
  }

  #source(
    topic: ErasedTopic,
    prefix: string,
    { named, offsetReset, timestampExtractor }: Consumed,
    nullValues: boolean,
    known: SourceNode | undefined,
  ): StreamParts {
    const node =
      known ??
      this.#graph.source(topic, this.#graph.name(prefix, named), {
        nullValues,
        ...(offsetReset && { offsetReset }),
        ...(timestampExtractor && { timestampExtractor }),
      });
    return {
      graph: this.#graph,
      node,
      key: hasSerdes(topic) ? topic.key : defaultKeySerde,
      value: hasSerdes(topic) ? topic.value : undefined,
      repartitionRequired: false,
      sources: [node],
    };
  }
}

/** A topic is read once: the options of a second stream are those of the first, or none. */
function refuseOtherOptions({ topic, options: read }: SourceNode, options: Consumed): void {
  for (const option of ['offsetReset', 'timestampExtractor'] as const) {
    if (options[option] === undefined || options[option] === read[option]) continue;
    throw new KitError(
      'topology',
      `The topic ${topic.name} is read as a stream already, with another ${option}; it is read once, so give it the same, or only the first time.`,
    );
  }
}

/** Beside its name, what a store of a processor's own holds. */
export interface StoreOptions<K, V> {
  readonly name: string;
  /** Text where absent. */
  readonly key?: Serde<NonNullable<K>>;
  /** JSON where absent. */
  readonly value?: Serde<NonNullable<V>>;
  readonly logging?: boolean;
  readonly persistent?: boolean;
}

/** Declares a key-value store for processors. */
export function keyValueStore<K, V>(options: StoreOptions<K, V>): StoreDefinition {
  return { kind: 'key-value', ...storeBasics(options) };
}

/** Declares a window store for processors. */
export function windowStore<K, V>(
  options: StoreOptions<K, V> & { readonly windowSizeMs: number; readonly retentionMs: number },
): StoreDefinition {
  const { windowSizeMs, retentionMs } = options;
  return { kind: 'window', ...storeBasics(options), windowSizeMs, retentionMs, retainDuplicates: false };
}

/** Declares a session store for processors. */
export function sessionStore<K, V>(options: StoreOptions<K, V> & { readonly retentionMs: number }): StoreDefinition {
  return { kind: 'session', ...storeBasics(options), retentionMs: options.retentionMs };
}

function storeBasics<K, V>(options: StoreOptions<K, V>) {
  const { key = defaultKeySerde, value = defaultValueSerde } = erased(options);
  const { name, logging = true, persistent = false } = options;
  return { name, key, value, logging, persistent };
}
