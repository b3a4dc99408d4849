import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, KitError } from '#shared/errors';
import type { ModelFiles } from '../model-folder.js';

export interface CheckRequest extends Omit<ModelFiles, 'graph'> {
  readonly graph: Uint8Array;
  readonly where: string;
  readonly reasons: boolean;
  /** Records that it is tried on. */
  readonly rows: readonly object[];
}

export interface CheckAnswer {
  readonly problem: { readonly code: ErrorCode; readonly message: string } | undefined;
}

export interface CheckOptions {
  readonly reasons: boolean;
  /** Records of the stream that it is tried on, so that one that does not come back from them is found out here. */
  readonly rows?: readonly object[];
  /** Gives it up. */
  readonly signal?: AbortSignal;
  /** 60,000 ms unless said. */
  readonly withinMs?: number;
}

const CHECKED_WITHIN_MS = 60_000;

/** A niceness with a quarter of the weight of what serves: the lowest has so little on a busy machine that a sound model is not done in time. */
const YIELDING = 5;

/**
 * Loads and checks a model in a process of its own: what is served meanwhile does not wait, and goes on where the runtime,
 * which is native code, crashes on the file or does not come back from it.
 * @throws KitError as `loadModelFiles`; 'model-invalid' where that process crashes, or is not done in time; 'internal' where
 * it was given up.
 */
export async function checkBeside(
  { graph, card, golden }: ModelFiles,
  where: string,
  { reasons, rows = [], signal, withinMs = CHECKED_WITHIN_MS }: CheckOptions,
): Promise<void> {
  const child = fork(fileURLToPath(new URL('./check-process.js', import.meta.url)), {
    // Those of this process, such as an inspector's port, are its own.
    execArgv: [],
    serialization: 'advanced',
    // What the runtime says of a model is in the answer, too.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  yieldTo(child);
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  try {
    const request: CheckRequest = { graph, card, golden, where, reasons, rows };
    const { problem } = await answerOf(child, request, { signal, withinMs });
    if (problem !== undefined) throw new KitError(problem.code, problem.message);
  } catch (error) {
    throw KitError.from(error, signal?.aborted ? 'internal' : 'model-invalid', `Checking the model ${where}`);
  } finally {
    process.off('exit', kill);
    kill();
  }
}

/** What is served goes first: on a small machine the two share a core. */
function yieldTo({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, YIELDING);
  } catch {
    // It has ended already, which is told by its exit, or this system does not allow it.
  }
}

async function answerOf(
  child: ChildProcess,
  request: CheckRequest,
  { signal, withinMs }: { readonly signal: AbortSignal | undefined; readonly withinMs: number },
): Promise<CheckAnswer> {
  // Not AbortSignal.any: of every check it leaves something behind at a signal that lives as long as the scorer.
  const giveUp = new AbortController();
  const abort = (): void => giveUp.abort();
  const timer = setTimeout(abort, withinMs);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted === true) abort();
  const until = { signal: giveUp.signal };
  const answered = once(child, 'message', until);
  const ended = once(child, 'exit', until).then(([code, name]) => {
    throw new Error(`the process that does it was ended by ${name === null ? `itself (${code})` : name}`);
  });
  // A process that is gone before it has read all: its exit says so.
  child.send(request, () => undefined);
  try {
    const [answer] = (await Promise.race([answered, ended])) as [CheckAnswer];
    return answer;
  } catch (error) {
    if (!giveUp.signal.aborted || signal?.aborted === true) throw error;
    throw new Error(`it is not done within ${withinMs / 1_000} s`, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    // Of two that wait, one is left behind.
    ended.catch(() => undefined);
    answered.catch(() => undefined);
  }
}
