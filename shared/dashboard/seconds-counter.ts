/** Counts per second over the last `seconds` seconds, without a timer: a slot is emptied when its second comes round again. */
export class SecondsCounter {
  readonly #counts: Float64Array;
  readonly #secondOf: Float64Array;
  #first: number | undefined;
  #last = 0;
  #peak = 0;

  constructor(readonly seconds: number) {
    this.#counts = new Float64Array(seconds + 1);
    this.#secondOf = new Float64Array(seconds + 1).fill(-1);
  }

  add(second: number, count: number): void {
    const slot = second % this.#counts.length;
    if (this.#secondOf[slot] !== second) {
      this.#secondOf[slot] = second;
      this.#counts[slot] = 0;
    }
    const sum = (this.#counts[slot] ?? 0) + count;
    this.#counts[slot] = sum;
    if (sum > this.#peak) this.#peak = sum;
    this.#first ??= second;
    if (second > this.#last) this.#last = second;
  }

  /** The highest count of one second since the start. */
  get peak(): number {
    return this.#peak;
  }

  /** The first second in which something was counted; undefined before. */
  get first(): number | undefined {
    return this.#first;
  }

  /** The last second in which something was counted; 0 before. */
  get last(): number {
    return this.#last;
  }

  at(second: number): number {
    const slot = second % this.#counts.length;
    return this.#secondOf[slot] === second ? (this.#counts[slot] ?? 0) : 0;
  }

  /** The mean over the whole seconds up to `end`, `window` at most, none before the first count; undefined if there is none. */
  mean(end: number, window: number): number | undefined {
    if (this.#first === undefined || end < this.#first) return undefined;
    const from = Math.max(end - window + 1, this.#first);
    let sum = 0;
    for (let second = from; second <= end; second++) sum += this.at(second);
    return sum / (end - from + 1);
  }

  /** The counts of the `length` seconds up to `end`, oldest first; null before the first count of all. */
  series(end: number, length: number): (number | null)[] {
    const first = this.#first ?? Number.POSITIVE_INFINITY;
    return Array.from({ length }, (_, i) => {
      const second = end - length + 1 + i;
      return second < first ? null : this.at(second);
    });
  }
}
