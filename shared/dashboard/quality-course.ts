import { RunningAuc } from '#shared/monitoring';

const drawnFrom = 100;
/** With fewer outcomes of a class the AUC says which few they were, not how well the model ranks: 1.000 for a single one. */
const leastOfAClass = 10;

/**
 * The running AUC and its course over event time. The course has a bounded number of points: when they are too many,
 * every second one goes and the step between them doubles.
 */
export class QualityCourse {
  readonly #auc = new RunningAuc();
  readonly #range: readonly [number, number];
  readonly #limit: number;
  #times: number[] = [];
  #values: number[] = [];
  #stepMs: number;
  #positives = 0;

  /** Below this many outcomes the AUC jumps about too much to be drawn. */
  readonly drawnFrom = drawnFrom;

  constructor(range: readonly [number, number], options: { points: number; firstStepMs: number }) {
    this.#range = range;
    this.#limit = options.points;
    this.#stepMs = options.firstStepMs;
  }

  /** Adds an outcome; `streamTime` is where event time stands. */
  add(score: number, positive: boolean, streamTime: number | undefined): void {
    if (Number.isNaN(score)) return;
    const [low, high] = this.#range;
    this.#auc.add((score - low) / (high - low), positive);
    if (positive) this.#positives += 1;
    const last = this.#times.at(-1);
    if (streamTime === undefined || this.#auc.n < drawnFrom) return;
    if (last !== undefined && streamTime < last + this.#stepMs) return;
    const value = this.shown;
    if (value === undefined) return;
    this.#times.push(streamTime);
    this.#values.push(round(value));
    if (this.#times.length > this.#limit) {
      this.#times = this.#times.filter((_, i) => i % 2 === 0);
      this.#values = this.#values.filter((_, i) => i % 2 === 0);
      this.#stepMs *= 2;
    }
  }

  get value(): number | undefined {
    return this.#auc.value;
  }

  /** The value as soon as there is enough for it to be one. */
  get shown(): number | undefined {
    return this.missing === null ? this.#auc.value : undefined;
  }

  get n(): number {
    return this.#auc.n;
  }

  get missing(): string | null {
    if (this.#auc.n === 0) return 'no outcomes yet';
    if (this.#auc.value === undefined) return 'only one class seen so far';
    const ofRarer = Math.min(this.#positives, this.#auc.n - this.#positives);
    return ofRarer < leastOfAClass ? 'too few of one class so far' : null;
  }

  get eventTimes(): readonly number[] {
    return this.#times;
  }

  get values(): readonly number[] {
    return this.#values;
  }
}

const round = (value: number): number => Math.round(value * 10_000) / 10_000;
