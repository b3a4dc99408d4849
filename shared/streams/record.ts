import type { ConsumedRecord, RecordHeaders } from '#shared/kafka';

/** A record's key: UTF-8 text, or null where the producer gave none. */
export type Key = string | null;

/** A record on its way through a topology. */
export interface StreamRecord<K, V> {
  readonly key: K;
  readonly value: V;
  /** Event time, milliseconds since the epoch; what an operator makes of a record keeps it, as in Kafka Streams. */
  readonly timestamp: number;
  readonly headers: RecordHeaders;
  /** The input record that this one came from, undecoded: what a dead letter needs. */
  readonly origin: ConsumedRecord;
}

/** The record with another value. Written out: a spread costs several times as much, once per record and operator. */
export function withValue<K, V>(
  { key, timestamp, headers, origin }: StreamRecord<K, unknown>,
  value: V,
): StreamRecord<K, V> {
  return { key, value, timestamp, headers, origin };
}
