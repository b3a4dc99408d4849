import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';

/** A program of the project, started as a user starts it, from its compiled code. */
export interface ProgramProcess {
  readonly pid: number;
  /** What it wrote so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves with the first group of the first match on either output; rejects when the program ends without one. */
  said(pattern: RegExp): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** Closes the pipe of its standard output, as `head` does when it has enough. */
  stopReading(): void;
  /** The exit code, or the signal's name. */
  readonly exited: Promise<number | string>;
  /** Kills it if it still runs. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts `dist/<script>` in a folder that is not the project's, with `input` on its standard input. With `fileBlocks` no
 * file of it can grow beyond so many blocks of 512 bytes, as on a full disk; that takes a POSIX system.
 */
export function startProgram(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  { fileBlocks, input }: { readonly fileBlocks?: number; readonly input?: string | Buffer } = {},
): ProgramProcess {
  const command = [process.execPath, fileURLToPath(projectFile(`dist/${script}`)), ...args];
  const limited = ['/bin/sh', '-c', `ulimit -f ${fileBlocks} && exec "$@"`, 'limited', ...command];
  const [program = '', ...rest] = fileBlocks === undefined ? command : limited;
  const child = spawn(program, rest, {
    cwd: tmpdir(),
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A program that ends before it has read all of it is not a failure here.
  child.stdin.on('error', () => undefined).end(input ?? '');
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  const notify = (): void => {
    for (const check of waiting) check();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    notify();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    notify();
  });
  let ended = false;
  const exited = once(child, 'close').then(([code, signal]): number | string => {
    ended = true;
    notify();
    return typeof code === 'number' ? code : String(signal);
  });

  return {
    pid: child.pid ?? -1,
    stdout: () => stdout,
    stderr: () => stderr,
    exited,
    signal: (name) => child.kill(name),
    stopReading: () => child.stdout.destroy(),
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const match = pattern.exec(stdout) ?? pattern.exec(stderr);
          if (match === null && !ended) return;
          waiting.delete(check);
          if (match !== null) resolve(match[1] ?? match[0]);
          else reject(new Error(`${script} ended without saying ${String(pattern)}.\n${stdout}\n${stderr}`));
        };
        waiting.add(check);
        check();
      }),
    async [Symbol.asyncDispose]() {
      if (!ended) child.kill('SIGKILL');
      await exited;
    },
  };
}
