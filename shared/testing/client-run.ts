import { spawn, spawnSync } from 'node:child_process';

/** A client program that ran: what it wrote, and how it ended. */
interface ClientRun {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

const PATIENCE_MS = 60_000;

/** Runs a program to its end, which is insisted on after a minute. */
export function runClient(
  command: string,
  commandArguments: readonly string[],
  { input = '', env = {} }: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<ClientRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArguments, {
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
      env: { ...process.env, ...env },
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output, errors }));
    // A program that ends without having read its input is judged by its exit code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** Whether a client runs on this machine. Where it must (CI), its absence is a failure; elsewhere it is said, and skipped. */
export function hasClient(
  name: string,
  command: string,
  commandArguments: readonly string[],
  env: NodeJS.ProcessEnv = {},
): boolean {
  const found = spawnSync(command, commandArguments, { encoding: 'utf8', env: { ...process.env, ...env } });
  if (found.status === 0) return true;
  const reason = found.error?.message ?? found.stderr.trim().split('\n').at(-1) ?? 'no reason given';
  if (process.env.CI === 'true') throw new Error(`${name} is needed with CI=true, and does not run: ${reason}`);
  console.warn(`Skipped: tests with ${name}, which does not run on this machine: ${reason}`);
  return false;
}
