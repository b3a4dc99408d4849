import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { KitError } from '#shared/errors';

const manifest = z.strictObject({
  title: z.string(),
  language: z.enum(['python', 'r']),
  /** What it takes beside its language's own packages. */
  needs: z.array(z.enum(['java'])).default([]),
  /** How long an execution takes on a laptop, in words. */
  takes: z.string(),
  /** Folders with a SHA256SUMS whose files it reads. */
  data: z.array(z.string()),
  /** The model folders that it writes. */
  models: z.array(z.string()).min(1),
  /** The files that decide what it writes, in the order in which their bytes are hashed. */
  sources: z.array(z.string()).min(1),
  /** How far another machine's run may be off what is committed. */
  moved: z.strictObject({ quality: z.number().nonnegative(), score: z.number().nonnegative() }),
});

/** A notebook of the repository: what its `notebook.json` says, and where it is. Paths are relative to the repository. */
export interface Notebook extends z.infer<typeof manifest> {
  readonly name: string;
  readonly folder: string;
}

/**
 * All notebooks of a repository, by name.
 * @throws KitError 'run-failed' where a notebook.json cannot be read.
 */
export async function readNotebooks(root: string): Promise<Notebook[]> {
  const entries = await readdir(join(root, 'notebooks'), { withFileTypes: true });
  // Python and Jupyter leave folders of their own: __pycache__, .ipynb_checkpoints.
  const names = entries.filter((entry) => entry.isDirectory() && !/^[._]/.test(entry.name)).map(({ name }) => name);
  return Promise.all(names.toSorted().map((name) => readNotebook(root, name)));
}

async function readNotebook(root: string, name: string): Promise<Notebook> {
  const folder = `notebooks/${name}`;
  try {
    const json: unknown = JSON.parse(await readFile(join(root, folder, 'notebook.json'), 'utf8'));
    return { ...manifest.parse(json), name, folder };
  } catch (error) {
    const found =
      error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : KitError.from(error).message;
    throw new KitError('run-failed', `Reading ${folder}/notebook.json: ${found}`, { cause: error });
  }
}

/** The percent-format file of a notebook, relative to the repository. */
export function sourceOf({ folder, name, language }: Notebook): string {
  return `${folder}/${name}.${language === 'r' ? 'R' : 'py'}`;
}
