const lowestMs = 0.01;
const highestMs = 1_000_000;
/** Neighbouring buckets differ by 2 %, so a percentile is right to 1 %. */
const ratio = 1.02;
const logRatio = Math.log(ratio);
const bucketCount = Math.ceil(Math.log(highestMs / lowestMs) / logRatio) + 1;

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** Latency percentiles of the last `windowSeconds` and of each of the last `seriesSeconds`, from log-spaced histograms. */
export class LatencyWindow {
  readonly #histograms: Uint32Array[];
  readonly #secondOf: Float64Array;
  readonly #merged = new Uint32Array(bucketCount);
  readonly #p50: Float64Array;
  readonly #p99: Float64Array;
  readonly #seriesSecondOf: Float64Array;
  #current = -1;
  #mergedFor = -1;
  #mergedValue: Percentiles | undefined;

  constructor(
    readonly windowSeconds: number,
    readonly seriesSeconds: number,
  ) {
    this.#histograms = Array.from({ length: windowSeconds + 1 }, () => new Uint32Array(bucketCount));
    this.#secondOf = new Float64Array(windowSeconds + 1).fill(-1);
    this.#p50 = new Float64Array(seriesSeconds + 1);
    this.#p99 = new Float64Array(seriesSeconds + 1);
    this.#seriesSecondOf = new Float64Array(seriesSeconds + 1).fill(-1);
  }

  add(second: number, ms: number): void {
    if (!Number.isFinite(ms)) return;
    if (second > this.#current) {
      this.#finish();
      this.#current = second;
    }
    const slot = second % this.#histograms.length;
    const histogram = this.#histograms[slot];
    if (histogram === undefined) return;
    if (this.#secondOf[slot] !== second) {
      this.#secondOf[slot] = second;
      histogram.fill(0);
    }
    const clamped = Math.min(highestMs, Math.max(lowestMs, ms));
    const bucket = Math.round(Math.log(clamped / lowestMs) / logRatio);
    histogram[bucket] = (histogram[bucket] ?? 0) + 1;
  }

  /** The percentiles of the whole seconds of the window that ends with `end`; undefined where nothing was measured. */
  recent(end: number): Percentiles | undefined {
    if (this.#mergedFor === end) return this.#mergedValue;
    this.#merged.fill(0);
    this.#histograms.forEach((histogram, slot) => {
      const second = this.#secondOf[slot] ?? -1;
      if (second > end || second <= end - this.windowSeconds) return;
      for (let i = 0; i < bucketCount; i++) this.#merged[i] = (this.#merged[i] ?? 0) + (histogram[i] ?? 0);
    });
    this.#mergedFor = end;
    this.#mergedValue = percentiles(this.#merged);
    return this.#mergedValue;
  }

  /** The percentiles of each of the `length` seconds up to `end`, oldest first; null where nothing was measured. */
  series(end: number, length: number): { p50: (number | null)[]; p99: (number | null)[] } {
    if (this.#current <= end) this.#finish();
    const p50: (number | null)[] = [];
    const p99: (number | null)[] = [];
    for (let second = end - length + 1; second <= end; second++) {
      const slot = second % this.#p50.length;
      const known = this.#seriesSecondOf[slot] === second;
      p50.push(known ? (this.#p50[slot] ?? null) : null);
      p99.push(known ? (this.#p99[slot] ?? null) : null);
    }
    return { p50, p99 };
  }

  /** Keeps the percentiles of the current second, before its histogram's slot is needed again. */
  #finish(): void {
    if (this.#current < 0) return;
    const slot = this.#current % this.#p50.length;
    if (this.#seriesSecondOf[slot] === this.#current) return;
    const histogram = this.#histograms[this.#current % this.#histograms.length];
    const found = histogram === undefined ? undefined : percentiles(histogram);
    if (found === undefined) return;
    this.#seriesSecondOf[slot] = this.#current;
    this.#p50[slot] = found.p50;
    this.#p99[slot] = found.p99;
  }
}

function percentiles(histogram: Uint32Array): Percentiles | undefined {
  let n = 0;
  for (const count of histogram) n += count;
  if (n === 0) return undefined;
  return { p50: percentile(histogram, n, 0.5), p99: percentile(histogram, n, 0.99) };
}

function percentile(histogram: Uint32Array, n: number, share: number): number {
  const rank = Math.ceil(n * share);
  let seen = 0;
  for (let i = 0; i < histogram.length; i++) {
    seen += histogram[i] ?? 0;
    if (seen >= rank) return Number((lowestMs * ratio ** i).toPrecision(3));
  }
  return highestMs;
}
