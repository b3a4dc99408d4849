import { z } from 'zod';
import { KitError } from '#shared/errors';
import { firstIssue } from './first-issue.js';

const name = z
  .string()
  .min(1)
  .refine((text) => text !== '__proto__', 'no field can be called __proto__');

const input = z.object({
  name,
  type: z.enum(['string', 'number']),
  optional: z.boolean().default(false),
  /** Several inputs with one `tensor` are the columns of that graph input, in the card's order. */
  tensor: name.optional(),
  /** One input that is a nested array of numbers, such as a sequence: its dimensions, without that of the rows. */
  shape: z.array(z.number().int().min(1)).min(1).max(6).optional(),
  /** The texts that the model was trained on; what is none of them is scored as the graph does, and counted. */
  categories: z.array(z.string()).optional(),
});

const card = z.object({
  name: z.string().min(1).max(200),
  version: z.string().min(1).max(100),
  task: z.enum(['binary', 'multiclass', 'regression', 'anomaly', 'clustering']),
  description: z.string().default(''),
  sha256: z
    .string()
    .toLowerCase()
    .regex(/^[0-9a-f]{64}$/, 'it is no SHA-256 in hexadecimal')
    .optional(),
  inputs: z.array(input).min(1).max(10_000),
  output: z.object({ tensor: z.string().min(1), column: z.number().int().min(0).optional() }),
  threshold: z.number().optional(),
  labels: z.array(z.string()).optional(),
  /** The graph's own account of a score: one column an input that it names. */
  reasons: z.object({ tensor: z.string().min(1), names: z.array(z.string()).min(1).optional() }).optional(),
  madeBy: z.record(z.string(), z.unknown()).optional(),
  quality: z.record(z.string(), z.unknown()).optional(),
  /** How the inputs were distributed in training; what is wrong with it does not keep a model from scoring. */
  profile: z.unknown().optional(),
});

/** Fields that tell people and other programs something, and the loader nothing. */
const TOLD = ['trainedOn'];

/** The fields of a card that nothing reads, such as one that is misspelt. */
export function unreadFields(text: string): string[] {
  const json = JSON.parse(text) as { readonly inputs?: readonly object[] };
  const known = new Set([...Object.keys(card.shape), ...TOLD]);
  const ofInput = new Set(Object.keys(input.shape));
  const inputFields = (json.inputs ?? []).flatMap((each) => Object.keys(each)).filter((name) => !ofInput.has(name));
  return [...Object.keys(json).filter((name) => !known.has(name)), ...new Set(inputFields)];
}

/** The card of a model folder, `model.json`: what goes in, what comes out, what it means. */
export type ModelCard = z.infer<typeof card>;
export type ModelInput = ModelCard['inputs'][number];

/**
 * Reads a card's text.
 * @throws KitError 'model-invalid' naming the first field that is wrong.
 */
export function parseModelCard(text: string, file: string): ModelCard {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw KitError.from(error, 'model-invalid', `The model card ${file} is not JSON`);
  }
  const parsed = card.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new KitError('model-invalid', `The model card ${file} is wrong ${firstIssue(parsed.error)}.`);
}
