import type { Operator } from '../topology/graph.js';

/** Gives on what it gets: where streams come together. */
export function passThrough<K, V>(): Operator<K, V, K, V> {
  return (next) => next;
}
