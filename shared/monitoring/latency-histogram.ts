/** Bucket bounds grow by this factor, so a percentile is exact to one per cent. */
const GROWTH = 1.01;
const SMALLEST_MS = 0.01;

/** Latencies in bounded memory: percentiles to one per cent, the maximum exact. Milliseconds. */
export class LatencyHistogram {
  readonly #buckets: number[] = [];
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  get max(): number {
    return this.#max;
  }

  add(latencyMs: number): void {
    const value = Math.max(latencyMs, SMALLEST_MS);
    const bucket = Math.ceil(Math.log(value / SMALLEST_MS) / Math.log(GROWTH));
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count += 1;
    this.#max = Math.max(this.#max, latencyMs);
  }

  /** The latency that a share `quantile` of all stays within; undefined when there are none. */
  percentile(quantile: number): number | undefined {
    const wanted = Math.ceil(this.#count * quantile);
    let seen = 0;
    for (const [bucket, count] of this.#buckets.entries()) {
      seen += count ?? 0;
      if (seen >= wanted && seen > 0) return Math.min(SMALLEST_MS * GROWTH ** bucket, this.#max);
    }
    return undefined;
  }
}
