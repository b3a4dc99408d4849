/** Over so much of the past: what is taken in batches goes up and down within it. */
const KEPT_MS = 6_000;
/** Of less nothing can be said. */
const LEAST_MS = 2_000;

/** How many more of something there are each second, by a look about once a second. */
export class RecentGrowth {
  readonly #looks: { readonly at: number; readonly value: number }[] = [];

  /** Takes what there is now; null while it is not known for long enough. What is unknown in between begins it anew. */
  of(value: number | undefined, now: number): number | null {
    if (value === undefined) {
      this.#looks.length = 0;
      return null;
    }
    this.#looks.push({ at: now, value });
    while ((this.#looks[0]?.at ?? now) < now - KEPT_MS) this.#looks.shift();
    const [first] = this.#looks;
    return first === undefined || now - first.at < LEAST_MS ? null : (1_000 * (value - first.value)) / (now - first.at);
  }
}
