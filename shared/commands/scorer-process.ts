import { KitError } from '#shared/errors';
import { instanceName } from './instance-name.js';
import type { ScorerReady } from './scorer-role.js';
import { type SupervisedProcess, type SupervisedStart, startSupervised } from './supervised-process.js';

/** A scorer in a process of its own, so that scoring never blocks the page and killing it is a real kill. */
export interface ScorerProcess extends Pick<SupervisedProcess<ScorerReady>, 'pid' | 'gone' | 'killedBy' | 'close'> {
  readonly instance: ScorerReady['instance'];
  readonly model: ScorerReady['model'];
}

interface ScorerStart extends Omit<SupervisedStart, 'who'> {
  /** Told by which name it will be heard, before it is. */
  readonly onInstance: (instance: string) => void;
  /** Gives it up while it starts: it has nothing to finish then. */
  readonly givenUp?: AbortSignal | undefined;
}

/**
 * Starts a demo's program as a scorer.
 * @throws KitError with the scorer's own code when it cannot start, 'run-failed' when it is given up.
 */
export async function startScorerProcess({ onInstance, givenUp, ...start }: ScorerStart): Promise<ScorerProcess> {
  const giveUp = (): never => {
    throw new KitError('run-failed', 'The scorer was given up while it started.');
  };
  if (givenUp?.aborted === true) giveUp();
  const { ready, ...process } = startSupervised<ScorerReady>({ ...start, who: 'The scorer' });
  onInstance(instanceName(process.pid));
  const kill = (): void => process.kill();
  givenUp?.addEventListener('abort', kill, { once: true });
  try {
    const { instance, model } = await ready;
    return { ...process, instance, model };
  } catch (error) {
    if (givenUp?.aborted === true) giveUp();
    throw error;
  } finally {
    givenUp?.removeEventListener('abort', kill);
  }
}
