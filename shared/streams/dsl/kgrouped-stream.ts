import {
  type Aggregation,
  type Aggregator,
  aggregation,
  counting,
  type Initializer,
  type Reducer,
  reduction,
} from '../operators/aggregation.js';
import { streamAggregate } from '../operators/stream-aggregate.js';
import { storeGetter } from '../operators/value-getter.js';
import { type Serde, serdes } from '../serde.js';
import { SessionWindows, type SlidingWindows, type TimeWindows } from '../windows.js';
import { GroupedParts } from './grouped-parts.js';
import { KTable } from './ktable.js';
import type { Materialized } from './options.js';
import { SessionWindowedKStream } from './session-windowed-kstream.js';
import { erased, type StreamParts } from './stream-parts.js';
import { declareKeyValueStore } from './table-parts.js';
import { TimeWindowedKStream } from './time-windowed-kstream.js';

/** Records by their key, to be aggregated. */
export class KGroupedStream<K, V> {
  readonly #grouped: GroupedParts;

  /** Made by `KStream.groupByKey` and `groupBy`. */
  constructor(parts: StreamParts, topicName: string | undefined) {
    this.#grouped = new GroupedParts(parts, topicName);
  }

  /** How many records each key has had. */
  count(options: Materialized<K, number> = {}): KTable<K, number> {
    return this.#aggregate<number>('KSTREAM-AGGREGATE-', counting, { value: serdes.long, ...options });
  }

  /** A key's values made into one; the first is taken as it is. */
  reduce(reducer: Reducer<NonNullable<V>>, options: Materialized<K, NonNullable<V>> = {}): KTable<K, NonNullable<V>> {
    const value = options.value ?? (this.#grouped.parts.value as Serde<NonNullable<V>> | undefined);
    return this.#aggregate<NonNullable<V>>('KSTREAM-REDUCE-', reduction(reducer), {
      ...options,
      ...(value && { value }),
    });
  }

  /** An aggregate of a key's records. */
  aggregate<VA>(
    initializer: Initializer<VA>,
    aggregator: Aggregator<K, NonNullable<V>, VA>,
    options: Materialized<K, VA> = {},
  ): KTable<K, NonNullable<VA>> {
    return this.#aggregate('KSTREAM-AGGREGATE-', aggregation(initializer, aggregator), options);
  }

  /** Aggregates in windows of a fixed size, or in sliding ones. */
  windowedBy(windows: TimeWindows | SlidingWindows): TimeWindowedKStream<K, V>;
  /** Aggregates in sessions. */
  windowedBy(windows: SessionWindows): SessionWindowedKStream<K, V>;
  windowedBy(
    windows: TimeWindows | SlidingWindows | SessionWindows,
  ): TimeWindowedKStream<K, V> | SessionWindowedKStream<K, V> {
    return windows instanceof SessionWindows
      ? new SessionWindowedKStream(this.#grouped, windows)
      : new TimeWindowedKStream(this.#grouped, windows);
  }

  #aggregate<VA>(
    prefix: string,
    how: Aggregation<K, NonNullable<V>, VA>,
    options: Materialized<K, VA>,
  ): KTable<K, NonNullable<VA>> {
    const { graph } = this.#grouped.parts;
    const store = options.store ?? graph.name(`${prefix}STATE-STORE-`);
    const name = graph.name(prefix, options.named);
    const parts = this.#grouped.repartitioned(store);
    const { value } = erased(options);
    const key = erased(options).key ?? parts.key;
    let sends = false;
    declareKeyValueStore({ graph, key, value: undefined }, store, { ...options, key, value });
    const node = graph.processor(streamAggregate({ store, aggregation: how, sendsOldValues: () => sends }), {
      name,
      parents: [parts.node],
      stores: () => [store],
    });
    return new KTable({
      ...parts,
      node,
      key,
      value,
      repartitionRequired: false,
      queryableStoreName: options.store,
      graceMs: undefined,
      getter: () => storeGetter(() => store),
      enableSendingOldValues() {
        sends = true;
        return true;
      },
    });
  }
}
