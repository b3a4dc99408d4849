import { z } from 'zod';
import { KitError } from '#shared/errors';

const reference = z.object({
  name: z.string().min(1).max(200),
  version: z.string().min(1).max(100),
  /** Of model.onnx. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Which model, to the byte. */
export type ModelReference = z.infer<typeof reference>;

const pointer = reference.extend({
  publishedAt: z.number().int(),
  /** What was active before, the latest first; a rollback goes there. */
  previous: z.array(reference).max(100),
});

/** The value of `active/<demo>/<role>`. */
export type ModelPointer = z.infer<typeof pointer>;

const refusal = reference.extend({
  publishedAt: z.number().int(),
  refusedAt: z.number().int(),
  /** The scorer that refused. */
  instance: z.string(),
  code: z.string(),
  message: z.string(),
});

/** The value of `refused/<demo>/<role>`: why a scorer did not take what was published, so that it does not after a restart. */
export type ModelRefusal = z.infer<typeof refusal>;

export const encodeJson = (value: ModelPointer | ModelRefusal): Buffer => Buffer.from(JSON.stringify(value));

/** Undefined where the bytes are no pointer: somebody else's. */
export const decodePointer = (bytes: Buffer): ModelPointer | undefined => decode(pointer, bytes);
export const decodeRefusal = (bytes: Buffer): ModelRefusal | undefined => decode(refusal, bytes);

function decode<T>(schema: z.ZodType<T>, bytes: Buffer): T | undefined {
  try {
    return schema.safeParse(JSON.parse(bytes.toString('utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw KitError.from(error);
  }
}

/** @throws KitError 'model-hash-mismatch' where what was found is not what was published. */
export function requireSame(published: ModelReference, found: ModelReference, where: string): void {
  if (isSame(published, found)) return;
  throw new KitError('model-hash-mismatch', `The model ${where} on the topic is another one than was published.`);
}

/** Whether two are the same model. */
export function isSame(
  a: Pick<ModelReference, 'name' | 'version' | 'sha256'> | undefined,
  b: Pick<ModelReference, 'name' | 'version' | 'sha256'> | undefined,
): boolean {
  return a?.name === b?.name && a?.version === b?.version && a?.sha256 === b?.sha256;
}
