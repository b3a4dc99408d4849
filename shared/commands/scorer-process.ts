import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type ErrorCode, KitError } from '#shared/errors';
import type { ScorerReady } from './scorer-role.js';

/** What a scorer that gave up says to its supervisor. */
export interface ScorerFailed {
  readonly type: 'failed';
  readonly code: ErrorCode;
  readonly message: string;
}

/** A scorer in a process of its own, so that scoring never blocks the page and killing it is a real kill. */
export interface ScorerProcess {
  readonly pid: number;
  readonly instance: ScorerReady['instance'];
  readonly model: ScorerReady['model'];
  /** Rejects with a KitError when the process ends without having been asked to. */
  readonly gone: Promise<never>;
  /** Lets it finish and commit; a scorer that has not left after `patienceMs` is killed. */
  close(patienceMs: number): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

/** Set for a scorer that a demo has started: it speaks to the demo, and ends when that is gone. */
const SUPERVISED = 'KAFKA_ML_DEMOS_SUPERVISED';

/** Whether this process is such a scorer. */
export function isSupervised(): boolean {
  return process.send !== undefined && process.env[SUPERVISED] === 'true';
}

interface ScorerStart {
  /** The path of the demo's program. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Such as `--max-semi-space-size=4`. */
  readonly v8Flags?: readonly string[];
  /** Told what it says, line by line. */
  readonly onLine: (line: string) => void;
}

/**
 * Starts a demo's program as a scorer.
 * @throws KitError with the scorer's own code when it cannot start.
 */
export async function startScorerProcess({
  program,
  args,
  env,
  v8Flags = [],
  onLine,
}: ScorerStart): Promise<ScorerProcess> {
  const child = spawn(process.execPath, [...process.execArgv, ...v8Flags, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...env, [SUPERVISED]: 'true' },
    // Ctrl-C in a terminal is for the demo, which lets its scorer finish.
    detached: process.platform !== 'win32',
  });
  // A supervisor that leaves at once takes its scorer along.
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const stderr = relay(child, onLine);
  let closing = false;
  let failure: KitError | undefined;

  const exited = once(child, 'exit').then(([code, signal]) => {
    process.off('exit', killWithUs);
    return `${code === null ? `signal ${String(signal)}` : `exit code ${String(code)}`}`;
  });
  const ready = new Promise<ScorerReady>((resolve) => {
    child.on('message', (message: ScorerReady | ScorerFailed) => {
      if (message.type === 'ready') resolve(message);
      else failure = new KitError(message.code, message.message);
    });
  });
  const gone = exited.then(async (how): Promise<never> => {
    if (closing) return new Promise<never>(() => {});
    const said = (await stderr).trim();
    throw failure ?? new KitError('run-failed', `The scorer is gone (${how})${said ? `: ${said.slice(-2_000)}` : '.'}`);
  });
  gone.catch(() => undefined);

  const { instance, model } = await Promise.race([ready, gone]);
  return {
    pid: child.pid ?? -1,
    instance,
    model,
    gone,
    async close(patienceMs) {
      closing = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (child.connected) child.send('close');
      else child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      await exited;
      clearTimeout(timer);
    },
    kill: killWithUs,
  };
}

/** What the scorer says goes on to whoever watches; its standard error is kept for the sentence about its end. */
async function relay(child: ChildProcess, say: (line: string) => void): Promise<string> {
  if (child.stdout) createInterface({ input: child.stdout }).on('line', say);
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-10_000);
  });
  if (child.stderr) await once(child.stderr, 'close');
  return text;
}
