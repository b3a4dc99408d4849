import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { KitError } from '#shared/errors';
import { LINKS } from '../inverse-link.js';

const name = z.string().min(1).max(1000);

const field = z.object({
  name,
  type: z.enum(['text', 'number', 'logical']),
  /** What a categorical field can be, R's reference level first. */
  levels: z.array(z.string()).min(1).max(100_000).optional(),
});

/** Functions of numbers that an expression may call, with how many arguments each takes. */
const FUNCTIONS = {
  '+': [1, 2],
  '-': [1, 2],
  '*': [2],
  '/': [2],
  '^': [2],
  log: [1],
  log1p: [1],
  log2: [1],
  log10: [1],
  exp: [1],
  sqrt: [1],
  abs: [1],
  pmin: [2],
  pmax: [2],
  '<': [2],
  '<=': [2],
  '>': [2],
  '>=': [2],
  '==': [2],
  '!=': [2],
} as const satisfies Record<string, readonly number[]>;

export type FunctionName = keyof typeof FUNCTIONS;

/** A numeric expression of the model's formula; a comparison is 1 where it holds and 0 elsewhere. */
export type Expression =
  | number
  | { readonly field: string }
  | { readonly call: FunctionName; readonly arguments: readonly Expression[] };

/** A factor that a coefficient is multiplied with: a number, or 1 where a field has a level and 0 elsewhere. */
type Factor = { readonly number: Expression } | { readonly field: string; readonly level: string };

const factor = z
  .object({ field: name.optional(), level: z.string().optional(), number: z.unknown().optional() })
  .transform(({ field, level, number }, context): Factor => {
    if (field !== undefined && level !== undefined) return { field, level };
    try {
      return { number: expressionOf(number, 0) };
    } catch (error) {
      context.addIssue(KitError.from(error).message);
      return z.NEVER;
    }
  });

const glm = z.object({
  format: z.literal('r-glm'),
  formatVersion: z.literal(1),
  rVersion: z.string().max(100),
  formula: z.string().max(100_000),
  family: z.string().max(100),
  link: z.enum(LINKS),
  labels: z.array(z.string()).max(2),
  fields: z.array(field).min(1).max(10_000),
  coefficients: z
    .array(z.object({ name: z.string(), value: z.number(), factors: z.array(factor).max(20) }))
    .min(1)
    .max(1_000_000),
  golden: z.array(z.object({ input: z.record(z.string(), z.unknown()), score: z.number() })).max(10_000),
});

/** A generalized linear model as `export-glm.R` writes it. */
export type GlmFile = z.infer<typeof glm>;
export type GlmField = GlmFile['fields'][number];

const LARGEST = 64 * 1_048_576;
const DEEPEST = 50;

/** @throws KitError 'model-missing' when the file is not there, 'model-invalid' naming what is wrong in it. */
export async function readGlmFile(file: string): Promise<GlmFile> {
  const parsed = glm.safeParse(await readJson(file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new KitError(
    'model-invalid',
    `The R model ${file} is wrong at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'it does not parse'}. Write it with export_glm of export-glm.R.`,
  );
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > LARGEST)
      throw new KitError('model-invalid', `The R model ${file} has ${size} bytes; at most ${LARGEST} are read.`);
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw KitError.from(error, 'model-missing', `Reading the R model ${file}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw KitError.from(error, 'model-invalid', `The R model ${file} is not JSON`);
  }
}

function expressionOf(json: unknown, depth: number): Expression {
  if (depth > DEEPEST) throw new KitError('model-invalid', `an expression is nested deeper than ${DEEPEST}`);
  if (typeof json === 'number') return json;
  if (Array.isArray(json)) {
    const [call, ...rest] = json as readonly unknown[];
    const counts: readonly number[] | undefined = isFunction(call) ? FUNCTIONS[call] : undefined;
    if (!isFunction(call) || !counts?.includes(rest.length)) {
      throw new KitError(
        'model-invalid',
        `the function ${String(call)} of ${rest.length} arguments is not understood; understood are ${Object.keys(FUNCTIONS).join(' ')}`,
      );
    }
    return { call, arguments: rest.map((argument) => expressionOf(argument, depth + 1)) };
  }
  const parsed = z.object({ field: name }).safeParse(json);
  if (parsed.success) return parsed.data;
  throw new KitError('model-invalid', `the expression ${JSON.stringify(json)} is not understood`);
}

function isFunction(call: unknown): call is FunctionName {
  return typeof call === 'string' && Object.hasOwn(FUNCTIONS, call);
}
