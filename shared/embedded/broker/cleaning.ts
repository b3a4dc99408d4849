import { KitError } from '#shared/errors';
import type { Topics } from './topics/topics.js';

const roundMs = 5_000;

/**
 * Goes over the logs every few seconds and drops what retention and compaction no longer want. The returned function ends
 * that, and resolves when a round that was under way is through.
 */
export function startCleaning(
  topics: Topics,
  now: () => number,
  onWarning: (sentence: string) => void,
): () => Promise<void> {
  let round: Promise<void> | undefined;
  const clean = async () => {
    try {
      topics.applyRetention(now());
      await topics.compact(now());
    } catch (reason) {
      onWarning(`Cleaning the logs: ${KitError.from(reason).message}`);
    }
    round = undefined;
  };
  const timer = setInterval(() => {
    round ??= clean();
  }, roundMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await round;
  };
}
