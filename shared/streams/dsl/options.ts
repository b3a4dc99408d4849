import type { Serde } from '../serde.js';
import type { TimestampExtractor } from '../topology/graph.js';

/** Names an operator. Names of stores and of internal topics follow, so that they survive changes of the topology. */
export interface Named {
  readonly named?: string;
}

/** Serdes for keys and values where a topic or a store of the application's own is made. */
interface Serdes<K, V> {
  /** Text where absent and not known from where the keys came. */
  readonly key?: Serde<NonNullable<K>>;
  /** JSON where absent and not known from where the values came. */
  readonly value?: Serde<NonNullable<V>>;
}

/** `Materialized`: how a table is kept. */
export interface Materialized<K, V> extends Named, Serdes<K, V> {
  /** Name of the store: the table can be looked up by it. */
  readonly store?: string;
  /** Of windows: how long the store keeps them, in stream time; no less than size and grace, which it is where absent. */
  readonly retentionMs?: number;
  /** Whether changes go to a changelog topic, which the store is restored from; true where absent. */
  readonly logging?: boolean;
  /** Keep the store on disk, in the application's `stateDir`; in memory where absent. */
  readonly persistent?: boolean;
}

/** `Grouped` and `Joined`: the name and the serdes of a repartition topic that may be needed. */
export interface Grouped<K, V> extends Named, Serdes<K, V> {}

/** `Repartitioned`: a repartition topic that is asked for. */
export interface Repartitioned<K, V> extends Named, Serdes<K, V> {
  /** As many as the topics that the records come from where absent. */
  readonly partitions?: number;
}

/** `StreamJoined`: the stores of a join of two streams. */
export interface StreamJoined<K, VL, VR> extends Named, Serdes<K, VL> {
  readonly otherValue?: Serde<NonNullable<VR>>;
  /** Base name of the stores. */
  readonly store?: string;
  readonly logging?: boolean;
  readonly persistent?: boolean;
}

/** `Consumed`: how a topic is read. */
export interface Consumed extends Named {
  /** Where a partition without a committed offset starts (`auto.offset.reset`); 'earliest' where absent. */
  readonly offsetReset?: 'earliest' | 'latest';
  /** The time of a record, milliseconds since the epoch; its own timestamp where absent. */
  readonly timestampExtractor?: TimestampExtractor;
}
