import { timedBy } from '#shared/streams';
import type { Passenger } from './topics.js';

/** A passenger counts for when they boarded, whenever that was written. */
export const byBoarding = timedBy(({ boardedAt }: Passenger) => boardedAt);
