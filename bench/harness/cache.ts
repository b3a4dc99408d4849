import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { projectFile } from '#shared/project-file';

/** Where rivals are built, which git ignores. */
const cacheFolder = fileURLToPath(projectFile('bench/.cache'));
const COMPLETE = '.complete';
const MAKING_MS = 900_000;

/** Runs a command; the end of what it says is in the reason where it fails. */
export async function runCommand(command: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(command, args, { timeout: MAKING_MS, maxBuffer: 2 ** 24 });
  } catch (error) {
    const said = error instanceof Error && 'stdout' in error && 'stderr' in error ? [error.stdout, error.stderr] : [];
    const text = said.join('\n').trim().slice(-1_000);
    throw new Error(`${command} ${args.join(' ')} failed: ${text}`, { cause: error });
  }
}

/** A folder of the cache that is made of these files, another one when one of them changes. */
export function builtFolder(
  name: string,
  files: readonly string[],
): { readonly path: string; readonly isThere: boolean } {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(projectFile(file)));
  const path = join(cacheFolder, `${name}-${hash.digest('hex').slice(0, 12)}`);
  return { path, isThere: existsSync(join(path, COMPLETE)) };
}

/** Makes such a folder, where its files will stay; gives why that failed, which leaves nothing behind. */
export async function makeFolder(path: string, make: (path: string) => Promise<void>): Promise<string | undefined> {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  try {
    await make(path);
    writeFileSync(join(path, COMPLETE), '');
    return undefined;
  } catch (error) {
    rmSync(path, { recursive: true, force: true });
    return error instanceof Error ? error.message : String(error);
  }
}
