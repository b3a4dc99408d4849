import type { QualityReport } from '../monitoring-topics.js';
import { exactAuc } from '../running-auc.js';
import type { Labelled } from './labelled.js';
import { LastLabelled } from './last-labelled.js';
import { QualitySums } from './quality-sums.js';
import { ScoreCounts } from './score-counts.js';

/** The rolling figures are of so many labelled predictions, the last ones: their AUC has a standard error of one or two hundredths. */
const ROLLING_LABELLED = 2_000;

/** A part of what is known of a version: small, so that little is written again where little changes. */
export interface Part {
  readonly kind: 'sums' | 'scores' | 'last';
  readonly block: number;
  readonly numbers: readonly number[];
}

/** How right a version of a model was: all that counts since it was first seen, and what came last. */
export class VersionQuality {
  readonly #counts = new ScoreCounts();
  #sums = new QualitySums();
  #last = new LastLabelled(ROLLING_LABELLED);
  #eventTime = 0;

  constructor(
    readonly modelName: string,
    readonly modelVersion: string,
  ) {}

  /** When the newest of its labels came, in event time. */
  get eventTime(): number {
    return this.#eventTime;
  }

  /** Takes the parts that were kept. */
  restore(parts: readonly Part[]): void {
    for (const { kind, numbers } of parts) {
      if (kind !== 'sums') continue;
      const [eventTime = 0, came = 0, ...sums] = numbers;
      this.#eventTime = eventTime;
      this.#last = new LastLabelled(ROLLING_LABELLED, came);
      this.#sums = new QualitySums(sums);
    }
    for (const { kind, block, numbers } of parts) {
      if (kind === 'scores') this.#counts.restore(block, numbers);
      if (kind === 'last') this.#last.restore(block, numbers);
    }
  }

  /**
   * Adds one, with the event time of its label; gives the parts that have changed. What does not count for all is of a
   * later lap through the same data.
   */
  add(labelled: Labelled, eventTime: number, countsForAll: boolean): readonly Part[] {
    this.#eventTime = Math.max(this.#eventTime, eventTime);
    const last = this.#last.add(labelled);
    const parts: Part[] = [{ kind: 'last', block: last, numbers: this.#last.block(last) }];
    if (countsForAll) {
      this.#sums.add(labelled);
      const counted = this.#counts.add(labelled.score, labelled.wasPositive);
      parts.push({ kind: 'scores', block: counted, numbers: this.#counts.block(counted) });
    }
    parts.push({ kind: 'sums', block: 0, numbers: [this.#eventTime, this.#last.came, ...this.#sums.numbers] });
    return parts;
  }

  /** Which parts there are. */
  *parts(): Generator<Pick<Part, 'kind' | 'block'>> {
    yield { kind: 'sums', block: 0 };
    for (const block of this.#counts.blocks) yield { kind: 'scores', block };
    for (const block of this.#last.blocks) yield { kind: 'last', block };
  }

  /** Calibration and Brier score are null where scores are no probabilities; a window with nothing in it has no report. */
  reports(areProbabilities: boolean): readonly QualityReport[] {
    const last = [...this.#last.all()];
    const rolling = new QualitySums();
    for (const each of last) rolling.add(each);
    const rollingAuc = exactAuc(
      last.map(({ score }) => score),
      last.map(({ wasPositive }) => wasPositive),
    );
    const report = (window: QualityReport['window'], sums: QualitySums, auc: number | undefined): QualityReport => ({
      modelName: this.modelName,
      modelVersion: this.modelVersion,
      window,
      eventTime: this.#eventTime,
      labelled: sums.labelled,
      positives: sums.positives,
      auc: auc ?? null,
      ...sums.figures(areProbabilities),
    });
    const reports = [report('rolling', rolling, rollingAuc), report('all', this.#sums, this.#counts.auc())];
    return reports.filter(({ labelled }) => labelled > 0);
  }
}
