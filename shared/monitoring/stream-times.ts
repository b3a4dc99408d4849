import type { Lateness } from './scored-unit.js';

/**
 * The stream time of each partition, and who is too late for it: inputs are told in the order of their offsets.
 */
export class StreamTimes<I> {
  readonly #newest = new Map<number, number>();

  constructor(private readonly lateness: Lateness<I> | undefined) {}

  /** Takes note of an input's time, and tells whether it comes too late. */
  isTooLate(input: I, partition: number): boolean {
    if (this.lateness === undefined) return false;
    const time = this.#timeOf(input, this.lateness);
    if (time === undefined) return false;
    const streamTime = Math.max(time, this.#newest.get(partition) ?? time);
    this.#newest.set(partition, streamTime);
    return this.lateness.isTooLate(input, streamTime);
  }

  #timeOf(input: I, lateness: Lateness<I>): number | undefined {
    try {
      const time = lateness.timeOf(input);
      return Number.isFinite(time) ? time : undefined;
    } catch {
      // The demo's rules do not know such values, so its scorer makes a dead letter of it, whenever it comes.
      return undefined;
    }
  }
}
