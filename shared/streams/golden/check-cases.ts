import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { KitError } from '#shared/errors';
import type { CaseLine } from './read-case-lines.js';

/**
 * Checks each case in threads, one a core, and gives for each its failure, undefined where it passed. A case that takes
 * longer than the limit has failed, and so has one that brings its thread down; the others go on in a new thread.
 */
export async function checkCases(
  lines: readonly CaseLine[],
  { limitMs = 10_000, threads = availableParallelism() }: { readonly limitMs?: number; readonly threads?: number } = {},
): Promise<(string | undefined)[]> {
  const failures = lines.map((): string | undefined => undefined);
  // One iterator for all threads: each takes the next case when it is done with one.
  const queue = lines.entries();
  const work = async (): Promise<void> => {
    let worker = startWorker();
    for (const [index, { json }] of queue) {
      try {
        failures[index] = await ask(worker, json, limitMs);
      } catch (error) {
        failures[index] = `(given up): ${KitError.from(error).message}`;
        await worker.terminate();
        worker = startWorker();
      }
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: Math.min(threads, lines.length) }, work));
  return failures;
}

function startWorker(): Worker {
  return new Worker(new URL('./check-worker.js', import.meta.url));
}

async function ask(worker: Worker, json: unknown, limitMs: number): Promise<string | undefined> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  try {
    worker.postMessage(json);
    const [failure] = await once(worker, 'message', { signal: limit.signal });
    return typeof failure === 'string' ? failure : undefined;
  } catch (error) {
    throw limit.signal.aborted
      ? new KitError('run-failed', `not done after ${limitMs / 1000} s`, { cause: error })
      : error;
  } finally {
    clearTimeout(timer);
  }
}
