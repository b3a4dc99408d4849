import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { KitError } from '#shared/errors';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

const LAST_LINES = 30;

/**
 * Runs a program to its end and gives what it printed, both streams as they came.
 * @throws KitError 'run-failed' with its last lines where it fails; `doing` begins the sentence.
 */
export async function runProgram({ command, args, cwd, env = {} }: Program, doing: string): Promise<string> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
  try {
    const [code, signal] = await once(child, 'close');
    const text = stripVTControlCharacters(Buffer.concat(said).toString('utf8'));
    if (code === 0) return text;
    const last = text.trim().split('\n').slice(-LAST_LINES).join('\n');
    throw new KitError('run-failed', `${doing}: ${command} ended with ${signal ?? code}. Its last lines:\n${last}`);
  } catch (error) {
    throw KitError.from(error, 'run-failed', doing);
  }
}

/** What a program prints, both streams; undefined where it is not there or fails. */
export async function answerOf(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return await runProgram({ command, args, cwd: '.' }, command);
  } catch {
    return undefined;
  }
}
