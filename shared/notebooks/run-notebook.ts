import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { KitError } from '#shared/errors';
import { loadModel } from '#shared/scoring';
import { restore, stateOf } from './model-folder-state.js';
import { movesBetween } from './moves.js';
import { type Notebook, sourceOf } from './notebook.js';
import { checkData, outdatedModels } from './provenance.js';
import { executePython } from './python.js';
import { executeR } from './r.js';
import { checkTools } from './tools.js';

/** What came of a run, for each of the notebook's model folders. */
export interface MadeModel {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly quality: Readonly<Record<string, unknown>>;
  readonly isNew: boolean;
  /** What is no longer as committed, a phrase each. */
  readonly moves: readonly string[];
}

/**
 * Executes a notebook from a clean state: its model folders and its readable form under docs/notebooks are written anew.
 * Where it fails, the model folders stay as they were.
 * @throws KitError 'run-failed' where a tool is missing, data differ, a cell fails, or a model is not what its card says.
 */
export async function runNotebook(root: string, notebook: Notebook, say: (line: string) => void): Promise<MadeModel[]> {
  const python = await checkTools(root, notebook);
  await checkData(root, notebook);
  const folders = notebook.models.map((model) => join(root, model));
  const before = await Promise.all(folders.map(stateOf));
  const rendered = await mkdtemp(join(tmpdir(), `${notebook.name}-`));
  try {
    if (notebook.language === 'r') {
      say(`${notebook.name}: executing it takes ${notebook.takes}`);
      await executeR(root, notebook, rendered);
    } else {
      await executePython({ root, notebook, python, cache: cacheOf(notebook), rendered, say });
    }
    const made = await Promise.all(notebook.models.map((model) => inspect(root, model)));
    const outdated = await outdatedModels(root, notebook);
    if (outdated.length > 0) {
      throw new KitError(
        'run-failed',
        `Running ${notebook.name}: it left ${outdated.join(' and ')} with another sourceSha256 than that of its sources.`,
      );
    }
    await publishRendered(root, notebook, rendered);
    const after = await Promise.all(folders.map(stateOf));
    return made.map((model, at) => ({
      ...model,
      isNew: before[at]?.size === 0,
      moves: movesBetween(before[at] ?? new Map(), after[at] ?? new Map(), notebook),
    }));
  } catch (error) {
    for (const [at, folder] of folders.entries()) await restore(folder, before[at] ?? new Map());
    throw error;
  } finally {
    await rm(rendered, { recursive: true, force: true });
  }
}

/** Loading checks hash, card and golden rows, as it will where the model serves. */
async function inspect(root: string, folder: string): Promise<Omit<MadeModel, 'isNew' | 'moves'>> {
  const model = await loadModel(join(root, folder));
  try {
    const { name, version, quality } = model.card;
    return { folder, name, version, quality: quality ?? {} };
  } finally {
    await model.close();
  }
}

async function publishRendered(root: string, notebook: Notebook, rendered: string): Promise<void> {
  const docs = join(root, 'docs/notebooks');
  await mkdir(docs, { recursive: true });
  const text = await readFile(join(rendered, `${notebook.name}.md`), 'utf8');
  const origin = `<!-- Written by npm run notebooks -- ${notebook.name}, from ${sourceOf(notebook)}. -->\n\n`;
  await writeFile(join(docs, `${notebook.name}.md`), `${origin}${text.replaceAll(/[ \t]+$/gm, '').trim()}\n`);
  const pictures = `${notebook.name}_files`;
  await rm(join(docs, pictures), { recursive: true, force: true });
  await cp(join(rendered, pictures), join(docs, pictures), { recursive: true });
}

function cacheOf({ name }: Notebook): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kafka-ml-demos', 'notebooks', name);
}
