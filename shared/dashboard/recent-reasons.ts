const windowMs = 30_000;
/** A reason is an error's code, of which there are few; whatever somebody writes to the topic, no more is kept. */
const mostReasons = 32;
const stepMs = 1_000;

/** How many of something there were in the last half minute, by reason. */
export class RecentReasons {
  /** By reason, how many in each second. */
  readonly #counts = new Map<string, Map<number, number>>();

  add(reason: string, now: number): void {
    if (!this.#counts.has(reason) && this.#counts.size >= mostReasons) return;
    const seconds = this.#counts.get(reason) ?? new Map<number, number>();
    const second = Math.floor(now / stepMs);
    seconds.set(second, (seconds.get(second) ?? 0) + 1);
    this.#counts.set(reason, seconds);
    this.#forget(seconds, now);
  }

  /** Those of which there were any. */
  list(now: number): { readonly reason: string; readonly count: number }[] {
    const found: { reason: string; count: number }[] = [];
    for (const [reason, seconds] of this.#counts) {
      this.#forget(seconds, now);
      const count = [...seconds.values()].reduce((sum, each) => sum + each, 0);
      if (count === 0) this.#counts.delete(reason);
      else found.push({ reason, count });
    }
    return found;
  }

  #forget(seconds: Map<number, number>, now: number): void {
    const from = Math.floor((now - windowMs) / stepMs);
    for (const second of seconds.keys()) if (second <= from) seconds.delete(second);
  }
}
