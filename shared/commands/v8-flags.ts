/**
 * Alone at full speed a scorer is 5 to 8% slower with it, and 20 to 30 MB smaller; beside three others, which share its
 * cores, there is no difference in speed.
 */
export const SMALL_YOUNG_GENERATION = '--max-semi-space-size=4';

/** Garbage is collected by the thread that makes it: what yields to others is not to have helpers on their cores. */
export const COLLECTS_ALONE = '--single-threaded-gc';
