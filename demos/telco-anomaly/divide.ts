import type { Random } from '#shared/commands';
import type { Counting } from './kpis.js';
import { MINUTES_A_WINDOW } from './window-time.js';

/** How far a minute lies from the mean of its five: at most this share of the way to what the KPI cannot pass. */
const JITTER = 0.06;

/**
 * A window's value as five minutes might have made it. It is counted in whole steps, some of which are moved from one minute
 * to the next: none comes or goes, so that the mean or the sum of the five is the value again, to the last digit.
 */
export function divide(
  value: number,
  { steps, over, limit = Number.POSITIVE_INFINITY }: Counting,
  random: Random,
): number[] {
  const wholeUpTo = (most: number): number => Math.floor(random() * (most + 1));
  const counted = Math.round(value * steps);
  const share = over === 'mean' ? counted : Math.floor(counted / MINUTES_A_WINDOW);
  const parts = Array.from({ length: MINUTES_A_WINDOW }, () => share);
  const add = (minute: number, moved: number): void => {
    const at = minute % MINUTES_A_WINDOW;
    parts[at] = (parts[at] ?? 0) + moved;
  };
  const rest = over === 'mean' ? 0 : counted - MINUTES_A_WINDOW * share;
  for (let step = 0; step < rest; step += 1) add(wholeUpTo(MINUTES_A_WINDOW - 1), 1);
  const room = Math.min(Math.abs(share), Math.abs(limit * steps - share));
  for (let minute = 0; minute < MINUTES_A_WINDOW; minute += 1) {
    const moved = wholeUpTo(Math.floor(room * JITTER));
    add(minute, -moved);
    add(minute + 1, moved);
  }
  return parts.map((part) => part / steps);
}
