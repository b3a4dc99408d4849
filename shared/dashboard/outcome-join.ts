import type { DashboardDefinition, PredictionFields } from './definition.js';
import { FifoMap } from './fifo-map.js';
import { Recent } from './recent.js';

/** A prediction on its way to its outcome. */
export interface Awaited<P, O> {
  readonly score: number;
  /** Whether the decision is the positive one; null where the model decides nothing. */
  readonly positive: boolean | null;
  /** The record itself, let go of once it is old: scores of hundreds of thousands are cheap, records are not. */
  prediction: P | undefined;
  outcome: O | undefined;
}

/** A prediction and its outcome, met. */
export interface Settled<P, O> {
  readonly awaited: Awaited<P, O>;
  readonly outcome: O;
  readonly countsForQuality: boolean;
}

interface Early<O> {
  readonly outcome: O;
  readonly countsForQuality: boolean;
}

const MAX_LABELS = 16;

/**
 * Brings predictions and outcomes together by id, whichever comes first: the two are on different topics, and a page
 * that catches up may well read an outcome before its prediction. Both sides are bounded; an outcome counts once.
 */
export class OutcomeJoin<P extends PredictionFields, O> {
  readonly #outcomeId: (outcome: O) => string;
  readonly #positiveLabels: Set<string>;
  readonly #awaited: FifoMap<Awaited<P, O>>;
  readonly #early: FifoMap<Early<O>>;
  readonly #withRecord: Recent<Awaited<P, O>>;

  constructor(definition: DashboardDefinition<P, O>, limits: { pending: number; records: number }) {
    this.#outcomeId = (outcome) => definition.outcome.id(outcome);
    this.#positiveLabels = new Set([definition.positive]);
    this.#awaited = new FifoMap(limits.pending);
    this.#early = new FifoMap(limits.pending);
    this.#withRecord = new Recent(limits.records);
  }

  /** A model that calls the positive decision otherwise; a handful of such names is kept. */
  alsoPositive(label: string): void {
    if (this.#positiveLabels.size < MAX_LABELS) this.#positiveLabels.add(label);
  }

  /** How many predictions wait for their outcome, and how many outcomes for their prediction. */
  get waiting(): { predictions: number; outcomes: number } {
    return { predictions: this.#awaited.size, outcomes: this.#early.size };
  }

  prediction(prediction: P): { awaited: Awaited<P, O>; settled: Settled<P, O> | undefined } {
    const awaited: Awaited<P, O> = {
      score: prediction.score,
      positive: prediction.decision === null ? null : this.#positiveLabels.has(prediction.decision),
      prediction,
      outcome: undefined,
    };
    const tooOld = this.#withRecord.push(awaited);
    if (tooOld !== undefined) tooOld.prediction = undefined;
    const early = this.#early.take(prediction.id);
    if (early === undefined) {
      this.#awaited.set(prediction.id, awaited);
      return { awaited, settled: undefined };
    }
    awaited.outcome = early.outcome;
    return { awaited, settled: { awaited, ...early } };
  }

  outcome(outcome: O, countsForQuality: boolean): Settled<P, O> | undefined {
    const id = this.#outcomeId(outcome);
    const awaited = this.#awaited.take(id);
    if (awaited === undefined) {
      this.#early.set(id, { outcome, countsForQuality });
      return undefined;
    }
    awaited.outcome = outcome;
    return { awaited, outcome, countsForQuality };
  }
}
