import { KitError } from '#shared/errors';
import type { Model, ModelRow } from '../model.js';
import { TimeShare } from './time-share.js';

/** A challenger beside the champion, on the same rows. */
export interface Comparison {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  /** Rows that both scored. */
  readonly compared: number;
  /** Rows on which they decide differently. */
  readonly disagreed: number;
  /** Of the absolute difference of their scores; 0 before the first row. */
  readonly meanDifference: number;
  /** Rows that the champion scored and the challenger could not. */
  readonly failed: number;
  /** Rows that were left out, because the challenger was behind. */
  readonly skipped: number;
}

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
  #championLabels: readonly string[] | undefined;
  #compared = 0;
  #disagreed = 0;
  #difference = 0;
  #failed = 0;
  #skipped = 0;
  #waiting = 0;
  #rowsAtOnce = FIRST_ROWS;
  readonly #time = new TimeShare(SHARE_OF_TIME, MOST_SAVED_MS);
  #working: Promise<void> = Promise.resolve();
  /** Counts the resets: what was scored before one does not count after it. */
  #era = 0;

  /** `labels` are those of the champion. */
  constructor(model: Model, labels: readonly string[] | undefined) {
    this.#model = model;
    this.#championLabels = labels;
  }

  get comparison(): Comparison {
    const { name, version, sha256 } = this.#model;
    return {
      name,
      version,
      sha256,
      compared: this.#compared,
      disagreed: this.#disagreed,
      meanDifference: this.#compared === 0 ? 0 : this.#difference / this.#compared,
      failed: this.#failed,
      skipped: this.#skipped,
    };
  }

  /** Begins to compare from zero, with another champion that has these labels. */
  reset(labels: readonly string[] | undefined): void {
    this.#championLabels = labels;
    this.#era += 1;
    this.#compared = 0;
    this.#disagreed = 0;
    this.#difference = 0;
    this.#failed = 0;
    this.#skipped = 0;
  }

  score(rows: readonly object[], champion: readonly (ModelRow | KitError)[]): void {
    if (this.#waiting > MAX_WAITING_ROWS || this.#time.isUsedUp) {
      this.#skipped += rows.length;
      return;
    }
    const era = this.#era;
    this.#waiting += rows.length;
    this.#working = this.#working.then(async () => {
      for (let start = 0; start < rows.length; ) {
        if (this.#time.isUsedUp) {
          if (era === this.#era) this.#skipped += rows.length - start;
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
    try {
      const scored = await this.#model.score(rows);
      if (era === this.#era) this.#compare(champion, scored);
    } catch {
      // Whatever the challenger throws concerns nobody but its own count.
      if (era === this.#era) this.#failed += rows.length;
    }
    const tookMs = performance.now() - begun;
    this.#time.use(tookMs);
    const rowsInTime = Math.floor((STANDSTILL_MS * rows.length) / Math.max(tookMs, 0.001));
    this.#rowsAtOnce = Math.max(1, Math.min(MOST_ROWS, rowsInTime, 2 * this.#rowsAtOnce));
  }

  #compare(champion: readonly (ModelRow | KitError)[], challenger: readonly (ModelRow | KitError)[]): void {
    for (const [index, row] of champion.entries()) {
      const other = challenger[index];
      if (row instanceof KitError) continue;
      if (other === undefined || other instanceof KitError) {
        this.#failed += 1;
        continue;
      }
      this.#compared += 1;
      this.#difference += Math.abs(row.score - other.score);
      if (!this.#isSameDecision(row.decision, other.decision)) this.#disagreed += 1;
    }
  }

  /** By their places, where both have as many labels: what one calls "late" the other may call "delayed". */
  #isSameDecision(champion: string | null, challenger: string | null): boolean {
    const [own, others] = [this.#model.card.labels, this.#championLabels];
    if (champion === null || challenger === null || own?.length !== others?.length) return champion === challenger;
    return own === undefined || others === undefined
      ? champion === challenger
      : others.indexOf(champion) === own.indexOf(challenger);
  }
}
