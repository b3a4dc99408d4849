import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type ErrorCode, KitError } from '#shared/errors';
import type { ModelFiles } from '../model-folder.js';

export interface CheckRequest extends Omit<ModelFiles, 'graph'> {
  readonly graph: Uint8Array;
  readonly where: string;
  readonly options: { readonly reasons: boolean };
}

export interface CheckAnswer {
  readonly problem: { readonly code: ErrorCode; readonly message: string } | undefined;
}

const CHECKED_WITHIN_MS = 60_000;

/**
 * Loads and checks a model in a thread of its own, so that what is served meanwhile does not wait.
 * @throws KitError as `loadModelFiles`; 'model-invalid' where that thread crashes, or is not done within a minute.
 */
export async function checkBeside(
  { graph, card, golden }: ModelFiles,
  where: string,
  options: CheckRequest['options'],
): Promise<void> {
  const request: CheckRequest = { graph, card, golden, where, options };
  const worker = new Worker(new URL('./check-worker.js', import.meta.url), { workerData: request });
  const deadline = AbortSignal.timeout(CHECKED_WITHIN_MS);
  try {
    const [answer] = (await Promise.race([
      once(worker, 'message', { signal: deadline }),
      once(worker, 'exit', { signal: deadline }).then(([code]) => {
        throw new Error(`the thread that checks it ended with ${String(code)}`);
      }),
    ])) as [CheckAnswer];
    if (answer.problem !== undefined) throw new KitError(answer.problem.code, answer.problem.message);
  } catch (error) {
    throw KitError.from(error, 'model-invalid', `Checking the model ${where}`);
  } finally {
    await worker.terminate();
  }
}
