import type { ValueAndTimestamp, Window } from '../record.js';

/** Takes a change of a store for its changelog topic: null deletes. Timestamps are milliseconds since the epoch. */
export type ChangelogWriter = (key: Buffer, value: Buffer | null, timestamp: number) => void;

/** What every store of a task has, whatever it holds. */
export interface StateStore {
  readonly name: string;
  /** Whether the store outlives the process by itself; what is in memory is restored from its changelog. */
  readonly persistent: boolean;
  /**
   * Gives what has changed since the last time, once for each key: a key that was written a hundred times in between
   * makes one record of the changelog, as with the record caches of Kafka Streams.
   */
  drainChanges(write: ChangelogWriter): void;
  /** Takes a record of the changelog. */
  restore(key: Buffer, value: Buffer | null, timestamp: number): void;
  /**
   * A number that an operator keeps with its store, such as its stream time; undefined at first. It is in the changelog
   * beside the contents, so that an operator goes on after a restart as if there had been none.
   */
  metadata(name: string): number | undefined;
  setMetadata(name: string, value: number): void;
  /** How many entries there are. */
  readonly size: number;
  close(): void;
}

/** A table: the newest value of each key, with the time of it. */
export interface TimestampedKeyValueStore<K, V> extends StateStore {
  get(key: K): ValueAndTimestamp<V> | undefined;
  /** Null deletes. */
  put(key: K, value: V | null, timestamp: number): void;
  /** In the order of the keys' bytes; both ends are included. What is put meanwhile may or may not be seen. */
  entries(from?: K, to?: K): Iterable<readonly [K, ValueAndTimestamp<V>]>;
}

/** An entry of a window store. */
export interface WindowEntry<K, V> extends ValueAndTimestamp<V> {
  readonly key: K;
  /** Start of the window; in the stores of joins, the record's timestamp. */
  readonly start: number;
}

/** Aggregates by key and start of a window. A window that starts at or before (newest start) - retention is gone. */
export interface TimestampedWindowStore<K, V> extends StateStore {
  readonly windowSizeMs: number;
  get(key: K, start: number): ValueAndTimestamp<V> | undefined;
  /** Null deletes. False for a start that is gone: nothing is put there. */
  put(key: K, value: V | null, timestamp: number, start: number): boolean;
  /** Windows of a key, ascending by start; both ends are included. */
  fetch(key: K, fromStart: number, toStart: number): readonly WindowEntry<K, V>[];
  /** Windows of all keys, ascending by start, then in the order of the keys' bytes. */
  fetchAll(fromStart: number, toStart: number): readonly WindowEntry<K, V>[];
}

/** A session: an aggregate and the times of its first and last record. */
export interface SessionEntry<K, V> {
  readonly key: K;
  readonly window: Window;
  readonly value: V;
}

/** Aggregates by key, start and end of a session. A session that ends at or before (newest end) - retention is gone. */
export interface SessionStore<K, V> extends StateStore {
  put(key: K, window: Window, value: V): void;
  remove(key: K, window: Window): void;
  get(key: K, window: Window): V | undefined;
  /** Sessions of a key that end at `earliestEnd` or later and start at `latestStart` or earlier, ascending by end, then start. */
  findSessions(key: K, earliestEnd: number, latestStart: number): readonly SessionEntry<K, V>[];
  /** Sessions of all keys that end in the range, ascending by end, key, start; both ends are included. */
  findSessionsEnding(earliestEnd: number, latestEnd: number): readonly SessionEntry<K, V>[];
}
