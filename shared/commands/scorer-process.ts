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
}

/**
 * Starts a demo's program as a scorer.
 * @throws KitError with the scorer's own code when it cannot start.
 */
export async function startScorerProcess({ onInstance, ...start }: ScorerStart): Promise<ScorerProcess> {
  const { ready, ...process } = startSupervised<ScorerReady>({ ...start, who: 'The scorer' });
  onInstance(instanceName(process.pid));
  const { instance, model } = await ready;
  return { ...process, instance, model };
}
