import { alertLimits } from './alert-limits.js';
import type { Recovery, Signal } from './page/signal-state.js';
import type { Vitals } from './vitals.js';

/** Fewer than so many are no backlog. */
const LEAST_RECORDS = 100;
/** As many as came in over less than that were sent a moment ago. */
const LEAST_SECONDS = 3;
/** A backlog that is gone by then, as it goes on, is being caught up with: the alert sees as far ahead. */
const GONE_WITHIN_SECONDS = 600;

/** Whether more waits than has just come in: in so many seconds. */
export function isBacklog(
  { waiting, readPerSecond }: Pick<Vitals, 'waiting' | 'readPerSecond'>,
  seconds = LEAST_SECONDS,
): boolean {
  return (waiting ?? 0) >= LEAST_RECORDS && (waiting ?? 0) > seconds * (readPerSecond ?? 0);
}

/** In how many seconds nothing waits any more, as it goes on; undefined where it does not become less, or too slowly. */
function goneInSeconds({ waiting, waitingGrowth }: Pick<Vitals, 'waiting' | 'waitingGrowth'>): number | undefined {
  if (waiting === null || waitingGrowth === null || waitingGrowth >= 0) return undefined;
  const seconds = waiting / -waitingGrowth;
  return seconds < GONE_WITHIN_SECONDS ? seconds : undefined;
}

/**
 * What is not as it should be though nothing is wrong any more; `effects` are what follows from what was, and `isFresh` whether
 * that was until a moment ago.
 */
export function recoveryOf(
  vitals: Vitals,
  effects: readonly Pick<Signal, 'alert' | 'place' | 'sentence'>[],
  isFresh: boolean,
): Omit<Recovery, 'since'> | undefined {
  if (effects.some(({ alert }) => alert === 'ScorerDown')) {
    return { place: 'live/scorers', sentence: 'Not over yet: no scorer is at work, and records wait for one.' };
  }
  if (isBacklog(vitals)) return { place: 'live/rate', sentence: backlogInWords(vitals, isFresh) };
  const [first] = effects.filter(({ alert }) => alert !== 'KafkaUnreachable');
  return first && { place: first.place, sentence: `Not over yet. ${first.sentence}` };
}

function backlogInWords(vitals: Vitals, isFresh: boolean): string {
  const waiting = `${Math.round(vitals.waiting ?? 0).toLocaleString('en-US')} records wait`;
  const seconds = goneInSeconds(vitals);
  if (seconds !== undefined) return `Catching up: ${waiting}, about ${roundly(seconds)} more.`;
  // After a silence it takes some looks to know how fast it goes: of late is still what was.
  if (vitals.waitingGrowth === null || isFresh) return `Catching up: ${waiting}.`;
  return `Not caught up: ${waiting}, and do not become fewer.`;
}

/** '8 s', '25 s', '3 min': what is guessed is not said to the second. */
function roundly(seconds: number): string {
  if (seconds < 10) return `${Math.max(1, Math.ceil(seconds))} s`;
  return seconds < 100 ? `${5 * Math.round(seconds / 5)} s` : `${Math.round(seconds / 60)} min`;
}

/** As the alert has it: more than some seconds of work wait, and it is not being caught up with. */
export function isBehind(vitals: Vitals): boolean {
  const { waiting, scoredPerSecond } = vitals;
  return (
    (waiting ?? 0) > alertLimits.waitingRecords &&
    (waiting ?? 0) > alertLimits.waitingSeconds * (scoredPerSecond ?? Number.POSITIVE_INFINITY) &&
    goneInSeconds(vitals) === undefined
  );
}
