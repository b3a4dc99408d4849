import { KitError } from '#shared/errors';
import type { Predicate } from '../operators/filter.js';
import type { ForeignKeyExtractor } from '../operators/foreign-key-join.js';
import type { KeyValueMapper } from '../operators/map.js';
import type { ValueMapper } from '../operators/map-values.js';
import { suppress, suppressGetter } from '../operators/suppress.js';
import { filterGetter, tableFilter } from '../operators/table-filter.js';
import { tableGroupBy } from '../operators/table-group-by.js';
import { mapValuesGetter, tableMapValues } from '../operators/table-map-values.js';
import type { AnyJoiner, ValueJoiner } from '../operators/table-table-join.js';
import { tableToStream } from '../operators/table-to-stream.js';
import { defaultKeySerde, defaultValueSerde } from '../stores/store-definition.js';
import { joinByForeignKey } from './foreign-key-join.js';
import { KGroupedTable } from './kgrouped-table.js';
import { KStream } from './kstream.js';
import type { Grouped, Materialized } from './options.js';
import { erased } from './stream-parts.js';
import type { Suppression } from './suppressed.js';
import { joinTables } from './table-join.js';
import { derivedTable, type TableParts } from './table-parts.js';

/** A table: the newest value of each key, as a stream of updates. Null deletes, and is shown to no mapper. */
export class KTable<K, V> {
  /** @internal */
  readonly parts: TableParts;

  /** Made by `StreamsBuilder.table` and by the operators. */
  constructor(parts: TableParts) {
    this.parts = parts;
  }

  /** The name of its store, where it was given one. */
  get queryableStoreName(): string | undefined {
    return this.parts.queryableStoreName;
  }

  /** Keeps what the predicate holds for; what no longer passes is deleted. */
  filter(predicate: Predicate<K, V>, options: Materialized<K, V> = {}): KTable<K, V> {
    return this.#filter(predicate, options);
  }

  /** Keeps what the predicate does not hold for. */
  filterNot(predicate: Predicate<K, V>, options: Materialized<K, V> = {}): KTable<K, V> {
    return this.#filter((key, value) => !predicate(key, value), options);
  }

  /** Gives each value another; null deletes. */
  mapValues<VR>(mapper: ValueMapper<K, V, VR>, options: Materialized<K, VR> = {}): KTable<K, NonNullable<VR>> {
    const { parts } = this;
    return new KTable(
      derivedTable(parts, {
        name: parts.graph.name('KTABLE-MAPVALUES-', options.named),
        options: erased(options),
        operator: (state) => tableMapValues(mapper as ValueMapper<unknown, unknown, unknown>, state),
        getter: () => mapValuesGetter(parts.getter(), mapper as ValueMapper<unknown, unknown, unknown>),
        asksForOldValues: false,
      }),
    );
  }

  /** The table's updates as records; a deletion has a null value. */
  toStream(named?: string): KStream<K, V | null> {
    const { graph, node, key, value, sources } = this.parts;
    const name = graph.name('KTABLE-TOSTREAM-', named);
    const stream = graph.processor(tableToStream(), { name, parents: [node] });
    return new KStream({ graph, node: stream, key, value, sources, repartitionRequired: false });
  }

  /** Groups the rows by another key; when a row changes, it is taken out of the group that it was in. */
  groupBy<KG, VG>(
    selector: KeyValueMapper<K, V, readonly [KG, VG]>,
    options: Grouped<KG, VG> = {},
  ): KGroupedTable<NonNullable<KG>, NonNullable<VG>> {
    const { parts } = this;
    const { graph } = parts;
    const { key: keySerde, value } = erased(options);
    const key = keySerde ?? defaultKeySerde;
    parts.enableSendingOldValues(true);
    const isSame = (a: unknown, b: unknown): boolean =>
      a === b ||
      (typeof a === 'object' &&
        a !== null &&
        typeof b === 'object' &&
        b !== null &&
        key.serialize(a).equals(key.serialize(b)));
    const grouped = graph.processor(tableGroupBy(selector, isSame), {
      name: graph.name('KTABLE-SELECT-', options.named),
      parents: [parts.node],
    });
    return new KGroupedTable({ ...parts, node: grouped, key, value }, options.named);
  }

  /**
   * Holds updates back: until a window is closed, so that only its final result is seen, or for a time.
   * @throws KitError 'topology' where the table is not windowed and its windows are waited for.
   */
  suppress(suppression: Suppression, named?: string): KTable<K, V> {
    const { parts } = this;
    const { graph } = parts;
    const name = graph.name('KTABLE-SUPPRESS-', named);
    const store = named === undefined ? graph.name('KTABLE-SUPPRESS-STATE-STORE-') : `${named}-store`;
    const { until, maxRecords, maxBytes, whenFull, logging } = suppression;
    if (until.type === 'window-closes' && parts.graceMs === undefined) {
      throw new KitError(
        'topology',
        `${name} waits for windows to close, but its table has none: suppress a windowed aggregate.`,
      );
    }
    const isFinal = until.type === 'window-closes';
    const waitMs = isFinal ? (parts.graceMs ?? 0) : until.ms;
    parts.enableSendingOldValues(true);
    graph.store({
      kind: 'suppress',
      name: store,
      key: parts.key,
      value: parts.value ?? defaultValueSerde,
      logging,
      persistent: false,
      measuresBytes: Number.isFinite(maxBytes),
    });
    const time = isFinal ? ('window-end' as const) : ('record' as const);
    const node = graph.processor(
      suppress(store, name, { time, waitMs, maxRecords, maxBytes, whenFull, dropsTombstones: isFinal }),
      { name, parents: [parts.node], stores: () => [store] },
    );
    return new KTable({
      ...parts,
      node,
      queryableStoreName: undefined,
      getter: () => suppressGetter(store, parts.getter()),
      enableSendingOldValues: (force) => parts.enableSendingOldValues(force),
    });
  }

  /** Joins row by row with another table by the same key. */
  join<VO, VR>(
    other: KTable<K, VO>,
    joiner: ValueJoiner<K, V, VO, VR>,
    options?: Materialized<K, VR>,
  ): KTable<K, NonNullable<VR>>;
  /** Joins each row with the one of another table that a foreign key in it points to. */
  join<KO, VO, VR>(
    other: KTable<KO, VO>,
    foreignKey: ForeignKeyExtractor<K, V, KO>,
    joiner: ValueJoiner<K, V, VO, VR>,
    options?: Materialized<K, VR>,
  ): KTable<K, NonNullable<VR>>;
  join(other: unknown, ...rest: readonly unknown[]): unknown {
    return this.#join('inner', other, rest);
  }

  /** As `join`, and rows that find nothing are joined with null. */
  leftJoin<VO, VR>(
    other: KTable<K, VO>,
    joiner: ValueJoiner<K, V, VO | null, VR>,
    options?: Materialized<K, VR>,
  ): KTable<K, NonNullable<VR>>;
  leftJoin<KO, VO, VR>(
    other: KTable<KO, VO>,
    foreignKey: ForeignKeyExtractor<K, V, KO>,
    joiner: ValueJoiner<K, V, VO | null, VR>,
    options?: Materialized<K, VR>,
  ): KTable<K, NonNullable<VR>>;
  leftJoin(other: unknown, ...rest: readonly unknown[]): unknown {
    return this.#join('left', other, rest);
  }

  /** As `leftJoin` by the same key, from both sides. */
  outerJoin<VO, VR>(
    other: KTable<K, VO>,
    joiner: ValueJoiner<K, V | null, VO | null, VR>,
    options: Materialized<K, VR> = {},
  ): KTable<K, NonNullable<VR>> {
    return new KTable(
      joinTables(
        'outer',
        this.parts,
        other.parts,
        joiner as AnyJoiner<unknown, unknown>,
        options.named,
        erased(options),
      ),
    );
  }

  // The overloads have checked the functions.
  #join(type: 'inner' | 'left', other: unknown, rest: readonly unknown[]): KTable<K, unknown> {
    if (!(other instanceof KTable)) throw new KitError('topology', 'A table is joined with a table.');
    if (typeof rest[1] === 'function') {
      const [extractor, joiner, options = {}] = rest as [
        ForeignKeyExtractor<unknown, unknown, unknown>,
        AnyJoiner<unknown, unknown>,
        Materialized<unknown, unknown>?,
      ];
      return new KTable(
        joinByForeignKey(type, this.parts, other.parts, extractor, joiner, options.named, erased(options)),
      );
    }
    const [joiner, options = {}] = rest as [AnyJoiner<unknown, unknown>, Materialized<unknown, unknown>?];
    return new KTable(joinTables(type, this.parts, other.parts, joiner, options.named, erased(options)));
  }

  #filter(predicate: Predicate<K, V>, options: Materialized<K, V>): KTable<K, V> {
    const { parts } = this;
    const test = predicate as Predicate<unknown, unknown>;
    return new KTable(
      derivedTable(parts, {
        name: parts.graph.name('KTABLE-FILTER-', options.named),
        options: erased(options),
        operator: (state) => tableFilter(test, state),
        getter: () => filterGetter(parts.getter(), test),
        asksForOldValues: true,
      }),
    );
  }
}
