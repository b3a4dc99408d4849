import { KitError } from '#shared/errors';

/** What a model is to a demo: the champion's scores are its predictions, a challenger's are compared with them. */
export const roles = ['champion', 'challenger'] as const;
export type Role = (typeof roles)[number];

/** What a record of the topic is about. */
export type ModelKey =
  | { readonly kind: 'artifact'; readonly name: string; readonly version: string; readonly chunk: number }
  | { readonly kind: 'active' | 'refused'; readonly demo: string; readonly role: Role };

/** `artifact/<name>/<version>/<i>` and `active/<demo>/<role>`; a slash within a name is written %2F. */
export function formatModelKey(key: ModelKey): string {
  const parts = key.kind === 'artifact' ? [key.name, key.version, String(key.chunk)] : ([key.demo, key.role] as const);
  return [key.kind, ...parts.map((part) => encodeURIComponent(part))].join('/');
}

/** Undefined for a key that nothing here has written. */
export function parseModelKey(text: string): ModelKey | undefined {
  const [kind, ...encoded] = text.split('/');
  const parts = encoded.map(decoded);
  const [first, second, third] = parts;
  if (first === undefined || second === undefined || parts.includes(undefined)) return undefined;
  if (kind === 'artifact' && parts.length === 3 && /^\d{1,6}$/.test(third ?? '')) {
    return { kind, name: first, version: second, chunk: Number(third) };
  }
  const role = roles.find((each) => each === second);
  if ((kind === 'active' || kind === 'refused') && parts.length === 2 && role !== undefined) {
    return { kind, demo: first, role };
  }
  return undefined;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    // Somebody else's key.
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** The topic, where the cluster has it under no other name. */
export const MODELS_TOPIC = 'models';

/** One partition, so that a pointer comes after what it points to; compacted, so that it does not grow with time. */
export const modelsTopicConfig = {
  'cleanup.policy': 'compact',
  'max.message.bytes': '2097152',
  'retention.ms': '-1',
} as const;

/** @throws KitError 'topic-mismatch' for any other number of partitions. */
export function requireOnePartition(topic: string, partitions: number | undefined): void {
  if (partitions === undefined || partitions === 1) return;
  throw new KitError(
    'topic-mismatch',
    `The topic ${topic} has ${partitions} partitions; it must have one, so that a pointer comes after the model that it points to.`,
  );
}
