import { KitError } from '#shared/errors';
import type { OnnxFile, OnnxNode } from '#shared/onnx';
import type { ModelCard } from './model-card.js';

/** What passes texts on as they are. */
const PASSING = new Set(['Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

/**
 * The texts that a model knows, by the names of its inputs: those of the card, otherwise those of the encoder that the
 * graph puts behind the input. Inputs of which that is not told are left out.
 */
export function knownCategories(card: ModelCard, file: OnnxFile): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, ReadonlySet<string>>();
  for (const { name, type, tensor, shape, categories } of card.inputs) {
    if (type !== 'string' || shape !== undefined) continue;
    const isAlone = card.inputs.filter((other) => (other.tensor ?? other.name) === (tensor ?? name)).length === 1;
    const texts = categories ?? (isAlone ? encodedTexts(file, tensor ?? name) : []);
    if (texts.length > 0) known.set(name, new Set(texts));
  }
  return known;
}

/** Whether a value is a text that the model does not know; a missing one is not. */
export const isUnknown = (value: unknown, known: ReadonlySet<string>): boolean =>
  typeof value === 'string' && value !== '' && !known.has(value);

/** In a sentence: more of them tell nobody more. */
const TEXTS_NAMED = 8;
const TEXT_LENGTH = 50;

/** Why a row has no score, with the texts in it that the model does not know: most likely it is because of them. */
export function withUnknownTexts(
  error: KitError,
  row: Readonly<Record<string, unknown>>,
  categories: ReadonlyMap<string, ReadonlySet<string>>,
): KitError {
  const unknown: string[] = [];
  for (const [input, known] of categories) {
    if (!isUnknown(row[input], known)) continue;
    const named = [...known].slice(0, TEXTS_NAMED).join(', ') + (known.size > TEXTS_NAMED ? ', …' : '');
    unknown.push(`its "${input}" is "${String(row[input]).slice(0, TEXT_LENGTH)}", which is none of ${named}`);
  }
  if (unknown.length === 0) return error;
  return new KitError(error.code, `${error.message.replace(/\.$/, '')}: ${unknown.join('; ')}.`);
}

/** As ai.onnx.ml 4 has the keys of an encoder. */
function tensorTexts(node: OnnxNode): string[] {
  const keys = node.attribute('keys_tensor');
  return keys !== undefined && 'tensor' in keys && keys.tensor.type === 'string' ? keys.tensor.values.map(String) : [];
}

/** The texts of the encoders that a value goes to; none where it goes to anything else as well. */
function encodedTexts(file: OnnxFile, value: string): string[] {
  const texts: string[] = [];
  for (const node of file.nodes) {
    if (!node.inputs.includes(value)) continue;
    if (PASSING.has(node.op)) texts.push(...encodedTexts(file, node.outputs[0] ?? ''));
    else if (node.op === 'LabelEncoder') texts.push(...node.strings('keys_strings'), ...tensorTexts(node));
    else if (node.op === 'OneHotEncoder' || node.op === 'CategoryMapper') texts.push(...node.strings('cats_strings'));
    else return [];
  }
  return texts;
}
