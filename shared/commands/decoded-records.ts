import { KitError } from '#shared/errors';
import type { ConsumedRecord } from '#shared/kafka';
import type { Deserializer } from '#shared/schema';
import type { ChunkHandler } from './topic-observer.js';

/** Told of a record that does not belong on its topic, and why. */
export type ForeignRecord = (record: ConsumedRecord, why: string) => void;

/**
 * Takes the records of a topic one by one, decoded; what somebody else put there is foreign, and so is a tombstone where
 * nobody asks for it.
 */
export function decodedRecords<V>(
  deserializer: Deserializer<V>,
  take: (value: V, record: ConsumedRecord) => void,
  foreign: ForeignRecord,
  deleted?: (record: ConsumedRecord) => void,
): ChunkHandler {
  return async ({ records }) => {
    await deserializer.prepare(records.map(({ value }) => value));
    for (const record of records) {
      if (record.value === null && deleted !== undefined) {
        deleted(record);
        continue;
      }
      let value: V;
      try {
        value = deserializer.decode(record.value);
      } catch (error) {
        foreign(record, KitError.from(error).message);
        continue;
      }
      take(value, record);
    }
  };
}

/** Says once for each topic that it holds a record which does not belong there. */
export function saidOncePerTopic(say: (sentence: string) => void): ForeignRecord {
  const said = new Set<string>();
  return ({ topic, partition, offset }, why) => {
    if (said.has(topic)) return;
    said.add(topic);
    say(`A record of ${topic} (partition ${partition}, offset ${offset}) is passed over: ${why}.`);
  };
}
