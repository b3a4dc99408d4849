import { KitError } from '#shared/errors';
import { filter, filterNot, type Predicate } from '../operators/filter.js';
import { flatMapValues } from '../operators/flat-map-values.js';
import { flatMap, type KeyValueMapper, map, selectKey } from '../operators/map.js';
import { type BatchMapper, mapBatch } from '../operators/map-batch.js';
import { mapValues, type ValueMapper } from '../operators/map-values.js';
import { passThrough } from '../operators/pass-through.js';
import { type ForeachAction, foreach, peek } from '../operators/peek.js';
import { type ProcessorSupplier, process } from '../operators/process.js';
import { type Scored, type Scorer, score } from '../operators/score.js';
import { streamTableJoin } from '../operators/stream-table-join.js';
import { tableSource } from '../operators/table-source.js';
import type { AnyJoiner, JoinType, ValueJoiner } from '../operators/table-table-join.js';
import { defaultKeySerde } from '../stores/store-definition.js';
import type { AnyTopic, ErasedTopic } from '../topics.js';
import type { Operator } from '../topology/graph.js';
import type { JoinWindows } from '../windows.js';
import { BranchedKStream } from './branched-kstream.js';
import { GlobalKTable } from './global-ktable.js';
import { KGroupedStream } from './kgrouped-stream.js';
import { KTable } from './ktable.js';
import type { Grouped, Materialized, Named, Repartitioned, StreamJoined } from './options.js';
import { joinStreams } from './stream-join.js';
import { erased, repartition, type StreamParts } from './stream-parts.js';
import { keptTable } from './table-parts.js';

/**
 * What `to` takes after the topic: a name, if the topic takes what the stream has. Null is a deletion, or no key, on any topic.
 */
type Fitting<K, V, KT, VT> = [K] extends [KT | null]
  ? [V] extends [VT | null]
    ? [named?: string]
    : ['the values of this stream are not those of the topic']
  : ['the keys of this stream are not those of the topic'];

/** A stream of records; every method adds an operator to the topology and gives what comes out of it. */
export class KStream<K, V> {
  /** @internal */
  readonly parts: StreamParts;
  #repartitioned: StreamParts | undefined;

  /** Made by `StreamsBuilder.stream` and by the operators. */
  constructor(parts: StreamParts) {
    this.parts = parts;
  }

  /** Keeps the records for which the predicate holds. */
  filter(predicate: Predicate<K, V>, named?: string): KStream<K, V> {
    return this.#through('KSTREAM-FILTER-', filter(predicate), named, {});
  }

  /** Keeps the records for which the predicate does not hold. */
  filterNot(predicate: Predicate<K, V>, named?: string): KStream<K, V> {
    return this.#through('KSTREAM-FILTER-', filterNot(predicate), named, {});
  }

  /** Gives each record a new value; key, timestamp and headers stay. */
  mapValues<VR>(mapper: ValueMapper<K, V, VR>, named?: string): KStream<K, VR> {
    return this.#through('KSTREAM-MAPVALUES-', mapValues(mapper), named, { value: undefined });
  }

  /** Gives for each record as many as the mapper gives values, under the record's key. */
  flatMapValues<VR>(mapper: ValueMapper<K, V, Iterable<VR>>, named?: string): KStream<K, VR> {
    return this.#through('KSTREAM-FLATMAPVALUES-', flatMapValues(mapper), named, { value: undefined });
  }

  /** Gives each record a new key and value. What is keyed anew goes through a topic before it is grouped or joined. */
  map<KR, VR>(mapper: KeyValueMapper<K, V, readonly [KR, VR]>, named?: string): KStream<KR, VR> {
    return this.#rekeyed('KSTREAM-MAP-', map(mapper), named, undefined);
  }

  /** Gives for each record as many as the mapper gives pairs of key and value. */
  flatMap<KR, VR>(mapper: KeyValueMapper<K, V, Iterable<readonly [KR, VR]>>, named?: string): KStream<KR, VR> {
    return this.#rekeyed('KSTREAM-FLATMAP-', flatMap(mapper), named, undefined);
  }

  /** Gives each record a new key; on the topic that it is written to that decides the partition. */
  selectKey<KR>(mapper: KeyValueMapper<K, V, KR>, named?: string): KStream<KR, V> {
    return this.#rekeyed('KSTREAM-KEY-SELECT-', selectKey(mapper), named, this.parts.value);
  }

  /** Looks at each record and gives it on. */
  peek(action: ForeachAction<K, V>, named?: string): KStream<K, V> {
    return this.#through('KSTREAM-PEEK-', peek(action), named, {});
  }

  /** Ends the stream by looking at each record. */
  foreach(action: ForeachAction<K, V>, named?: string): void {
    this.#through('KSTREAM-FOREACH-', foreach(action), named, {});
  }

  /** The records of both streams, in no order between them. */
  merge(other: KStream<K, V>, named?: string): KStream<K, V> {
    const { graph, node, key, value, sources, repartitionRequired } = this.parts;
    const name = graph.name('KSTREAM-MERGE-', named);
    // Merged with itself a stream stays as it is.
    const parents = [...new Set([node, other.parts.node])];
    const merged = graph.processor(passThrough<K, V>(), { name, parents });
    return new KStream({
      ...this.parts,
      node: merged,
      key,
      value: value === other.parts.value ? value : undefined,
      sources: [...new Set([...sources, ...other.parts.sources])],
      repartitionRequired: repartitionRequired || other.parts.repartitionRequired,
    });
  }

  /** Begins a split into branches: each record goes to the first whose predicate holds. */
  split(named?: string): BranchedKStream<K, V, never> {
    return new BranchedKStream(this.parts, (parts) => new KStream<K, V>(parts), named);
  }

  /**
   * Gives the records of a fetched chunk their new values in one asynchronous call, and hands them on in order. A KitError
   * in the place of a value fails that record alone. What comes out never depends on how large the chunks are: what takes a way
   * round this operator and meets what lies behind it waits for its turn.
   */
  mapBatch<VR>(mapper: BatchMapper<K, V, VR>, named?: string): KStream<K, VR> {
    return this.#through('KSTREAM-MAPBATCH-', mapBatch(mapper), named, { value: undefined }, true);
  }

  /** Applies a model: one call for the records of a fetched chunk. */
  score(model: Scorer<V>, named?: string): KStream<K, Scored<V>> {
    return this.#through('KSTREAM-SCORE-', score<K, V>(model), named, { value: undefined }, true);
  }

  /** Hands each record to a processor of one's own (Processor API), which may use the stores that it is connected with. */
  process<KR, VR>(
    supplier: ProcessorSupplier<K, V, KR, VR>,
    { named, stores = [] }: Named & { readonly stores?: readonly string[] } = {},
  ): KStream<KR, VR> {
    const parts = this.#processed(process(supplier, stores), stores, named);
    return new KStream({ ...parts, repartitionRequired: true });
  }

  /** As `process`, for a processor that leaves the keys as they are: nothing is repartitioned because of it. */
  processValues<VR>(
    supplier: ProcessorSupplier<K, V, K, VR>,
    { named, stores = [] }: Named & { readonly stores?: readonly string[] } = {},
  ): KStream<K, VR> {
    return new KStream(this.#processed(process(supplier, stores), stores, named));
  }

  /** Sends the stream through a topic of the application's own, partitioned by its keys. Null keys end there. */
  repartition(options: Repartitioned<K, V> = {}): KStream<K, V> {
    const { graph } = this.parts;
    const prefix = options.named ?? graph.name('KSTREAM-REPARTITION-');
    const { key, value, partitions } = options;
    return new KStream(repartition(this.parts, prefix, erased({ key, value, partitions })));
  }

  /**
   * The stream as it is, taken to be partitioned by its keys: nothing goes through a topic because of them. For new keys of
   * which each occurs on one partition only, such as those of an airport's flights where the airport was the key; where
   * that is not so, what belongs together does not meet. The KIP advises against it before joins: they need it of both sides.
   * Source: KIP-759, https://cwiki.apache.org/confluence/display/KAFKA/KIP-759%3A+Unneeded+repartition+canceling
   */
  markAsPartitioned(): KStream<K, V> {
    return new KStream({ ...this.parts, repartitionRequired: false });
  }

  /** The stream as updates of a table: the last value of each key, null deleting. */
  toTable(options: Materialized<K, NonNullable<V>> = {}): KTable<K, NonNullable<V>> {
    const { graph } = this.parts;
    const name = graph.name('KSTREAM-TOTABLE-', options.named);
    const storeName = options.store ?? graph.name('KSTREAM-TOTABLE-STATE-STORE-');
    const parts = this.parts.repartitionRequired ? repartition(this.parts, name, erased(options)) : this.parts;
    return new KTable(
      keptTable(parts, { name, storeName, options: erased(options), operator: (state) => tableSource(state) }),
    );
  }

  /** Writes the records to a topic, under their key and with their timestamp and headers. */
  to<KT, VT>(topic: AnyTopic<KT, VT>, ...named: Fitting<K, V, KT, VT>): void {
    const { graph, node } = this.parts;
    const [name] = named as readonly [string?];
    graph.sink(topic as ErasedTopic, graph.name('KSTREAM-SINK-', name), [node]);
  }

  /** Groups the records by their key. */
  groupByKey(options: Grouped<K, V> = {}): KGroupedStream<NonNullable<K>, V> {
    const { key, value } = erased(options);
    return new KGroupedStream(
      { ...this.parts, key: key ?? this.parts.key, value: value ?? this.parts.value },
      options.named,
    );
  }

  /** Groups the records by a new key; they go through a topic before they are aggregated. Null keys and values are left out. */
  groupBy<KR>(mapper: KeyValueMapper<K, V, KR>, options: Grouped<KR, V> = {}): KGroupedStream<NonNullable<KR>, V> {
    return this.selectKey(mapper).groupByKey(options);
  }

  /** Meets the records of another stream that lie within a time of each other, each pair once. */
  join<VO, VR>(
    other: KStream<K, VO>,
    joiner: ValueJoiner<K, NonNullable<V>, NonNullable<VO>, VR>,
    windows: JoinWindows,
    options?: StreamJoined<K, V, VO>,
  ): KStream<K, VR>;
  /** Looks each record up in a table, by its key. */
  join<VT, VR>(
    table: KTable<NonNullable<K>, VT>,
    joiner: ValueJoiner<K, NonNullable<V>, VT, VR>,
    options?: Grouped<K, V>,
  ): KStream<K, VR>;
  /** Looks each record up in a global table, by a key of the caller's choice. */
  join<KG, VG, VR>(
    table: GlobalKTable<KG, VG>,
    tableKey: KeyValueMapper<K, V, KG | null>,
    joiner: ValueJoiner<K, NonNullable<V>, VG, VR>,
    named?: string,
  ): KStream<K, VR>;
  join(other: unknown, ...rest: readonly unknown[]): unknown {
    return this.#join('inner', other, rest);
  }

  /** As `join`, and what finds nothing goes out with null: once nothing can be found any more, where the other is a stream. */
  leftJoin<VO, VR>(
    other: KStream<K, VO>,
    joiner: ValueJoiner<K, NonNullable<V>, VO | null, VR>,
    windows: JoinWindows,
    options?: StreamJoined<K, V, VO>,
  ): KStream<K, VR>;
  leftJoin<VT, VR>(
    table: KTable<NonNullable<K>, VT>,
    joiner: ValueJoiner<K, NonNullable<V>, VT | null, VR>,
    options?: Grouped<K, V>,
  ): KStream<K, VR>;
  leftJoin<KG, VG, VR>(
    table: GlobalKTable<KG, VG>,
    tableKey: KeyValueMapper<K, V, KG | null>,
    joiner: ValueJoiner<K, NonNullable<V>, VG | null, VR>,
    named?: string,
  ): KStream<K, VR>;
  leftJoin(other: unknown, ...rest: readonly unknown[]): unknown {
    return this.#join('left', other, rest);
  }

  /** As `leftJoin` of streams, from both sides. */
  outerJoin<VO, VR>(
    other: KStream<K, VO>,
    joiner: ValueJoiner<K, V | null, VO | null, VR>,
    windows: JoinWindows,
    options?: StreamJoined<K, V, VO>,
  ): KStream<K, VR> {
    return this.#join('outer', other, [joiner, windows, options]) as KStream<K, VR>;
  }

  // The overloads have checked what comes with which other side.
  #join(type: JoinType, other: unknown, rest: readonly unknown[]): KStream<K, unknown> {
    if (other instanceof KStream) {
      const [joiner, windows, options = {}] = rest as [
        AnyJoiner<unknown, unknown>,
        JoinWindows,
        StreamJoined<unknown, unknown, unknown>?,
      ];
      const sides = [
        this.#forJoin(options.named && `${options.named}-left`),
        other.#forJoin(options.named && `${options.named}-right`),
      ] as const;
      return new KStream(joinStreams(type, sides, joiner, windows, options));
    }
    if (type === 'outer')
      throw new KitError('topology', 'A stream is joined with a table from its own side only: use leftJoin.');
    if (other instanceof GlobalKTable) {
      const [tableKey, joiner, named] = rest as [
        KeyValueMapper<unknown, unknown, unknown>,
        AnyJoiner<unknown, unknown>,
        string?,
      ];
      return this.#tableJoin(this.parts, type, { table: other.getter, tableKey, joiner }, [], named);
    }
    if (!(other instanceof KTable))
      throw new KitError('topology', 'A stream is joined with a stream, a table or a global table.');
    const [joiner, options = {}] = rest as [AnyJoiner<unknown, unknown>, Grouped<unknown, unknown>?];
    const parts = this.#forJoin(options.named, options);
    const table = other.parts.getter();
    return this.#tableJoin(parts, type, { table, tableKey: (key) => key, joiner }, other.parts.sources, options.named);
  }

  #tableJoin(
    parts: StreamParts,
    type: 'inner' | 'left',
    options: Pick<Parameters<typeof streamTableJoin>[0], 'table' | 'tableKey' | 'joiner'>,
    tableSources: StreamParts['sources'],
    named: string | undefined,
  ): KStream<K, unknown> {
    const { graph, node, sources } = parts;
    const name = graph.name(type === 'left' ? 'KSTREAM-LEFTJOIN-' : 'KSTREAM-JOIN-', named);
    const joined = graph.processor(streamTableJoin({ ...options, type }), {
      name,
      parents: [node],
      stores: options.table.stores,
    });
    if (type === 'left') graph.relaxesNullKeys(joined);
    const together = [...new Set([...sources, ...tableSources])];
    if (tableSources.length > 0) graph.coPartition(name, together);
    return new KStream({ ...parts, node: joined, value: undefined, sources: together });
  }

  /** The stream as it can be joined by key: through a topic first where its keys may have changed. */
  #forJoin(named: string | undefined, options: Grouped<unknown, unknown> = {}): StreamParts {
    if (!this.parts.repartitionRequired) return this.parts;
    if (named !== undefined) return repartition(this.parts, named, erased(options));
    // A stream that is joined more than once goes through its topic once.
    this.#repartitioned ??= repartition(this.parts, this.parts.node.name, erased(options));
    return this.#repartitioned;
  }

  #processed<KR, VR>(
    operator: Operator<K, V, KR, VR>,
    stores: readonly string[],
    named: string | undefined,
  ): StreamParts {
    const { graph, node } = this.parts;
    const name = graph.name('KSTREAM-PROCESSOR-', named);
    const processor = graph.processor(operator, { name, parents: [node], stores: () => stores });
    return { ...this.parts, node: processor, value: undefined };
  }

  #rekeyed<KR, VR>(
    prefix: string,
    operator: Operator<K, V, KR, VR>,
    named: string | undefined,
    value: StreamParts['value'],
  ): KStream<KR, VR> {
    return this.#through(prefix, operator, named, { value, key: defaultKeySerde, repartitionRequired: true });
  }

  #through<KO, VO>(
    prefix: string,
    operator: Operator<K, V, KO, VO>,
    named: string | undefined,
    changes: Partial<StreamParts>,
    batched = false,
  ): KStream<KO, VO> {
    const { graph, node } = this.parts;
    const processor = graph.processor(operator, { name: graph.name(prefix, named), parents: [node], batched });
    return new KStream<KO, VO>({ ...this.parts, ...changes, node: processor });
  }
}
