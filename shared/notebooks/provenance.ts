import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitError } from '#shared/errors';
import type { Notebook } from './notebook.js';

/** The SHA-256 of the bytes of a notebook's sources, one after the other: a card's `madeBy.sourceSha256`. */
export async function sourceSha256(root: string, { name, sources }: Notebook): Promise<string> {
  const hash = createHash('sha256');
  for (const path of sources) hash.update(await fileOf(root, path, `The sources of ${name}`));
  return hash.digest('hex');
}

/** Those of a notebook's model folders whose card was written from other sources than the present ones, or is not there. */
export async function outdatedModels(root: string, notebook: Notebook): Promise<string[]> {
  const now = await sourceSha256(root, notebook);
  const made = await Promise.all(notebook.models.map((model) => madeFrom(root, model)));
  return notebook.models.filter((_, at) => made[at] !== now);
}

async function madeFrom(root: string, model: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(root, model, 'model.json'), 'utf8')).madeBy?.sourceSha256;
  } catch {
    // Whatever is wrong with the card, the model has to be made again.
    return undefined;
  }
}

/**
 * Checks every file that the SHA256SUMS of a notebook's data folders name.
 * @throws KitError 'run-failed' naming the first file that differs or is missing.
 */
export async function checkData(root: string, { name, data }: Notebook): Promise<void> {
  for (const folder of data) {
    const sums = await fileOf(root, `${folder}/SHA256SUMS`, `The checksums of ${name}'s data`);
    for (const line of sums.toString('utf8').trim().split('\n')) {
      const [expected, file] = line.split(/\s+/);
      const path = `${folder}/${file}`;
      const found = createHash('sha256')
        .update(await fileOf(root, path, `The data of ${name}`))
        .digest('hex');
      if (found === expected) continue;
      throw new KitError(
        'run-failed',
        `The data of ${name} are not those that it was written for: the SHA-256 of ${path} is ${found}, ${folder}/SHA256SUMS says ${expected}. ` +
          `Restore it with git checkout -- ${folder}.`,
      );
    }
  }
}

async function fileOf(root: string, path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(join(root, path));
  } catch (error) {
    throw KitError.from(error, 'run-failed', `${what} cannot be read`);
  }
}
