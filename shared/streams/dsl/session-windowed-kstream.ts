import {
  type Aggregation,
  type Aggregator,
  aggregation,
  counting,
  type Initializer,
  type Merger,
  type Reducer,
  reduction,
  reductionMerger,
} from '../operators/aggregation.js';
import type { EmitStrategy } from '../operators/final-results.js';
import { sessionWindowAggregate } from '../operators/session-window-aggregate.js';
import { sessionGetter } from '../operators/window-getter.js';
import type { Windowed } from '../record.js';
import { type Serde, serdes } from '../serde.js';
import { defaultValueSerde } from '../stores/store-definition.js';
import { sessionWindowedSerde } from '../windowed-serde.js';
import type { SessionWindows } from '../windows.js';
import type { GroupedParts } from './grouped-parts.js';
import { KTable } from './ktable.js';
import type { Materialized } from './options.js';
import { retentionOf } from './retention.js';
import { type ErasedSerde, erased } from './stream-parts.js';

type AnyMerger<K, VA> = (key: K, one: VA | null, two: VA | null) => VA | null;

/** Records by key and session, to be aggregated. */
export class SessionWindowedKStream<K, V> {
  readonly #grouped: GroupedParts;
  readonly #windows: SessionWindows;
  readonly #emit: EmitStrategy;

  /** Made by `KGroupedStream.windowedBy`. */
  constructor(grouped: GroupedParts, windows: SessionWindows, emit: EmitStrategy = 'onWindowUpdate') {
    this.#grouped = grouped;
    this.#windows = windows;
    this.#emit = emit;
  }

  /** With each update, as it is, or once, when a session is closed. */
  emitStrategy(emit: EmitStrategy): SessionWindowedKStream<K, V> {
    return new SessionWindowedKStream(this.#grouped, this.#windows, emit);
  }

  /** How many records each session has. */
  count(options: Materialized<K, number> = {}): KTable<Windowed<K>, number> {
    const merge: AnyMerger<K, number> = (_key, one, two) => (one ?? 0) + (two ?? 0);
    return this.#aggregate<number>('KSTREAM-AGGREGATE-', counting, merge, { value: serdes.long, ...options });
  }

  /** A session's values made into one; the first is taken as it is. */
  reduce(reducer: Reducer<V>, options: Materialized<K, V> = {}): KTable<Windowed<K>, NonNullable<V>> {
    const value = options.value ?? (this.#grouped.parts.value as Serde<NonNullable<V>> | undefined);
    return this.#aggregate('KSTREAM-REDUCE-', reduction(reducer), reductionMerger(reducer), {
      ...options,
      ...(value && { value }),
    });
  }

  /** An aggregate of a session's records; `merger` makes one of two sessions that a record joins. */
  aggregate<VA>(
    initializer: Initializer<VA>,
    aggregator: Aggregator<K, V, VA>,
    merger: Merger<K, VA>,
    options: Materialized<K, VA> = {},
  ): KTable<Windowed<K>, NonNullable<VA>> {
    const merge: AnyMerger<K, VA> = (key, one, two) => merger(key, one as VA, two as VA) ?? null;
    return this.#aggregate('KSTREAM-AGGREGATE-', aggregation(initializer, aggregator), merge, options);
  }

  #aggregate<VA>(
    prefix: string,
    how: Aggregation<K, V, VA>,
    merge: AnyMerger<K, VA>,
    options: Materialized<K, VA>,
  ): KTable<Windowed<K>, NonNullable<VA>> {
    const windows = this.#windows;
    const { graph } = this.#grouped.parts;
    const store = options.store ?? graph.name(`${prefix}STATE-STORE-`);
    const name = graph.name(prefix, options.named);
    const retentionMs = retentionOf(name, windows.retentionMs, options.retentionMs);
    const parts = this.#grouped.repartitioned(store);
    const { key = parts.key, value } = erased(options);
    graph.store({
      kind: 'session',
      name: store,
      key,
      value: value ?? defaultValueSerde,
      retentionMs,
      logging: options.logging ?? true,
      persistent: options.persistent ?? false,
    });
    let sends = false;
    const operator = sessionWindowAggregate(windows, {
      store,
      aggregation: how,
      merge,
      emit: this.#emit,
      sendsOldValues: () => sends,
    });
    const node = graph.processor(operator, { name, parents: [parts.node], stores: () => [store] });
    return new KTable({
      ...parts,
      node,
      key: sessionWindowedSerde(key) as ErasedSerde,
      value,
      repartitionRequired: false,
      queryableStoreName: options.store,
      graceMs: windows.graceMs + windows.gapMs,
      getter: () => sessionGetter(store),
      enableSendingOldValues() {
        sends = true;
        return true;
      },
    });
  }
}
