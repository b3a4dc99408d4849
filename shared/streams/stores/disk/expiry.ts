import { readNumber } from './ordered-bytes.js';
import type { OverlayTable } from './overlay-table.js';

/** However far time jumps, no more than so many entries are deleted in one go; the others are out of sight and go with the next uses. */
const DROPPED_AT_ONCE = 10_000;

/** Keeps track of what has expired, by an index whose keys begin with the time that decides. */
export class Expiry {
  readonly #byTime: OverlayTable<true>;
  /** What is before this has expired, be it deleted yet or not. */
  #before = 0;
  /** Nothing in the index is before this: most of the time that saves asking. */
  #oldest = 0;

  constructor(byTime: OverlayTable<true>) {
    this.#byTime = byTime;
  }

  /** Whether what has this time is gone. */
  isDropped(time: number): boolean {
    return time < this.#before;
  }

  /** Takes note of an entry in the index. */
  added(time: number): void {
    this.#oldest = Math.min(this.#oldest, time);
  }

  /** Keys of the index that are to be deleted, so that nothing before `time` is left. */
  dropBefore(time: number): readonly string[] {
    this.#before = time;
    if (this.#oldest >= time) return [];
    const expired: string[] = [];
    for (const [id] of this.#byTime.entries()) {
      this.#oldest = readNumber(id, 0);
      if (this.#oldest >= time || expired.length === DROPPED_AT_ONCE) return expired;
      expired.push(id);
    }
    this.#oldest = Number.POSITIVE_INFINITY;
    return expired;
  }

  /** After the store has been emptied. */
  reset(): void {
    this.#before = 0;
    this.#oldest = Number.POSITIVE_INFINITY;
  }
}
