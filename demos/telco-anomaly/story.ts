import type { StoryMoment } from '#shared/dashboard';
import { timeIn } from './rows.js';

/** Each some seconds, at the demo's own pace, before the alarm. */
export const story: readonly StoryMoment[] = [
  { label: 'Thu half past six: the line to cell 020 breaks', at: (lap) => timeIn('2026-03-05T05:45:00Z', lap) },
  { label: 'Thu afternoon: cell 009', at: (lap) => timeIn('2026-03-05T15:45:00Z', lap) },
  { label: 'Fri at night: a slow drift at cell 025', at: (lap) => timeIn('2026-03-06T01:45:00Z', lap) },
];
