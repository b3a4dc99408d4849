import type { ConsumedRecord, RecordHeaders } from '#shared/kafka';

/** A record's key where nothing else is said: UTF-8 text, or null where the producer gave none. */
export type Key = string | null;

/** A record on its way through a topology. */
export interface StreamRecord<K, V> {
  readonly key: K;
  readonly value: V;
  /** Event time, milliseconds since the epoch; what an operator makes of a record keeps it, as in Kafka Streams. */
  readonly timestamp: number;
  readonly headers: RecordHeaders;
}

/** The input record that is being processed, undecoded: what a dead letter and an error message need. None in a punctuation. */
export type RecordContext = ConsumedRecord | undefined;

/** A key and the window that it was counted in. The end of time windows is exclusive, of sliding and session windows inclusive. */
export interface Windowed<K> {
  readonly key: K;
  readonly window: Window;
}

/** Milliseconds since the epoch. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** What a table holds for a key: a value, and the time of the last record that made it, milliseconds since the epoch. */
export interface ValueAndTimestamp<V> {
  readonly value: V;
  readonly timestamp: number;
}

/** An update of a table, as tables hand it on: null where there is, or was, nothing. */
export interface Change<V> {
  readonly newValue: V | null;
  /** Known only where an operator below asked for it while the topology was built; null otherwise. */
  readonly oldValue: V | null;
}

/** No time is later (`Date` ends there, too): sums of a time and the size of a window are exact, as they must be for windows to be found again. */
const LATEST_TIMESTAMP = 8.64e15;

/** Whether a number can be a record's time: whole milliseconds since the epoch. */
export function isTimestamp(timestamp: number): boolean {
  return Number.isInteger(timestamp) && timestamp >= 0 && timestamp <= LATEST_TIMESTAMP;
}

/** What a function gave that is not typed, or that had nothing to give: on a topic there is null and no undefined. */
export function defined<T>(given: T): T {
  // Where a type has undefined in it, it is null from here on.
  return given === undefined ? (null as T) : given;
}

/** The record with another value. Written out: a spread costs several times as much, once per record and operator. */
export function withValue<K, V>({ key, timestamp, headers }: StreamRecord<K, unknown>, value: V): StreamRecord<K, V> {
  return { key, value, timestamp, headers };
}

/** The record with another value and timestamp. */
export function withValueAt<K, V>(
  { key, headers }: StreamRecord<K, unknown>,
  value: V,
  timestamp: number,
): StreamRecord<K, V> {
  return { key, value, timestamp, headers };
}
