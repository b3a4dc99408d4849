import type { FollowedRecord, FollowStep } from './records-state.js';

/** Whether nothing is still to come: neither after what came true, nor after a dead letter that has not been scored since. */
export function isComplete({ steps }: Pick<FollowedRecord, 'steps'>): boolean {
  const has = (of: FollowStep['kind']): boolean => steps.some(({ kind, record }) => kind === of && record !== null);
  if (has('dead-letter') && !has('prediction')) return true;
  return steps.every(({ kind, record }) => record !== null || kind === 'features');
}
