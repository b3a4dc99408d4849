const STEP_MS = 60_000;
const STEPS = 15;

/** How far something is above the least that it has been in the last quarter of an hour. */
export class RecentMinimum {
  /** The least of each minute. */
  readonly #minutes = new Map<number, number>();

  /** Takes what it is now, and gives how far that is above the least. */
  rise(value: number, now: number): number {
    const minute = Math.floor(now / STEP_MS);
    this.#minutes.set(minute, Math.min(value, this.#minutes.get(minute) ?? value));
    for (const each of this.#minutes.keys()) if (each <= minute - STEPS) this.#minutes.delete(each);
    return value - Math.min(...this.#minutes.values());
  }

  /** Has all that was until now be so much more: what was counted then is not to be counted any more. */
  raise(by: number): void {
    for (const [minute, least] of this.#minutes) this.#minutes.set(minute, least + by);
  }
}
