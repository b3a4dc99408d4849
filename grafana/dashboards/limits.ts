import type { Limits } from '../panels/options.js';

/** What people who wait for a prediction notice, and what they do not accept. */
export const latencyLimits: Limits = { direction: 'above', attention: 1, bad: 5 };

/** The usual bands of the population stability index. */
export const driftLimits: Limits = { direction: 'above', attention: 0.1, bad: 0.25 };

/** None is usual; of a hundred, one that comes late is what the alert calls for, and ten are a producer's fault. */
export const lateShareLimits: Limits = { direction: 'above', attention: 0.01, bad: 0.1 };
