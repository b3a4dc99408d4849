import { z } from 'zod';
import { KitError } from '#shared/errors';
import { nodeSchema } from './node-schemas.js';

const valueSchema = z.union([z.int(), z.string(), z.null()]);
const timestamp = z.int().nonnegative();

export type RecordedKey = string | null | { readonly key: RecordedKey; readonly start: number; readonly end: number };

const recordedKeySchema: z.ZodType<RecordedKey> = z.lazy(() =>
  z.union([z.string(), z.null(), z.strictObject({ key: recordedKeySchema, start: timestamp, end: timestamp })]),
);

const recordStepSchema = z.strictObject({
  topic: z.string(),
  key: z.string().nullable(),
  value: valueSchema,
  timestamp,
});

const outputSchema = z.strictObject({
  step: z.int().nonnegative(),
  topic: z.string(),
  key: recordedKeySchema,
  value: valueSchema,
  timestamp,
});

const storedSchema = z.strictObject({ key: recordedKeySchema, value: valueSchema, timestamp });

const caseSchema = z.strictObject({
  name: z.string(),
  category: z.string(),
  seed: z.int().optional(),
  doc: z.string().optional(),
  features: z.array(z.string()),
  config: z.strictObject({ emitIntervalMs: z.int().nonnegative() }).optional(),
  topology: z.array(nodeSchema),
  input: z.array(z.union([recordStepSchema, z.strictObject({ advanceWallClockMs: z.int().positive() })])),
  output: z.array(outputSchema),
  stores: z.record(z.string(), z.array(storedSchema)),
  dropped: z.int().nonnegative().optional(),
  drops: z.strictObject({ null: z.int().optional(), expired: z.int().optional() }).optional(),
});

/** A small topology, an input, and what Kafka Streams put out: the form is told in cases/FORMAT.md. */
export type GoldenCase = z.infer<typeof caseSchema>;
export type InputRecord = z.infer<typeof recordStepSchema>;
export type OutputRecord = z.infer<typeof outputSchema>;
export type StoredRecord = z.infer<typeof storedSchema>;

/**
 * Reads a case. Whatever the format does not know, a field, an operator, a function, is refused and never skipped.
 * @throws KitError 'usage' in one sentence.
 */
export function parseCase(json: unknown): GoldenCase {
  const { success, data, error } = caseSchema.safeParse(json);
  if (success) return data;
  const [issue] = error.issues;
  throw new KitError('usage', `Reading the case: at ${issue?.path.join('.') || 'its root'}: ${issue?.message}`);
}
