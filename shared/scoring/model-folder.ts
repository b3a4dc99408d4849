import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KitError } from '#shared/errors';

/** The files of a model folder, as they are on disk. */
export interface ModelFiles {
  readonly graph: Buffer;
  readonly card: string;
  readonly golden: string | undefined;
}

const MEGABYTE = 1_048_576;
const LIMITS = { 'model.onnx': 512 * MEGABYTE, 'model.json': 4 * MEGABYTE, 'golden.json': 64 * MEGABYTE } as const;

/** @throws KitError 'model-missing' when the folder or one of its two files is not there, 'model-invalid' when one is too large. */
export async function readModelFolder(folder: string): Promise<ModelFiles> {
  const [graph, card, golden] = await Promise.all([
    read(folder, 'model.onnx'),
    read(folder, 'model.json'),
    read(folder, 'golden.json'),
  ]);
  if (graph === undefined) throw missing(folder, 'model.onnx');
  if (card === undefined) throw missing(folder, 'model.json');
  return { graph, card: textOf(card), golden: golden && textOf(golden) };
}

async function read(folder: string, name: keyof typeof LIMITS): Promise<Buffer | undefined> {
  const file = join(folder, name);
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new KitError('model-invalid', `${file} is no regular file; a model folder holds files.`);
    const { size } = found;
    if (size > LIMITS[name]) {
      throw new KitError('model-invalid', `The file ${file} has ${size} bytes; at most ${LIMITS[name]} are read.`);
    }
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw KitError.from(error, 'model-missing', `Reading the model folder ${folder}`);
  }
}

/** Without the mark that editors of Windows put in front. */
function textOf(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

function missing(folder: string, name: string): KitError {
  return new KitError(
    'model-missing',
    `The model folder ${folder} has no ${name}; a model folder holds model.onnx and its card, model.json.`,
  );
}
