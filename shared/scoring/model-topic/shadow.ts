import type { KitError } from '#shared/errors';
import type { Model, ModelRow } from '../model.js';
import { type Comparison, ComparisonCount } from './comparison.js';
import { TimeShare } from './time-share.js';
import { votesOf } from './vote.js';

/** Rows that may wait for the challenger. */
const MAX_WAITING_ROWS = 4_096;
/** What it may have of the time: the stream stands still while it scores. */
const SHARE_OF_TIME = 0.25;
const MOST_SAVED_MS = 1_000;
/** How long the stream may stand still for it at once. */
const STANDSTILL_MS = 5;
/** Rows in its first run, before it is known how long one takes. */
const FIRST_ROWS = 16;
const MOST_ROWS = 256;

/** Scores with a challenger what the champion has scored. Nothing of it goes anywhere but into a comparison. */
export class Shadow {
  readonly #model: Model;
  readonly #count: ComparisonCount;
  #championLabels: readonly string[] | undefined;
  #waiting = 0;
  #rowsAtOnce = FIRST_ROWS;
  readonly #time = new TimeShare(SHARE_OF_TIME, MOST_SAVED_MS);
  #working: Promise<void> = Promise.resolve();
  /** Counts the resets: what was scored before one does not count after it. */
  #era = 0;

  /** `labels` are those of the champion. */
  constructor(model: Model, labels: readonly string[] | undefined) {
    this.#model = model;
    this.#count = new ComparisonCount(model);
    this.#championLabels = labels;
  }

  get comparison(): Comparison {
    return this.#count.comparison;
  }

  /** Begins to compare from zero, with another champion that has these labels. */
  reset(labels: readonly string[] | undefined): void {
    this.#era += 1;
    this.#count.reset();
    this.#championLabels = labels;
  }

  score(rows: readonly object[], champion: readonly (ModelRow | KitError)[]): void {
    if (this.#waiting > MAX_WAITING_ROWS || this.#time.isUsedUp) {
      this.#count.skip(rows.length);
      return;
    }
    const era = this.#era;
    this.#waiting += rows.length;
    this.#working = this.#working.then(async () => {
      for (let start = 0; start < rows.length; ) {
        if (this.#time.isUsedUp) {
          if (era === this.#era) this.#count.skip(rows.length - start);
          break;
        }
        const end = start + this.#rowsAtOnce;
        await this.#scoreSome(rows.slice(start, end), champion.slice(start, end), era);
        start = end;
      }
      this.#waiting -= rows.length;
    });
  }

  async close(): Promise<void> {
    await this.#working;
    await this.#model.close();
  }

  async #scoreSome(rows: readonly object[], champion: readonly (ModelRow | KitError)[], era: number): Promise<void> {
    const begun = performance.now();
    const votes = await votesOf(this.#model, this.#championLabels, rows);
    if (era === this.#era) this.#count.add(champion, votes);
    const tookMs = performance.now() - begun;
    this.#time.use(tookMs);
    const rowsInTime = Math.floor((STANDSTILL_MS * rows.length) / Math.max(tookMs, 0.001));
    this.#rowsAtOnce = Math.max(1, Math.min(MOST_ROWS, rowsInTime, 2 * this.#rowsAtOnce));
  }
}
