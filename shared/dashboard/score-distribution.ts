/** The histogram of the last `window` scores, apart for the two decisions. */
export class ScoreDistribution {
  readonly #negative: Uint32Array;
  readonly #positive: Uint32Array;
  /** Each score of the window as 2 × bin + (1 if positive), so that what leaves can be taken off again. */
  readonly #codes: Uint16Array;
  #added = 0;

  constructor(
    readonly window: number,
    readonly bins: number,
    readonly range: readonly [number, number],
  ) {
    this.#negative = new Uint32Array(bins);
    this.#positive = new Uint32Array(bins);
    this.#codes = new Uint16Array(window);
  }

  add(score: number, positive: boolean): void {
    const [low, high] = this.range;
    const bin = Math.min(this.bins - 1, Math.max(0, Math.floor(((score - low) / (high - low)) * this.bins)));
    const slot = this.#added % this.window;
    if (this.#added >= this.window) this.#count(this.#codes[slot] ?? 0, -1);
    const code = 2 * bin + (positive ? 1 : 0);
    this.#codes[slot] = code;
    this.#count(code, 1);
    this.#added++;
  }

  get n(): number {
    return Math.min(this.#added, this.window);
  }

  get negative(): number[] {
    return [...this.#negative];
  }

  get positive(): number[] {
    return [...this.#positive];
  }

  #count(code: number, by: 1 | -1): void {
    const counts = code & 1 ? this.#positive : this.#negative;
    const bin = code >> 1;
    counts[bin] = (counts[bin] ?? 0) + by;
  }
}
