import type { StoryMoment } from '#shared/dashboard';
import { timeOf } from './rows.js';

/** Each some seconds, at the demo's own pace, before the first alert. */
export const story: readonly StoryMoment[] = [
  { label: 'Thu 3 Oct: Newark is in trouble', at: (lap) => timeOf('2013-10-03T13:00:00Z', lap) },
  { label: 'Sun 6 Oct: a warning that is wrong', at: (lap) => timeOf('2013-10-06T13:00:00Z', lap) },
  { label: 'Mon 7 Oct: the storm', at: (lap) => timeOf('2013-10-07T10:00:00Z', lap) },
];
