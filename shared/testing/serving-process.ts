import { setTimeout as delay } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import { type BoundProcess, startBoundProcess } from './bound-process.js';

const START_TIMEOUT_MS = 30_000;

/**
 * Starts a program, and waits until it answers `readyUrl` with success.
 * @throws KitError 'run-failed' with the end of its log when it ends before, or does not answer within 30 s.
 */
export async function startServingProcess(
  command: string,
  args: readonly string[],
  readyUrl: string,
): Promise<BoundProcess> {
  const started = startBoundProcess(command, args);
  let ended: string | undefined;
  void started.ended.then((how) => {
    ended = how;
  });
  const deadline = AbortSignal.timeout(START_TIMEOUT_MS);
  while (!(await answers(readyUrl))) {
    if (ended === undefined && !deadline.aborted) {
      await delay(50);
      continue;
    }
    const why = ended === undefined ? 'it did not answer within 30 s' : `it ended (${ended})`;
    await started.close(0);
    throw new KitError('run-failed', `Starting ${command}: ${why}. The end of its log:\n${started.tail()}`);
  }
  return started;
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );
