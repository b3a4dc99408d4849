import { type Aggregator, aggregation, type Initializer, type Reducer, reduction } from '../operators/aggregation.js';
import { type TableAggregateOptions, tableAggregate } from '../operators/table-group-by.js';
import { storeGetter } from '../operators/value-getter.js';
import type { Change } from '../record.js';
import { type Serde, serdes } from '../serde.js';
import { defaultValueSerde } from '../stores/store-definition.js';
import type { SerdeTopic } from '../topics.js';
import { KTable } from './ktable.js';
import type { Materialized } from './options.js';
import { type ErasedSerde, erased } from './stream-parts.js';
import { declareKeyValueStore, type TableParts } from './table-parts.js';

/** The rows of a table by another key, to be aggregated. They go through a topic on their way. */
export class KGroupedTable<K, V> {
  readonly #parts: TableParts;
  readonly #topicName: string | undefined;

  /** Made by `KTable.groupBy`. */
  constructor(parts: TableParts, topicName: string | undefined) {
    this.#parts = parts;
    this.#topicName = topicName;
  }

  /** How many rows each group has. */
  count(options: Materialized<K, number> = {}): KTable<K, number> {
    const add = (_key: unknown, _value: unknown, count: number): number => count + 1;
    const subtract = (_key: unknown, _value: unknown, count: number): number => count - 1;
    return this.#aggregate(
      'KTABLE-AGGREGATE-',
      aggregation(() => 0, add),
      subtract,
      { value: serdes.long, ...options },
    );
  }

  /** A group's values made into one: `adder` takes a row's value in, `subtractor` takes out what it was. */
  reduce(adder: Reducer<V>, subtractor: Reducer<V>, options: Materialized<K, V> = {}): KTable<K, NonNullable<V>> {
    const subtract = (_key: unknown, value: V, aggregate: V): V | null => subtractor(aggregate, value);
    const value = options.value ?? (this.#parts.value as Serde<NonNullable<V>> | undefined);
    return this.#aggregate('KTABLE-REDUCE-', reduction(adder), subtract, { ...options, ...(value && { value }) });
  }

  /** An aggregate of a group's rows: `adder` takes a row's value in, `subtractor` takes out what it was. */
  aggregate<VA>(
    initializer: Initializer<VA>,
    adder: Aggregator<K, V, VA>,
    subtractor: Aggregator<K, V, VA>,
    options: Materialized<K, VA> = {},
  ): KTable<K, NonNullable<VA>> {
    return this.#aggregate('KTABLE-AGGREGATE-', aggregation(initializer, adder), subtractor, options);
  }

  #aggregate<VA>(
    prefix: string,
    how: TableAggregateOptions<K, V, VA>['aggregation'],
    subtract: TableAggregateOptions<K, V, VA>['subtract'],
    options: Materialized<K, VA>,
  ): KTable<K, NonNullable<VA>> {
    const { graph, node, value } = this.#parts;
    const { key = this.#parts.key, value: aggregateSerde, store: named } = erased(options);
    const store = named ?? graph.name(`${prefix}STATE-STORE-`);
    const name = (kind: string, suffix: string): string =>
      graph.name(kind, options.named && `${options.named}-${suffix}`);
    const topic: SerdeTopic<unknown, unknown> = {
      name: `${this.#topicName ?? store}-repartition`,
      key: this.#parts.key,
      value: changeSerde(value ?? defaultValueSerde),
      internal: true,
    };
    const [sinkName, sourceName] = [name('KSTREAM-SINK-', 'sink'), name('KSTREAM-SOURCE-', 'source')];
    // Aggregations of one grouping that was given a name share its topic.
    let source = graph.sourceOf(topic);
    if (source === undefined) {
      graph.sink(topic, sinkName, [node]);
      source = graph.source(topic, sourceName, { nullValues: false });
    }
    let sends = false;
    declareKeyValueStore({ graph, key, value: undefined }, store, { ...options, key, value: aggregateSerde });
    const aggregate = graph.processor(
      tableAggregate({ store, aggregation: how, subtract, sendsOldValues: () => sends }),
      {
        name: graph.name(prefix, options.named),
        parents: [source],
        stores: () => [store],
      },
    );
    return new KTable({
      graph,
      node: aggregate,
      key,
      value: aggregateSerde,
      repartitionRequired: false,
      sources: [source],
      queryableStoreName: named,
      graceMs: undefined,
      getter: () => storeGetter(() => store),
      enableSendingOldValues() {
        sends = true;
        return true;
      },
    });
  }
}

const parts = serdes.json<{ readonly newValue: Buffer | null; readonly oldValue: Buffer | null }>();

/** An update on its way to the groups. */
function changeSerde(value: ErasedSerde): Serde<Change<NonNullable<unknown>>> {
  const write = (part: NonNullable<unknown> | null): Buffer | null => (part === null ? null : value.serialize(part));
  const read = (part: Buffer | null): NonNullable<unknown> | null => (part === null ? null : value.deserialize(part));
  return {
    serialize: ({ newValue, oldValue }) => parts.serialize({ newValue: write(newValue), oldValue: write(oldValue) }),
    deserialize(bytes) {
      const { newValue, oldValue } = parts.deserialize(bytes);
      return { newValue: read(newValue), oldValue: read(oldValue) };
    },
  };
}
