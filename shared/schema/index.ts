export type { AvroSchema } from './avro-types.js';
export type { Deserializer, WriterSchema } from './deserializer.js';
export type { SchemaRegistryOptions } from './registry-client.js';
export {
  connectSchemas,
  type DeserializerOptions,
  offlineSchemas,
  type Schemas,
  type SchemasOptions,
} from './schemas.js';
export type { Serializer } from './serializer.js';
export { defineTopic, type Topic, type TopicDefinition } from './topic.js';
