import type { PredictionFields } from '#shared/dashboard';
import type { LabelledCounter, LabelledHistogram, Metrics } from '#shared/metrics';

/** More versions than ever serve at once; whatever a topic holds, no more are kept. */
const MOST_VERSIONS = 64;
const MOST_DECISIONS = 16;

interface VersionCounts {
  readonly scores: LabelledHistogram;
  readonly decisions: Map<string, LabelledCounter>;
}

/** Counts predictions by what was decided and by which version, and how their scores are distributed, as far as they are finite. */
export class PredictionCounts {
  readonly #metrics: Pick<Metrics, 'recordsScored' | 'predictions' | 'predictionScore'>;
  readonly #versions = new Map<string, VersionCounts>();

  constructor(metrics: Pick<Metrics, 'recordsScored' | 'predictions' | 'predictionScore'>) {
    this.#metrics = metrics;
  }

  add({ score, decision, modelVersion }: Pick<PredictionFields, 'score' | 'decision' | 'modelVersion'>): void {
    const { scores, decisions } = this.#of(modelVersion);
    this.#metrics.recordsScored.add(1);
    this.#decided(decisions, decision ?? 'none', modelVersion).add(1);
    // A sum with such a score in it would be no number any more; and a float may well overflow, whoever made it.
    if (Number.isFinite(score)) scores.observe(score);
  }

  #of(version: string): VersionCounts {
    let counts = this.#versions.get(version);
    if (counts === undefined) {
      // Nothing is lost: the figures are the metrics', and are found again by their labels.
      if (this.#versions.size >= MOST_VERSIONS) this.#versions.clear();
      counts = { scores: this.#metrics.predictionScore.labelled({ version }), decisions: new Map() };
      this.#versions.set(version, counts);
    }
    return counts;
  }

  #decided(decisions: Map<string, LabelledCounter>, decision: string, version: string): LabelledCounter {
    let counter = decisions.get(decision);
    if (counter === undefined) {
      if (decisions.size >= MOST_DECISIONS) decisions.clear();
      counter = this.#metrics.predictions.labelled({ decision, version });
      decisions.set(decision, counter);
    }
    return counter;
  }
}
