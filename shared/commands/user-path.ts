import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';

/** A path as the user meant it: npm runs its scripts in the project's root and says in INIT_CWD where it was called. */
export function userPath(path: string): string {
  const root = resolve(fileURLToPath(projectFile('.')));
  const from = resolve(process.cwd()) === root ? (process.env.INIT_CWD ?? root) : process.cwd();
  return resolve(from, path);
}
