import type { ErrorCode, KitError } from '#shared/errors';
import type { Cluster } from '#shared/kafka';
import { formatModelKey, type Role } from './model-keys.js';
import { encodeJson, type ModelPointer, type ModelRefusal } from './model-pointer.js';

/** Who refuses, and where that is written down. */
export interface Refuser {
  readonly cluster: Cluster;
  readonly topic: string;
  readonly demo: string;
  /** What the scorer is called. */
  readonly instance: string;
}

/** Codes of errors that are about the model; any other says nothing of it, and what was tried is tried again. */
const REASONS: readonly ErrorCode[] = [
  'model-missing',
  'model-invalid',
  'model-hash-mismatch',
  'model-golden-mismatch',
];

/** Whether an error is a reason to refuse a model. */
export function isRefusal({ code }: KitError): boolean {
  return REASONS.includes(code);
}

export function refusalOf(
  { name, version, sha256, publishedAt }: ModelPointer,
  { code, message }: KitError,
  instance: string,
): ModelRefusal {
  return { name, version, sha256, publishedAt, refusedAt: Date.now(), instance, code, message };
}

/** Writes down that a published version was refused, so that it is not taken after a restart either. */
export async function writeRefusal(
  { cluster, topic, demo }: Refuser,
  role: Role,
  refusal: ModelRefusal,
): Promise<void> {
  const producer = await cluster.produce();
  try {
    const key = formatModelKey({ kind: 'refused', demo, role });
    await producer.send([{ topic, key, value: encodeJson(refusal), timestamp: refusal.refusedAt }]);
  } finally {
    await producer.close();
  }
}
