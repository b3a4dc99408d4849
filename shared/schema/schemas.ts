import type { AvroSchema } from './avro-types.js';
import { readerTypeOf } from './avro-types.js';
import { createDeserializer, type Deserializer } from './deserializer.js';
import { createOfflineRegistry } from './offline-registry.js';
import { connectRegistry, type RegistryClient, type SchemaRegistryOptions } from './registry-client.js';
import { createSchemaLookup } from './schema-lookup.js';
import { createSerializer, type Serializer } from './serializer.js';
import type { Topic } from './topic.js';

export interface DeserializerOptions {
  /** The schema that values are read by, whatever they were written with: missing fields get its defaults. */
  readonly reader?: AvroSchema;
}

/** Connected serdes for one registry. */
export interface Schemas {
  /**
   * Registers (or finds) a topic's schema under `<fullTopicName>-value`. Throws KitError 'schema' where it is
   * incompatible with an earlier version, or the registry does not answer.
   */
  register<V>(topic: Topic<V>, fullTopicName: string): Promise<Serializer<V>>;
  /** Makes a deserializer; it keeps the schemas that it has met. */
  deserializer<V>(options?: DeserializerOptions): Deserializer<V>;
}

export interface SchemasOptions extends SchemaRegistryOptions {
  /** The clock by which unknown ids are forgotten, in milliseconds; the system's where absent. */
  readonly now?: () => number;
  /**
   * Reads a long beyond 2^53 as a bigint, where otherwise its record does not decode, and a decimal as the nearest double,
   * where otherwise it is the bytes of its digits: for whoever reads records that others have declared.
   */
  readonly everyNumber?: boolean;
}

/** Connects serdes to a registry; nothing is sent before the first use. Throws KitError 'usage' for a malformed address. */
export function connectSchemas(options: SchemasOptions): Schemas {
  return schemasOf(connectRegistry(options, options.everyNumber), options.now ?? Date.now);
}

/** Serdes that need no registry: ids are given out as schemas are registered, and known to this object alone. */
export function offlineSchemas(): Schemas {
  return schemasOf(createOfflineRegistry(), Date.now);
}

function schemasOf(client: RegistryClient, now: () => number): Schemas {
  const lookup = createSchemaLookup(client, now);
  return {
    async register<V>(topic: Topic<V>, fullTopicName: string) {
      const type = readerTypeOf(topic.schema, `the topic ${fullTopicName}`);
      const id = await client.register(`${fullTopicName}-value`, topic.schema);
      return createSerializer<V>(fullTopicName, id, type);
    },
    deserializer<V>({ reader }: DeserializerOptions = {}) {
      return createDeserializer<V>(
        lookup,
        reader === undefined ? undefined : readerTypeOf(reader, 'what records are read by'),
      );
    },
  };
}
