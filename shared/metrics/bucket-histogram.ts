/** Observations counted in buckets by whoever measures them: cheap enough for each call, and read as a whole. */
export class BucketHistogram {
  /** How many each bucket has, not cumulative; one more than bounds: the last has what is above all of them. */
  readonly counts: number[];
  /** Of all that was observed. */
  sum = 0;
  readonly #bounds: readonly number[];

  /** `bounds` are the buckets' upper bounds, ascending, in the unit of what is observed. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (value > (this.#bounds[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
  }
}
