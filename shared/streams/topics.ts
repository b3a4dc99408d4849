import { KitError } from '#shared/errors';
import type { Topic } from '#shared/schema';
import type { Serde } from './serde.js';

/** A topic whose keys and values are written by serdes; null keys and null values pass as they are. */
export interface SerdeTopic<K, V> {
  /** Without the namespace that a shared cluster may put before it. */
  readonly name: string;
  readonly key: Serde<NonNullable<K>>;
  readonly value: Serde<NonNullable<V>>;
  /** Where whoever creates the topic has a say; a topic that exists keeps its number. */
  readonly partitions?: number;
  readonly config?: Readonly<Record<string, string>>;
  /** A topic of the application's own (repartition): named after the application, made and purged by it. */
  readonly internal?: true;
}

/** A topic that a topology can read and write: Avro in Confluent wire format with text as keys, or with serdes of its own. */
export type AnyTopic<K, V> = Topic<V> | SerdeTopic<K, V>;

/** A topic whose types the builder has already checked. */
export type ErasedTopic = AnyTopic<unknown, unknown>;

/**
 * Declares a topic with its serdes.
 * @throws KitError 'usage' for a name that Kafka would refuse.
 */
export function serdeTopic<K, V>(definition: Omit<SerdeTopic<K, V>, 'internal'>): SerdeTopic<K, V> {
  const { name } = definition;
  if (!/^[a-zA-Z0-9._-]{1,249}$/.test(name) || name === '.' || name === '..') {
    throw new KitError(
      'usage',
      `Defining the topic "${name}": a topic's name has 1 to 249 letters, digits, dots, _ and -`,
    );
  }
  return { ...definition };
}

/** Whether a topic has serdes of its own; the others are Avro. */
export function hasSerdes<K, V>(topic: AnyTopic<K, V>): topic is SerdeTopic<K, V> {
  return !('schema' in topic);
}
