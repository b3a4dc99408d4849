import type { QualityReport } from '../monitoring-topics.js';
import type { Labelled } from './labelled.js';

type Figures = Pick<QualityReport, 'precision' | 'recall' | 'calibrationError' | 'brier'>;

const BINS = 10;
/** Places of the sums; behind them for each bin how many scores, their sum, how many positives. */
const [LABELLED, POSITIVES, DECIDED_POSITIVES, SAID, HITS, SQUARED_ERRORS, BEYOND, FIRST_BIN] = [
  0, 1, 2, 3, 4, 5, 6, 7,
];

/** How many numbers the sums are. */
const SUMS = FIRST_BIN + 3 * BINS;

/**
 * What precision, recall, calibration and Brier score are made of: sums that take the same room however many were added.
 * The expected calibration error is the mean distance between the mean score of a bin and its share of positives, weighted by
 * how many scores are in it, of ten bins of equal width (M. P. Naeini, G. F. Cooper, M. Hauskrecht, AAAI 2015; for the
 * positive class). Source of the Brier score: G. W. Brier, Monthly Weather Review 78 (1950).
 */
export class QualitySums {
  readonly #sums: number[];

  /** Begins with sums that were kept. */
  constructor(kept: readonly number[] = []) {
    this.#sums = Array.from({ length: SUMS }, (_, place) => kept[place] ?? 0);
  }

  /** The numbers that these are, to be kept. */
  get numbers(): readonly number[] {
    return this.#sums;
  }

  get labelled(): number {
    return this.#at(LABELLED);
  }

  get positives(): number {
    return this.#at(POSITIVES);
  }

  add({ score, saidPositive, wasPositive }: Labelled): void {
    const positive = Number(wasPositive);
    this.#add(LABELLED, 1);
    this.#add(POSITIVES, positive);
    if (saidPositive !== null) this.#add(DECIDED_POSITIVES, positive);
    if (saidPositive === true) {
      this.#add(SAID, 1);
      this.#add(HITS, positive);
    }
    this.#add(SQUARED_ERRORS, (score - positive) ** 2);
    if (score < 0 || score > 1) this.#add(BEYOND, 1);
    const bin = FIRST_BIN + 3 * Math.min(BINS - 1, Math.max(0, Math.floor(score * BINS)));
    this.#add(bin, 1);
    this.#add(bin + 1, score);
    this.#add(bin + 2, positive);
  }

  /** Null what is not defined; the last two, too, where a score was no probability. */
  figures(areProbabilities: boolean): Figures {
    const [precision, recall] = [
      share(this.#at(HITS), this.#at(SAID)),
      share(this.#at(HITS), this.#at(DECIDED_POSITIVES)),
    ];
    if (!areProbabilities || this.#at(BEYOND) > 0) return { precision, recall, calibrationError: null, brier: null };
    let distance = 0;
    for (let bin = FIRST_BIN; bin < SUMS; bin += 3) distance += Math.abs(this.#at(bin + 1) - this.#at(bin + 2));
    return {
      precision,
      recall,
      calibrationError: share(distance, this.labelled),
      brier: share(this.#at(SQUARED_ERRORS), this.labelled),
    };
  }

  #at(place: number): number {
    return this.#sums[place] ?? 0;
  }

  #add(place: number, what: number): void {
    this.#sums[place] = this.#at(place) + what;
  }
}

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
