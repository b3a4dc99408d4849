import type { StoryMoment } from '#shared/dashboard';
import { ANNOUNCED_AT, midnightIn } from './last-day.js';

const MINUTE_MS = 60_000;

export const story: readonly StoryMoment[] = [
  { label: 'Nine: new prices', at: (lap) => midnightIn(lap) + ANNOUNCED_AT - 25 * MINUTE_MS },
  { label: 'Half past nine: the service is called', at: (lap) => midnightIn(lap) + ANNOUNCED_AT + 20 * MINUTE_MS },
  { label: 'Midnight: who has left', at: (lap) => midnightIn(lap + 1) - 25 * MINUTE_MS },
];
