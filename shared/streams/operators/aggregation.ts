import { isImmutable } from '../stores/kept-values.js';

/**
 * What an aggregate was, for who asks for old values: read once more where an aggregator could change what it is given in place.
 */
export function apart<VA>(aggregate: VA, again: () => VA): VA {
  return isImmutable(aggregate) ? aggregate : again();
}

/** What an aggregation does to its aggregate; null is none. */
export interface Aggregation<K, V, VA> {
  /** The aggregate before the first record. */
  readonly initial: () => VA | null;
  readonly add: (key: K, value: V, aggregate: VA | null) => VA | null;
}

/** Makes the aggregate before the first record. */
export type Initializer<VA> = () => VA;

/** The aggregate with another value in it; null deletes it. */
export type Aggregator<K, V, VA> = (key: K, value: V, aggregate: VA) => VA | null;

/** The aggregate with another value in it; null deletes it. The first value of a key is its aggregate, unreduced. */
export type Reducer<V> = (aggregate: V, value: V) => V | null;

/** Two sessions' aggregates as one. */
export type Merger<K, VA> = (key: K, one: VA, two: VA) => VA;

export function aggregation<K, V, VA>(
  initializer: Initializer<VA>,
  aggregator: Aggregator<K, V, VA>,
): Aggregation<K, V, VA> {
  return {
    initial: initializer,
    // An aggregator sees what the initializer has made, null included if that is its type.
    add: (key, value, aggregate) => aggregator(key, value, aggregate as VA) ?? null,
  };
}

export function reduction<K, V>(reducer: Reducer<V>): Aggregation<K, V, V> {
  return {
    initial: () => null,
    add: (_key, value, aggregate) => (aggregate === null ? (value ?? null) : (reducer(aggregate, value) ?? null)),
  };
}

export const counting: Aggregation<unknown, unknown, number> = {
  initial: () => 0,
  add: (_key, _value, count) => (count ?? 0) + 1,
};

/** How two sessions that a record joins become one. */
export function reductionMerger<K, V>(reducer: Reducer<V>): (key: K, one: V | null, two: V | null) => V | null {
  return (_key, one, two) => (one === null ? two : two === null ? one : (reducer(one, two) ?? null));
}
