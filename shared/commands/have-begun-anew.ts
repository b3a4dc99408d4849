import { setTimeout as delay } from 'node:timers/promises';
import {
  type ControlAccess,
  ControlFollower,
  ControlWriter,
  type DesiredState,
  type ResetAnswer,
} from '#shared/control';
import { KitError } from '#shared/errors';

/** It drains, waits until the group misses a scorer that was killed, and loads its model. */
const BEGUN_WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = 100;

/**
 * Asks the demo that runs as a whole to begin anew, on empty topics, and waits until it has.
 * @throws KitError 'run-failed' where it refuses, with why, or has not within a minute
 */
export async function haveBegunAnew(demo: string, access: ControlAccess, signal: AbortSignal): Promise<void> {
  const writer = await ControlWriter.open(demo, access);
  const follower = await ControlFollower.start(demo, access);
  try {
    const { id } = await writer.askReset();
    const hasBegun = (): boolean =>
      [...follower.state.parts.values()].some(({ role, obeys }) => role === 'supervisor' && obeys.includes(id));
    const until = performance.now() + BEGUN_WITHIN_MS;
    while (!hasBegun()) {
      const refusal = answerTo(id, follower.state)?.why;
      if (typeof refusal === 'string') throw new KitError('run-failed', refusal);
      if (signal.aborted || performance.now() > until) {
        throw new KitError(
          'run-failed',
          `${demo} was asked to begin anew, and has not said within ${BEGUN_WITHIN_MS / 1_000} s that it has; see what it says where it runs.`,
        );
      }
      await delay(LOOK_AGAIN_MS);
    }
  } finally {
    await writer.close();
    await follower.close();
  }
}

/** What was said to an order to begin anew, a refusal before all else; undefined before anybody has said anything. */
export function answerTo(order: string, { parts }: Pick<DesiredState, 'parts'>): ResetAnswer | undefined {
  const answers = [...parts.values()].flatMap(({ answer }) => (answer?.id === order ? [answer] : []));
  return answers.find(({ why }) => why !== null) ?? answers[0];
}
