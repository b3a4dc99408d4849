import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitError } from '#shared/errors';

/** The files of a model folder as they were at a moment, by name; empty where there was no folder. */
export type FolderState = ReadonlyMap<string, Buffer>;

export async function stateOf(folder: string): Promise<FolderState> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    // A folder that cannot be read is not an absent one: restoring would delete it.
    if (error.code === 'ENOENT') return [];
    throw KitError.from(error, 'run-failed', `Keeping what is in ${folder}`);
  });
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)));
}

/** Puts a folder back as it was: a run that failed half-way leaves no half of a model. */
export async function restore(folder: string, state: FolderState): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  if (state.size === 0) return;
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of state) await writeFile(join(folder, name), bytes);
}
