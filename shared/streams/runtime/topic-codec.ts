import { KitError } from '#shared/errors';
import type { Schemas, Topic } from '#shared/schema';
import { serdes } from '../serde.js';
import { type ErasedTopic, hasSerdes, type SerdeTopic } from '../topics.js';
import type { Topology } from '../topology/topology.js';

/** Beyond so many characters the text is encoded at once. */
const MOST_COMPARED = 64;

/** How the records of a topic are read and written, and what it is called on the cluster. */
export interface TopicCodec {
  readonly name: string;
  readonly internal: boolean;
  /** How far `prepare` looks into a value: others that begin alike need not be given. Undefined where it may be all of it. */
  readonly preparedBytes: number | undefined;
  /** Looks up what is needed to decode these values; afterwards decoding is synchronous. */
  prepare(values: Iterable<Buffer | null>): Promise<void>;
  decodeKey(bytes: Buffer | null): unknown;
  /** @throws KitError 'record-undecodable'. */
  decodeValue(bytes: Buffer | null): unknown;
  /** @param given Bytes of another key, as the input's: they are used again where they are this one's, too. */
  encodeKey(key: unknown, given?: Buffer | null): Buffer | null;
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
    preparedBytes: undefined,
    prepare: async (values) => value.prepare?.(values),
    decodeKey: (bytes) => (bytes === null ? null : undecodable(name, 'key', () => key.deserialize(bytes))),
    decodeValue: (bytes) => (bytes === null ? null : undecodable(name, 'value', () => value.deserialize(bytes))),
    encodeKey:
      key === serdes.string ? encodeText : (unencoded) => (isNothing(unencoded) ? null : key.serialize(unencoded)),
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
    preparedBytes: deserializer.preparedBytes,
    prepare: (values) => deserializer.prepare(values),
    decodeKey: (bytes) => (bytes === null ? null : bytes.toString('utf8')),
    decodeValue: (bytes) => deserializer.decode(bytes),
    encodeKey: encodeText,
    encodeValue(given) {
      if (isNothing(given)) return null;
      if (serialize === undefined) throw new KitError('internal', `No schema was registered for ${name}.`);
      return serialize(given);
    },
  };
}

function encodeText(text: unknown, given?: Buffer | null): Buffer | null {
  if (isNothing(text)) return null;
  // Most topologies keep their keys, and to compare a short text is quicker than to encode it.
  return given && typeof text === 'string' && isAsciiOf(text, given) ? given : serdes.string.serialize(text as string);
}

/** Whether a text that is not long has these very bytes. */
function isAsciiOf(text: string, bytes: Buffer): boolean {
  const { length } = bytes;
  if (text.length !== length || length > MOST_COMPARED) return false;
  for (let at = 0; at < length; at += 1) {
    const unit = text.charCodeAt(at);
    // Beyond ASCII a text's bytes are others.
    if (unit !== bytes[at] || unit >= 0x80) return false;
  }
  return true;
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
