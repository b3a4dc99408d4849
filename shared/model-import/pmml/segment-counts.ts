import type { Ops } from './ops.js';
import type { Segmentation } from './segments.js';

/** What one model of several gives. */
export interface SegmentResult {
  /** Doubles of shape [N, columns], NaN where it predicts nothing. */
  readonly value: string;
  /** Where the model is used at all; undefined where it always is. */
  readonly active: string | undefined;
  readonly weight: number;
}

/** Which models count for a row: those that are used, and that predict something where those that do not are skipped. */
export class SegmentCounts {
  readonly #ops: Ops;
  readonly #segmentation: Segmentation;
  readonly results: readonly SegmentResult[];
  /** Where each model counts; undefined where it always does. */
  readonly counts: readonly (string | undefined)[];

  constructor(ops: Ops, segmentation: Segmentation, results: readonly SegmentResult[]) {
    this.#ops = ops;
    this.#segmentation = segmentation;
    this.results = results;
    const skips = segmentation.missing === 'skipSegment';
    this.counts = results.map(({ value, active }) => {
      if (!skips) return active;
      const present = ops.not(ops.isMissing(ops.column(value, 0)));
      return active === undefined ? present : ops.and(active, present);
    });
  }

  get alwaysAll(): boolean {
    return this.counts.every((counts) => counts === undefined);
  }

  /** Something of each model that counts, and something else of the others. */
  each(of: (result: SegmentResult, index: number) => string, otherwise: number): string[] {
    return this.results.map((result, index) => {
      const counts = this.counts[index];
      const value = of(result, index);
      return counts === undefined ? value : this.#ops.where(counts, value, this.#ops.number(otherwise));
    });
  }

  /** The sum of the weights of those that count, of shape [N, 1]. */
  weights(weightOf: (result: SegmentResult) => number): string {
    return this.#ops.sum(this.each((result) => this.#ops.number(weightOf(result)), 0));
  }

  /** A result, or NaN where no model is used, one is missing that may not be, or too great a share of the weights is. */
  checked(result: string): string {
    const ops = this.#ops;
    const { missing, missingThreshold } = this.#segmentation;
    let checked = result;
    if (this.results.every(({ active }) => active !== undefined)) {
      const anyActive = ops.or(...this.results.flatMap(({ active }) => active ?? []));
      checked = ops.nanWhere(ops.not(anyActive), checked);
    }
    if (missing === 'returnMissing') {
      const gone = this.results.map(({ value, active }) => {
        const none = ops.isMissing(ops.column(value, 0));
        return active === undefined ? none : ops.and(active, none);
      });
      checked = ops.nanWhere(ops.or(...gone), checked);
    }
    if (missingThreshold >= 1) return checked;
    const [lost, total] = [this.#lostWeight(), this.#activeWeight()];
    const tooMuch = ops.node('Greater', [ops.node('Div', [lost, total]), ops.number(missingThreshold)]);
    return ops.nanWhere(tooMuch, checked);
  }

  /** The weight of the models that are used and predict nothing. */
  #lostWeight(): string {
    const ops = this.#ops;
    return ops.sum(
      this.results.map(({ value, active, weight }) => {
        const none = ops.isMissing(ops.column(value, 0));
        const lost = active === undefined ? none : ops.and(active, none);
        return ops.where(lost, ops.number(weight), ops.number(0));
      }),
    );
  }

  #activeWeight(): string {
    const ops = this.#ops;
    return ops.sum(
      this.results.map(({ active, weight }) =>
        active === undefined ? ops.number(weight) : ops.where(active, ops.number(weight), ops.number(0)),
      ),
    );
  }
}
