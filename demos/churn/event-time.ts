import { timedBy } from '#shared/streams';
import type { CustomerEvent } from './topics.js';

/** An event counts for when it happened, whenever that was written. */
export const byEventTime = timedBy(({ eventTime }: CustomerEvent) => eventTime);
