import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { KitError } from '#shared/errors';
import { OnnxFile, type ValueDescription } from '#shared/onnx';
import type { ImportedModel } from '../imported-model.js';

type Card = ImportedModel['card'];

const MOST_BYTES = 512 * 1_048_576;

/**
 * Drafts the card of an ONNX file from what its graph declares: one input a graph input, or a column of it; the score from
 * the last output of numbers. What has to be looked over is said in the notes.
 * @throws KitError 'model-missing' where there is no such file, 'model-invalid' where it is no ONNX graph, or where its
 * inputs can't be fed from a record's fields.
 */
export async function importOnnx(path: string): Promise<ImportedModel> {
  const graph = await read(path);
  const file = parse(graph, path);
  const labels = file.copy().removeZipMaps();
  const notes: string[] = [];
  const inputs = file.describeInputs().flatMap((input) => inputsOf(input, notes));
  const name = basename(path).replace(/\.onnx$/i, '');
  return { graph, card: { name, version: '1', description: '', inputs, ...outcome(file, labels, notes) }, notes };
}

function parse(graph: Uint8Array, path: string): OnnxFile {
  try {
    return OnnxFile.parse(graph);
  } catch (error) {
    throw new KitError('model-invalid', `Reading ${path}: ${KitError.from(error).message}`, { cause: error });
  }
}

function inputsOf({ name, type, shape }: ValueDescription, notes: string[]): Card['inputs'] {
  const kind = type === 'string' ? 'string' : 'number';
  // What a tool exports knows of no missing values unless it says so; the graph does not say.
  const input = { type: kind, optional: false } as const;
  const [, ...row] = shape ?? [];
  const sizes = row.map((size) => (typeof size === 'number' && size > 0 ? size : undefined));
  if (sizes.length === 0 || (sizes.length === 1 && sizes[0] === 1)) return [{ ...input, name }];
  if (sizes.includes(undefined)) {
    throw new KitError(
      'model-invalid',
      `The graph input "${name}" does not say how many columns it has; write its card by hand (docs/models.md).`,
    );
  }
  const [columns = 1, ...deeper] = sizes.map((size) => size ?? 1);
  if (deeper.length > 0) return [{ ...input, name, shape: [columns, ...deeper] }];
  notes.push(
    `The ${columns} columns of "${name}" are called ${name}_1 to ${name}_${columns}: put in your fields' names, in order.`,
  );
  return Array.from({ length: columns }, (_, index) => ({ ...input, name: `${name}_${index + 1}`, tensor: name }));
}

function outcome(
  file: OnnxFile,
  zipMaps: ReadonlyMap<string, readonly (string | number)[]>,
  notes: string[],
): Pick<Card, 'task' | 'output' | 'labels'> {
  const outputs = file.describeOutputs();
  // Classifiers give their label first and their probabilities last.
  const score = outputs.findLast(({ name, type }) => zipMaps.has(name) || (type !== undefined && type !== 'string'));
  if (score === undefined) {
    throw new KitError('model-invalid', `The graph has no output of numbers; it has ${file.outputs.join(', ')}.`);
  }
  const labels = zipMaps.get(score.name)?.map(String);
  const [, size] = score.shape ?? [];
  const columns = labels?.length ?? (typeof size === 'number' && size > 0 ? size : 1);
  const described = outputs.length === 1 ? 'its only output' : `one of ${file.outputs.join(', ')}`;
  notes.push(
    `The score is read from "${score.name}", ${described}: look over "task", "output" and "labels" in model.json.`,
  );
  if (columns === 1) return { task: 'regression', output: { tensor: score.name } };
  if (columns === 2) return { task: 'binary', output: { tensor: score.name, column: 1 }, ...(labels && { labels }) };
  return { task: 'multiclass', output: { tensor: score.name }, ...(labels && { labels }) };
}

async function read(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) {
      throw new KitError('model-invalid', `The file ${path} has ${size} bytes; at most ${MOST_BYTES} are read.`);
    }
    return await readFile(path);
  } catch (error) {
    throw KitError.from(error, 'model-missing', `Reading the ONNX file ${path}`);
  }
}
