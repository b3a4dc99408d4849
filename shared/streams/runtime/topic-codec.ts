import { KitError } from '#shared/errors';
import type { Schemas, Topic } from '#shared/schema';
import { serdes } from '../serde.js';
import { type ErasedTopic, hasSerdes, type SerdeTopic } from '../topics.js';
import type { Topology } from '../topology/topology.js';

/** How the records of a topic are read and written, and what it is called on the cluster. */
export interface TopicCodec {
  readonly name: string;
  readonly internal: boolean;
  /** Looks up what is needed to decode these values; afterwards decoding is synchronous. */
  prepare(values: Iterable<Buffer | null>): Promise<void>;
  decodeKey(bytes: Buffer | null): unknown;
  /** @throws KitError 'record-undecodable'. */
  decodeValue(bytes: Buffer | null): unknown;
  encodeKey(key: unknown): Buffer | null;
  encodeValue(value: unknown): Buffer | null;
}

/**
 * Makes the codecs of all topics of a topology, by their names in it; the schemas of those that it writes are registered.
 * @throws KitError 'schema' where the registry refuses or does not answer.
 */
export async function openCodecs(
  topology: Pick<Topology, 'sourceTopics' | 'sinkTopics'>,
  schemas: Schemas | undefined,
  nameOf: (topic: ErasedTopic) => string,
  alwaysRegister = false,
): Promise<ReadonlyMap<string, TopicCodec>> {
  const codecs = new Map<string, TopicCodec>();
  const written = new Set(topology.sinkTopics.map(({ name }) => name));
  for (const topic of [...topology.sourceTopics, ...topology.sinkTopics]) {
    if (codecs.has(topic.name)) continue;
    const name = nameOf(topic);
    if (hasSerdes(topic)) codecs.set(topic.name, serdeCodec(topic, name));
    else codecs.set(topic.name, await avroCodec(topic, name, schemas, alwaysRegister || written.has(topic.name)));
  }
  return codecs;
}

function serdeCodec(topic: SerdeTopic<unknown, unknown>, name: string): TopicCodec {
  const { key, value, internal = false } = topic;
  return {
    name,
    internal,
    prepare: async (values) => value.prepare?.(values),
    decodeKey: (bytes) => (bytes === null ? null : undecodable(name, 'key', () => key.deserialize(bytes))),
    decodeValue: (bytes) => (bytes === null ? null : undecodable(name, 'value', () => value.deserialize(bytes))),
    encodeKey: (given) => (isNothing(given) ? null : key.serialize(given)),
    encodeValue: (given) => (isNothing(given) ? null : value.serialize(given)),
  };
}

async function avroCodec(
  topic: Topic<unknown>,
  name: string,
  schemas: Schemas | undefined,
  isWritten: boolean,
): Promise<TopicCodec> {
  if (schemas === undefined) {
    throw new KitError('schema', `The topic ${name} has values in Avro: a Schema Registry is needed (\`schemas\`).`);
  }
  const serialize = isWritten ? await schemas.register(topic, name) : undefined;
  const deserializer = schemas.deserializer();
  return {
    name,
    internal: false,
    prepare: (values) => deserializer.prepare(values),
    decodeKey: (bytes) => (bytes === null ? null : bytes.toString('utf8')),
    decodeValue: (bytes) => deserializer.decode(bytes),
    encodeKey: (given) => (isNothing(given) ? null : serdes.string.serialize(given as string)),
    encodeValue(given) {
      if (isNothing(given)) return null;
      if (serialize === undefined) throw new KitError('internal', `No schema was registered for ${name}.`);
      return serialize(given);
    },
  };
}

function isNothing(given: unknown): given is null | undefined {
  return given === null || given === undefined;
}

function undecodable<T>(topic: string, part: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw KitError.from(error, 'record-undecodable', `Decoding a ${part} of ${topic}`);
  }
}
