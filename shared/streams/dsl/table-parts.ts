import type { TableState } from '../operators/table-source.js';
import { storeGetter, type ValueGetterSupplier } from '../operators/value-getter.js';
import { defaultValueSerde } from '../stores/store-definition.js';
import type { Operator } from '../topology/graph.js';
import type { ErasedSerde, StreamParts } from './stream-parts.js';

/** Where a table stands in the topology, and what can be asked of it while that is built. */
export interface TableParts extends StreamParts {
  /** The store that it can be looked up by, where it was given a name. */
  readonly queryableStoreName: string | undefined;
  /** How it is read by key. Asking gives a source table a store. */
  readonly getter: () => ValueGetterSupplier<unknown, unknown>;
  /**
   * Asks for updates that say what the table held before. False: it does not know, and was not forced to.
   * As in Kafka Streams, who asked when decides which tombstones are seen.
   */
  readonly enableSendingOldValues: (force: boolean) => boolean;
  /** Of a windowed table: how long after its end a window may still change, in stream time. */
  readonly graceMs: number | undefined;
}

/** `Materialized`, its types checked by the method that was called. */
export interface TableOptions {
  readonly store?: string;
  readonly key?: ErasedSerde | undefined;
  readonly value?: ErasedSerde | undefined;
  readonly logging?: boolean;
  readonly persistent?: boolean;
}

interface KeptTable<VI, VO> {
  readonly name: string;
  readonly storeName: string;
  readonly options: TableOptions;
  readonly operator: (state: TableState) => Operator<unknown, VI, unknown, VO>;
}

/**
 * A table of a topic or of a stream, which has a store if it was given a name for it, or as soon as something below
 * needs to read it or to know what it held.
 */
export function keptTable<VI, VO>(
  parts: StreamParts,
  { name, storeName, options, operator }: KeptTable<VI, VO>,
): TableParts {
  const { graph } = parts;
  let [hasStore, sendsOldValues] = [options.store !== undefined, false];
  const state: TableState = {
    store: () => (hasStore ? storeName : undefined),
    sendsOldValues: () => sendsOldValues,
  };
  const [key, value] = [options.key ?? parts.key, options.value ?? parts.value];
  declareKeyValueStore(parts, storeName, options, () => hasStore);
  const node = graph.processor(operator(state), {
    name,
    parents: [parts.node],
    stores: () => (hasStore ? [storeName] : []),
  });
  return {
    ...parts,
    node,
    key,
    value,
    queryableStoreName: options.store,
    graceMs: undefined,
    getter() {
      hasStore = true;
      return storeGetter(() => storeName);
    },
    enableSendingOldValues(force) {
      if (!sendsOldValues && !force && !hasStore) return false;
      [hasStore, sendsOldValues] = [true, true];
      return true;
    },
  };
}

interface DerivedTable<VI, VO> {
  readonly name: string;
  readonly options: TableOptions;
  readonly operator: (state: TableState) => Operator<unknown, VI, unknown, VO>;
  /** How it is read where it has no store. */
  readonly getter: () => ValueGetterSupplier<unknown, unknown>;
  /** Whether it asks, while it is made, for updates that say what was before. */
  readonly asksForOldValues: boolean;
}

/** A table that is made of another one's updates, and has a store only if it was given a name for it. */
export function derivedTable<VI, VO>(parent: TableParts, derived: DerivedTable<VI, VO>): TableParts {
  const { graph } = parent;
  const { name, options, operator } = derived;
  const storeName = options.store;
  let operatorSends = derived.asksForOldValues && parent.enableSendingOldValues(false);
  let tableSends = false;
  const state: TableState = { store: () => storeName, sendsOldValues: () => operatorSends };
  const stores = storeName === undefined ? [] : [storeName];
  if (storeName !== undefined) declareKeyValueStore(parent, storeName, options);
  const node = graph.processor(operator(state), { name, parents: [parent.node], stores: () => stores });
  return {
    ...parent,
    node,
    key: options.key ?? parent.key,
    value: options.value ?? (derived.asksForOldValues ? parent.value : undefined),
    queryableStoreName: storeName,
    getter: () => (storeName === undefined ? derived.getter() : storeGetter(() => storeName)),
    enableSendingOldValues(force) {
      if (tableSends) return true;
      if (storeName !== undefined || parent.enableSendingOldValues(force)) operatorSends = true;
      tableSends = operatorSends;
      return tableSends;
    },
  };
}

export function declareKeyValueStore(
  { graph, key, value }: Pick<StreamParts, 'graph' | 'key' | 'value'>,
  name: string,
  options: TableOptions,
  wanted?: () => boolean,
): void {
  const { logging = true, persistent = false } = options;
  graph.store(
    {
      kind: 'key-value',
      name,
      key: options.key ?? key,
      value: options.value ?? value ?? defaultValueSerde,
      logging,
      persistent,
    },
    wanted,
  );
}
