import { KitError } from '#shared/errors';
import type { ScoredRow, Vote } from '#shared/streams';
import type { Model } from '../model.js';

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

/** Counts how a challenger does on the rows that the champion scores. */
export class ComparisonCount {
  readonly #challenger: Model;
  #compared = 0;
  #disagreed = 0;
  #difference = 0;
  #failed = 0;
  #skipped = 0;

  constructor(challenger: Model) {
    this.#challenger = challenger;
  }

  get comparison(): Comparison {
    const { name, version, sha256 } = this.#challenger;
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

  /** Begins from zero: with another champion. */
  reset(): void {
    this.#compared = 0;
    this.#disagreed = 0;
    this.#difference = 0;
    this.#failed = 0;
    this.#skipped = 0;
  }

  /** What both said of the same rows. */
  add(champion: readonly (ScoredRow | KitError)[], votes: readonly (Vote | null)[]): void {
    for (const [index, row] of champion.entries()) {
      if (row instanceof KitError) continue;
      const vote = votes[index] ?? null;
      if (vote === null) {
        this.#failed += 1;
        continue;
      }
      this.#compared += 1;
      this.#difference += Math.abs(row.score - vote.score);
      if (row.decision !== vote.decision) this.#disagreed += 1;
    }
  }

  skip(rows: number): void {
    this.#skipped += rows;
  }
}
