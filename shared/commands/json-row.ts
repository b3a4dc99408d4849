import { KitError } from '#shared/errors';
import type { ModelCard } from '#shared/scoring';

/** The inputs of a model that are numbers, by their names. */
export function numberInputs(card: ModelCard): string[] {
  return card.inputs.filter(({ type }) => type === 'number').map(({ name }) => name);
}

/** The object that a text of JSON holds, or why it is no row; `where` the text stands, for the sentence. */
export function jsonRow(where: 'line' | 'record', text: string, numbers: readonly string[]): object | KitError {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return undecodable(`The ${where} is not JSON: ${found}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return undecodable(
      `The ${where} holds ${kindOf(value)}; a row is a JSON object, with the model's inputs as its fields.`,
    );
  }
  const row = value as Readonly<Record<string, unknown>>;
  for (const name of numbers) {
    const number = row[name];
    if (typeof number === 'number' ? !Number.isFinite(number) : Array.isArray(number) && isBeyond(number)) {
      return undecodable(`The input "${name}" has a number beyond ±1.8e308, the largest that there is.`);
    }
  }
  return row;
}

// JSON.parse gives infinity for a number that is too large; it gives no NaN.
function isBeyond(values: readonly unknown[]): boolean {
  return values.some((value) =>
    typeof value === 'number' ? !Number.isFinite(value) : Array.isArray(value) && isBeyond(value),
  );
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

function undecodable(sentence: string): KitError {
  return new KitError('record-undecodable', sentence);
}
