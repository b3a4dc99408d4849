import type { Consumed } from './options.js';

/**
 * How a topic is read whose values tell their time: a record that is written anew, or by somebody else, then counts for when
 * it happened, not for when it was written. One whose value tells no time, a tombstone say, moves no stream time: its own
 * may lie years ahead of the others, and would close every window.
 */
export function timedBy<V>(timeOf: (value: V) => number): Consumed {
  return {
    // What the topic has is of its type; what somebody wrote by another schema lacks the time.
    timestampExtractor: ({ value }) => (value === null ? 0 : timeOf(value as V) || 0),
  };
}
