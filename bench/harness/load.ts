import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';

/** What a program says of its work when it is through: its fields are the program's own. */
export type Said = Readonly<Record<string, unknown>>;

/** A program at work, in a process of its own. */
export interface RunningLoad {
  readonly pid: number | undefined;
  /** Resolves when it says that its work has begun. */
  readonly begun: Promise<Said>;
  /** The fields of its last line, once it has ended. */
  readonly result: Promise<Said>;
  /** Kills it. */
  kill(): Promise<void>;
  /** Ends its standard input, which ends a program that waits for that, and waits for its end. */
  close(): Promise<void>;
}

export interface LoadOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** The core that it may run on; all where it is undefined. */
  readonly core?: number | undefined;
}

/** Starts a program that writes {"is":"begin"} and, if it comes to an end, {"is":"end",…}; other lines are passed over. */
export function startLoad(commandLine: readonly string[], { environment, core }: LoadOptions = {}): RunningLoad {
  const [command = '', ...args] = pinned(commandLine, core);
  // Its standard input ends with this process: so can whoever waits for it.
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...environment } });
  const exited = Promise.race([once(child, 'exit'), once(child, 'error').then(([error]) => [error])]);
  let begin = (_said: Said): void => undefined;
  let fail = (_reason: Error): void => undefined;
  const begun = new Promise<Said>((resolve, reject) => {
    begin = resolve;
    fail = reject;
  });
  const result = (async () => {
    let end: Said | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith('{')) continue;
      const said = JSON.parse(line) as Said;
      if (said.is === 'begin') begin(said);
      if (said.is === 'end') end = said;
    }
    const [code] = await exited;
    if (end !== undefined && code === 0) return end;
    const reason = new Error(`${commandLine.join(' ')} ended with ${String(code)} before it was through.`);
    fail(reason);
    throw reason;
  })();
  // Whoever waits for `begun` alone, and ends the load then, does not ask for its result.
  result.catch(() => undefined);
  begun.catch(() => undefined);
  return {
    pid: child.pid,
    begun,
    result,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}

/** A command line on one core; as it is where there is none. taskset becomes the program, with its process id. */
export const pinned = (commandLine: readonly string[], core: number | undefined): readonly string[] =>
  core === undefined ? commandLine : ['taskset', '-c', String(core), ...commandLine];

/** The command line of a program of bench/, with all that is given to it. */
export function nodeProgram(path: string, ...args: readonly (string | number)[]): string[] {
  const program = fileURLToPath(projectFile(`dist/bench/${path}.js`));
  return [process.execPath, '--expose-gc', ...nodeFlags(), program, ...args.map(String)];
}

/** What whoever measures wants the programs in Node to be started with; who wants profiles has those of threads as well. */
export function nodeFlags(): string[] {
  const flags = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter((flag) => flag !== '');
  if (!flags.includes('--cpu-prof')) return flags;
  return [...flags, `--import=${projectFile('dist/bench/loads/profiled-threads.js').href}`];
}

/** Why a command can't be run here; undefined where it can. */
export function whyMissing(name: string, command: string, args: readonly string[]): string | undefined {
  const tried = spawnSync(command, args, { encoding: 'utf8' });
  if (tried.status === 0) return undefined;
  const reason = tried.error?.message ?? tried.stderr.trim().split('\n').at(-1) ?? '';
  return `${name} does not run here: ${reason}`;
}
