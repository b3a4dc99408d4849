import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** How a program answered: a program may be there and not work, or be silent for longer than is waited for. */
export type ProgramAnswer =
  | { readonly kind: 'missing' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'failed' | 'answered'; readonly text: string };

/** How long any program is waited for. */
export const PROBE_MS = 2_000;

/** Where the PATH has a program; undefined where it has not. */
export async function onPath(name: string): Promise<string | undefined> {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const ending of folder === '' ? [] : endings) {
      const file = join(folder, `${name}${ending}`);
      if (await isProgram(file)) return file;
    }
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    // Not there, or not to be run: either way it is no program.
    return false;
  }
}

/** Runs a program of the PATH, or at a path, and gives what it printed on both streams, within `withinMs`. */
export async function answerOf(
  name: string,
  args: readonly string[],
  { withinMs = PROBE_MS, cwd }: { readonly withinMs?: number; readonly cwd?: string } = {},
): Promise<ProgramAnswer> {
  const file = /[/\\]/.test(name) ? name : await onPath(name);
  if (file === undefined) return { kind: 'missing' };
  return new Promise((resolve) => {
    const options = { timeout: withinMs, killSignal: 'SIGKILL' as const, ...(cwd !== undefined && { cwd }) };
    execFile(file, [...args], options, (error, stdout, stderr) => {
      const text = `${stdout}${stderr}`.trim();
      if (error === null) resolve({ kind: 'answered', text });
      else if (error.killed === true) resolve({ kind: 'silent' });
      else resolve({ kind: error.code === 'ENOENT' ? 'missing' : 'failed', text: text === '' ? error.message : text });
    });
  });
}
