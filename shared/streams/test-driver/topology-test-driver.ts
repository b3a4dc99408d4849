import { KitError } from '#shared/errors';
import type { ConsumedRecord, OutgoingRecord, RecordHeaders } from '#shared/kafka';
import { offlineSchemas, type Serializer, type Topic } from '#shared/schema';
import type { Key } from '../record.js';
import { type DeadLetterReason, deadLetterReason } from '../runtime/dead-letter.js';
import { Task } from '../runtime/task.js';
import type { Topology } from '../topology.js';

/** A record as a test writes and reads it. */
export interface TestRecord<V> {
  readonly key: Key;
  readonly value: V;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly headers?: RecordHeaders;
}

export interface TopologyTestDriverOptions {
  /** The mocked wall clock, milliseconds since the epoch; 0 unless said. */
  readonly now?: () => number;
  /** Without it, the first record that fails makes `pipe` reject. */
  readonly deadLetterTopic?: string;
}

/** Runs a topology without broker, registry or sockets: the same task that the runtime runs, fed by hand. */
export interface TopologyTestDriver {
  /** Gives the topology one fetched chunk of records; resolves when its outputs can be read. */
  pipe<V>(topic: Topic<V>, records: readonly TestRecord<V>[]): Promise<void>;
  /** The same with values as they are: to see what becomes of bytes that do not decode. */
  pipeRaw(topic: Topic<unknown>, records: readonly TestRecord<Buffer | null>[]): Promise<void>;
  /** Takes what was written to a topic since it was last read, decoded. */
  read<V>(topic: Topic<V>): Promise<TestRecord<V>[]>;
  /** Takes the dead letters since they were last read, and their reasons. */
  readDeadLetters(): { readonly record: OutgoingRecord; readonly reason: DeadLetterReason | undefined }[];
}

/** Prepares a topology for a test. */
export async function createTopologyTestDriver(
  topology: Topology,
  { now = () => 0, deadLetterTopic }: TopologyTestDriverOptions = {},
): Promise<TopologyTestDriver> {
  const schemas = offlineSchemas();
  const serializers = new Map<string, Serializer<unknown>>();
  for (const topic of [...topology.sourceTopics, ...topology.sinkTopics]) {
    serializers.set(topic.name, await schemas.register(topic, topic.name));
  }
  const serializer = (topic: Topic<unknown>): Serializer<unknown> => {
    const found = serializers.get(topic.name);
    if (found === undefined) throw new KitError('topology', `The topology neither reads nor writes ${topic.name}.`);
    return found;
  };
  const task = new Task(topology, {
    topicName: ({ name }) => name,
    serializer,
    deserializer: schemas.deserializer(),
    deadLetterTopic,
    now,
  });
  const written = new Map<string, OutgoingRecord[]>();
  const take = (topic: string): OutgoingRecord[] => {
    const records = written.get(topic) ?? [];
    written.delete(topic);
    return records;
  };
  let offset = 0;

  const pipeRaw = async (topic: Topic<unknown>, records: readonly TestRecord<Buffer | null>[]): Promise<void> => {
    const consumed = records.map(
      ({ key, value, timestamp, headers = {} }): ConsumedRecord => ({
        topic: topic.name,
        partition: 0,
        offset: offset++,
        timestamp,
        key: key === null ? null : Buffer.from(key),
        value,
        headers,
      }),
    );
    for (const record of await task.process({ topic: topic.name, records: consumed })) {
      written.set(record.topic, [...(written.get(record.topic) ?? []), record]);
    }
  };

  return {
    pipeRaw,
    pipe: (topic, records) => {
      const serialize = serializer(topic);
      return pipeRaw(
        topic,
        records.map((record) => ({ ...record, value: serialize(record.value) })),
      );
    },
    async read<V>(topic: Topic<V>): Promise<TestRecord<V>[]> {
      const records = take(topic.name);
      const deserializer = schemas.deserializer<V>();
      await deserializer.prepare(records.map(({ value }) => value));
      return records.map(({ key, value, timestamp, headers = {} }) => ({
        key: key === null ? null : key.toString(),
        value: deserializer.decode(value),
        timestamp,
        headers,
      }));
    },
    readDeadLetters: () =>
      take(deadLetterTopic ?? '').map((record) => ({
        record,
        reason: deadLetterReason({ headers: record.headers ?? {} }),
      })),
  };
}
