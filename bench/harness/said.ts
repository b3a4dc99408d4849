import { setTimeout as delay } from 'node:timers/promises';

/** A line for whoever has started this process. */
export const say = (line: object): void => console.log(JSON.stringify(line));

/** Waits for a condition. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(10);
}
