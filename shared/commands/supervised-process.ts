import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { type ErrorCode, KitError } from '#shared/errors';

/** What a part of a demo that gave up says to its supervisor. */
export interface PartFailed {
  readonly type: 'failed';
  readonly code: ErrorCode;
  readonly message: string;
}

/** What a part that is at work says to its supervisor, among what else that is to know. */
interface PartReady {
  readonly type: 'ready';
}

/** What a part has to say to people, whether or not they want to see what it says otherwise. */
export interface PartTold {
  readonly type: 'told';
  readonly sentence: string;
}

/** What a part says last that was ordered to be killed: its end is what was asked for. */
export interface PartKilled {
  readonly type: 'killed';
  readonly order: {
    readonly id: string;
    /** Milliseconds since 1970, by the clock of who ordered it. */
    readonly issuedAt: number;
    /** When the part may be there again, whatever is heard of the order; milliseconds since 1970. */
    readonly endsAt: number;
  };
}

/** A part of a demo in a process of its own. */
export interface SupervisedProcess<R extends PartReady> {
  readonly pid: number;
  /** What it says when it is ready; rejects as `gone` where it cannot start. */
  readonly ready: Promise<R>;
  /** Rejects with a KitError, the part's own where it said why, when the process ends without having been asked to. */
  readonly gone: Promise<never>;
  /** By which order it was killed, when it is gone; undefined where there was none. */
  killedBy(): PartKilled['order'] | undefined;
  /** Lets it finish and commit; a part that has not left after `patienceMs` is killed. */
  close(patienceMs: number): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

/** Set for a part that a demo has started: it speaks to the demo, and ends when that is gone. */
const SUPERVISED = 'KAFKA_ML_DEMOS_SUPERVISED';

/**
 * Linux gives a process of this priority a third of what another one has that wants the same core. How much it takes, a
 * monitor bounds itself.
 */
const YIELDING = 5;

/** Whether this process is such a part. */
export function isSupervised(): boolean {
  return process.send !== undefined && process.env[SUPERVISED] === 'true';
}

export interface SupervisedStart {
  /** What it is, as the sentence about its end begins: `The scorer`. */
  readonly who: string;
  /** The path of its program. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Such as `--max-semi-space-size=4`. */
  readonly v8Flags?: readonly string[];
  /**
   * Whether everything else goes first where a core is shared, once it is at work: on a machine that never rests, what yielded
   * from its start on was not heard after a minute. Where the system does not allow that, it is not so.
   */
  readonly yields?: boolean;
  /** Told what it says, line by line. */
  readonly onLine: (line: string) => void;
  /** Told what it has to say to people. */
  readonly onTold?: (sentence: string) => void;
}

/** Starts a program as a part of this one. */
export function startSupervised<R extends PartReady>({
  who,
  program,
  args,
  env,
  v8Flags = [],
  yields = false,
  onLine,
  onTold,
}: SupervisedStart): SupervisedProcess<R> {
  const child = spawn(process.execPath, [...process.execArgv, ...v8Flags, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...env, [SUPERVISED]: 'true' },
    // Ctrl-C in a terminal is for the demo, which lets its parts finish.
    detached: process.platform !== 'win32',
  });
  // A supervisor that leaves at once takes its parts along.
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const stderr = relay(child, onLine);
  let closing = false;
  let failure: KitError | undefined;
  let killedBy: PartKilled['order'] | undefined;
  // What it said last may come after its exit.
  const disconnected = new Promise<void>((resolve) => {
    if (child.connected) child.once('disconnect', resolve);
    else resolve();
  });

  const exited = once(child, 'exit').then(([code, signal]) => {
    process.off('exit', killWithUs);
    return `${code === null ? `signal ${String(signal)}` : `exit code ${String(code)}`}`;
  });
  const isReady = new Promise<R>((resolve) => {
    child.on('message', (message: R | PartFailed | PartTold | PartKilled) => {
      if (message.type === 'ready') resolve(message);
      else if (message.type === 'told') onTold?.(message.sentence);
      else if (message.type === 'killed') killedBy = message.order;
      else failure = new KitError(message.code, message.message);
    });
  });
  const gone = exited.then(async (how): Promise<never> => {
    if (closing) return new Promise<never>(() => {});
    const said = (await stderr).trim();
    await disconnected;
    throw failure ?? new KitError('run-failed', `${who} is gone (${how})${said ? `: ${said.slice(-2_000)}` : '.'}`);
  });
  gone.catch(() => undefined);

  const ready = Promise.race([isReady, gone]);
  ready.then(
    () => {
      if (yields) letOthersGoFirst(child);
    },
    () => undefined,
  );
  return {
    pid: child.pid ?? -1,
    ready,
    gone,
    killedBy: () => killedBy,
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

function letOthersGoFirst({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, YIELDING);
    // A session of its own has, on Linux, a share of its own, of which the priority of its processes takes nothing.
    if (process.platform === 'linux') writeFileSync(`/proc/${pid}/autogroup`, String(YIELDING));
  } catch {
    // It has ended already, which is told by its exit, or this system does not allow it.
  }
}

/** What the part says goes on to whoever watches; its standard error is kept for the sentence about its end. */
async function relay(child: ChildProcess, say: (line: string) => void): Promise<string> {
  if (child.stdout) createInterface({ input: child.stdout }).on('line', say);
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-10_000);
  });
  if (child.stderr) await once(child.stderr, 'close');
  return text;
}
