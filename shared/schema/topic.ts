import { readFileSync } from 'node:fs';
import { KitError } from '#shared/errors';
import { type AvroSchema, readerTypeOf } from './avro-types.js';

declare const valueType: unique symbol;

/** A topic: what is on it and how it is kept. Declared once per demo, in its `topics.ts`. */
export interface Topic<V> {
  /** Without the namespace that a shared cluster may put before it. */
  readonly name: string;
  readonly partitions: number;
  readonly cleanupPolicy: 'delete' | 'compact';
  /** Kafka's topic configuration beside the clean-up policy, as `retention.ms`. */
  readonly config?: Readonly<Record<string, string>>;
  /** The parsed `.avsc` of its values. */
  readonly schema: AvroSchema;
  /** Never there: it binds the type of the values to the topic. */
  readonly [valueType]?: V;
}

export interface TopicDefinition {
  readonly name: string;
  readonly partitions: number;
  /** `delete` where absent. */
  readonly cleanupPolicy?: 'delete' | 'compact';
  readonly config?: Readonly<Record<string, string>>;
  /** The Avro schema of its values: the `.avsc` file, or what is in it. */
  readonly schema: URL | AvroSchema;
}

/**
 * Declares a topic whose values are of type V and written by an Avro record schema.
 * Throws KitError 'usage' for a name or a number that Kafka would refuse, 'schema' for a schema that is none.
 */
export function defineTopic<V>(definition: TopicDefinition): Topic<V> {
  const { name, partitions, cleanupPolicy = 'delete', config } = definition;
  if (!/^[a-zA-Z0-9._-]{1,249}$/.test(name) || name === '.' || name === '..') {
    throw new KitError(
      'usage',
      `Defining the topic "${name}": a topic's name has 1 to 249 letters, digits, dots, _ and -`,
    );
  }
  if (!Number.isInteger(partitions) || partitions < 1) {
    throw new KitError('usage', `Defining the topic ${name}: ${partitions} partitions, where 1 or more are needed`);
  }
  const schema = definition.schema instanceof URL ? readSchema(name, definition.schema) : definition.schema;
  if (schema.type !== 'record') {
    throw new KitError('schema', `Defining the topic ${name}: its schema is not a record, which every value here is`);
  }
  readerTypeOf(schema, `the topic ${name}`);
  return { name, partitions, cleanupPolicy, schema, ...(config !== undefined && { config }) };
}

function readSchema(topic: string, file: URL): AvroSchema {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('it holds no record');
    // An object of JSON; whether it is a schema is checked by whoever builds a type from it.
    return parsed as AvroSchema;
  } catch (reason) {
    throw KitError.from(reason, 'schema', `Reading the schema of the topic ${topic} from ${file.pathname}`);
  }
}
