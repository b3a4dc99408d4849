import {
  type Aggregation,
  type Aggregator,
  aggregation,
  counting,
  type Initializer,
  type Reducer,
  reduction,
} from '../operators/aggregation.js';
import type { EmitStrategy } from '../operators/final-results.js';
import { slidingWindowAggregate } from '../operators/sliding-window-aggregate.js';
import { timeWindowAggregate } from '../operators/time-window-aggregate.js';
import { windowGetter } from '../operators/window-getter.js';
import type { Windowed } from '../record.js';
import { type Serde, serdes } from '../serde.js';
import { defaultValueSerde } from '../stores/store-definition.js';
import { timeWindowedSerde } from '../windowed-serde.js';
import { SlidingWindows, type TimeWindows } from '../windows.js';
import type { GroupedParts } from './grouped-parts.js';
import { KTable } from './ktable.js';
import type { Materialized } from './options.js';
import { retentionOf } from './retention.js';
import { type ErasedSerde, erased } from './stream-parts.js';

/** Records by key and window, to be aggregated. */
export class TimeWindowedKStream<K, V> {
  readonly #grouped: GroupedParts;
  readonly #windows: TimeWindows | SlidingWindows;
  readonly #emit: EmitStrategy;

  /** Made by `KGroupedStream.windowedBy`. */
  constructor(grouped: GroupedParts, windows: TimeWindows | SlidingWindows, emit: EmitStrategy = 'onWindowUpdate') {
    this.#grouped = grouped;
    this.#windows = windows;
    this.#emit = emit;
  }

  /** With each update, as it is, or once, when a window is closed. */
  emitStrategy(emit: EmitStrategy): TimeWindowedKStream<K, V> {
    return new TimeWindowedKStream(this.#grouped, this.#windows, emit);
  }

  /** How many records each key and window has had. */
  count(options: Materialized<K, number> = {}): KTable<Windowed<K>, number> {
    return this.#aggregate<number>('KSTREAM-AGGREGATE-', counting, { value: serdes.long, ...options });
  }

  /** A window's values made into one; the first is taken as it is. */
  reduce(reducer: Reducer<V>, options: Materialized<K, V> = {}): KTable<Windowed<K>, NonNullable<V>> {
    const value = options.value ?? (this.#grouped.parts.value as Serde<NonNullable<V>> | undefined);
    return this.#aggregate('KSTREAM-REDUCE-', reduction(reducer), { ...options, ...(value && { value }) });
  }

  /** An aggregate of a window's records. */
  aggregate<VA>(
    initializer: Initializer<VA>,
    aggregator: Aggregator<K, V, VA>,
    options: Materialized<K, VA> = {},
  ): KTable<Windowed<K>, NonNullable<VA>> {
    return this.#aggregate('KSTREAM-AGGREGATE-', aggregation(initializer, aggregator), options);
  }

  #aggregate<VA>(
    prefix: string,
    how: Aggregation<K, V, VA>,
    options: Materialized<K, VA>,
  ): KTable<Windowed<K>, NonNullable<VA>> {
    const windows = this.#windows;
    const { graph } = this.#grouped.parts;
    const store = options.store ?? graph.name(`${prefix}STATE-STORE-`);
    const name = graph.name(prefix, options.named);
    const retentionMs = retentionOf(name, windows.retentionMs, options.retentionMs);
    const parts = this.#grouped.repartitioned(store);
    const { key = parts.key, value } = erased(options);
    const sizeMs = windows instanceof SlidingWindows ? windows.differenceMs : windows.sizeMs;
    graph.store({
      kind: 'window',
      name: store,
      key,
      value: value ?? defaultValueSerde,
      windowSizeMs: sizeMs,
      retentionMs,
      retainDuplicates: false,
      logging: options.logging ?? true,
      persistent: options.persistent ?? false,
    });
    let sends = false;
    const aggregate = { store, aggregation: how, emit: this.#emit, sendsOldValues: () => sends };
    const operator =
      windows instanceof SlidingWindows
        ? slidingWindowAggregate(windows, aggregate)
        : timeWindowAggregate(windows, aggregate);
    const node = graph.processor(operator, { name, parents: [parts.node], stores: () => [store] });
    return new KTable({
      ...parts,
      node,
      key: timeWindowedSerde(key, sizeMs) as ErasedSerde,
      value,
      repartitionRequired: false,
      queryableStoreName: options.store,
      graceMs: windows.graceMs,
      getter: () => windowGetter(store),
      enableSendingOldValues() {
        sends = true;
        return true;
      },
    });
  }
}
