import type { ConsumedRecord } from '#shared/kafka';
import type { TimestampedKeyValueStore } from '../stores/state-store.js';
import type { TopicCodec } from './topic-codec.js';

/**
 * Puts a record into the store of a global table. Gives why where it passes it over: it has no key, or does not decode,
 * which Kafka Streams logs only, too: a table of the whole cluster cannot set a record aside for one application.
 */
export function putGlobalRecord(
  store: TimestampedKeyValueStore<unknown, unknown>,
  codec: TopicCodec,
  { key, value, timestamp }: Pick<ConsumedRecord, 'key' | 'value' | 'timestamp'>,
): 'null' | 'undecodable' | undefined {
  if (key === null) return 'null';
  let decoded: readonly [key: unknown, value: unknown];
  try {
    decoded = [codec.decodeKey(key), value === null ? null : codec.decodeValue(value)];
  } catch {
    return 'undecodable';
  }
  store.put(...decoded, timestamp);
  return undefined;
}
