import { KitError } from '#shared/errors';
import type { GraphInput } from './graph-input.js';
import type { ModelInput } from './model-card.js';

/** Absent, null, or not a number: what counts as missing in a row. */
function isMissing(value: unknown): boolean {
  if (value === undefined || value === null || (typeof value === 'number' && Number.isNaN(value))) return true;
  // No record has functions: this one is inherited, for a field is called "constructor", or as a method of Avro's records.
  return typeof value === 'function';
}

/** Why a row cannot be fed to the graph, naming the field; undefined when it can. */
export function rowProblem(
  inputs: readonly GraphInput[],
  row: Readonly<Record<string, unknown>>,
): KitError | undefined {
  if (typeof row !== 'object' || row === null) {
    return new KitError('record-unscorable', `A row must be an object with the model's inputs as its fields.`);
  }
  for (const input of inputs) {
    // Nearly all rows of nearly all models: what follows costs many times as much.
    if (input.numbers?.areIn(row)) continue;
    for (const field of input.fields) {
      const value = row[field.name];
      // The others of a row that lacks one.
      if (input.numbers !== undefined && typeof value === 'number' && !Number.isNaN(value)) continue;
      if (isMissing(value)) {
        if (field.optional) continue;
        return new KitError('record-unscorable', `The required input "${field.name}" is missing.`);
      }
      const sentence =
        field.shape === undefined ? valueProblem(input, field, value) : nestedProblem(input, field, value);
      if (sentence !== undefined) return new KitError('record-unscorable', sentence);
    }
  }
  return undefined;
}

function valueProblem({ type: elements }: GraphInput, { name, type }: ModelInput, value: unknown): string | undefined {
  const isRight =
    typeof value === type || (type === 'number' && (typeof value === 'boolean' || typeof value === 'bigint'));
  if (!isRight) return `The input "${name}" is ${withArticle(value)}; the model takes a ${type}.`;
  // The runtime takes it for the end of the text.
  if (typeof value === 'string' && value.includes('\0')) return `The input "${name}" has a NUL character in its text.`;
  if (elements.startsWith('float') || elements === 'string' || typeof value === 'boolean') return undefined;
  // What an integer type cannot hold is another value, not a rounded one.
  return isWhole(value, elements)
    ? undefined
    : `The input "${name}" is ${String(value)}; the model takes ${RANGES[elements]}.`;
}

const RANGES: Readonly<Record<string, string>> = {
  int64: 'whole numbers of 64 bits',
  int32: 'whole numbers of 32 bits',
  bool: 'true, false, 1 or 0',
};

function isWhole(value: unknown, elements: string): boolean {
  if (elements === 'bool') return value === 0 || value === 1 || value === 0n || value === 1n;
  const bits = elements === 'int32' ? 32 : 64;
  if (typeof value === 'bigint') return BigInt.asIntN(bits, value) === value;
  return Number.isSafeInteger(value) && (bits === 64 || (Number(value) | 0) === value);
}

function nestedProblem(input: GraphInput, field: ModelInput, value: unknown): string | undefined {
  const shape = field.shape ?? [];
  const found = misshapen(value, shape);
  if (found !== undefined) {
    return `The input "${field.name}" must be an array of the shape [${shape.join(', ')}]; ${found}.`;
  }
  for (const element of (value as readonly unknown[]).flat(shape.length - 1)) {
    if (isMissing(element)) {
      if (!field.optional) return `The input "${field.name}" has a missing element.`;
      continue;
    }
    const problem = valueProblem(input, field, element);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** How nested arrays differ from a shape; undefined when they do not. */
function misshapen(value: unknown, [size, ...inner]: readonly number[]): string | undefined {
  if (size === undefined) return Array.isArray(value) ? 'it is nested deeper' : undefined;
  if (!Array.isArray(value)) return `it has ${withArticle(value)} where an array of ${size} is to be`;
  if (value.length !== size) return `it has an array of ${value.length} where one of ${size} is to be`;
  for (const element of value) {
    const found = misshapen(element, inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

function withArticle(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
