import { randomUUID } from 'node:crypto';

/** Which run of a demo made the record. */
export const RUN_HEADER = 'run';

/** Tells the records of one run from those of all others. */
export function newRunId(): string {
  return randomUUID().slice(0, 8);
}
