import type { StoryMoment } from '#shared/dashboard';
import type { Stage } from './topics.js';
import { shipsLog } from './voyage.js';

/** A few seconds, at the demo's own pace, before the first entry of a stage of the voyage. */
const before = (stage: Stage) => (lap: number) => {
  const entry = shipsLog(lap).find((one) => one.stage === stage);
  return (entry?.at ?? 0) - 15 * 60_000;
};

export const story: readonly StoryMoment[] = [
  { label: 'Noon: she leaves Southampton', at: before('sailing') },
  { label: '23:40: the iceberg', at: before('struck') },
  { label: 'The boats are lowered', at: before('boats') },
  { label: 'Dawn: who is saved', at: before('rescue') },
];
