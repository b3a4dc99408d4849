import type { DashboardDefinition, PredictionFields } from './definition.js';
import { FifoMap } from './fifo-map.js';
import { Recent } from './recent.js';

/** A version of a model, one object for all of its predictions. */
export interface ModelVersion {
  readonly name: string;
  readonly version: string;
}

/** How an outcome counts. */
export interface Counting {
  /** For the model's quality over all of the first lap. */
  readonly overall: boolean;
  /** For that of its version of late, in every lap. */
  readonly ofLate: boolean;
}

/** A prediction on its way to its outcome. */
export interface Awaited<P, O> {
  readonly score: number;
  /** Whether the decision is the positive one; null where the model decides nothing. */
  readonly positive: boolean | null;
  /** Whose score it is. */
  readonly model: ModelVersion;
  /** The record itself, let go of once it is old: scores of hundreds of thousands are cheap, records are not. */
  prediction: P | undefined;
  outcome: O | undefined;
}

/** A prediction and its outcome, met. */
export interface Settled<P, O> {
  readonly awaited: Awaited<P, O>;
  readonly outcome: O;
  readonly counting: Counting;
}

interface Early<O> {
  readonly outcome: O;
  readonly counting: Counting;
}

const MAX_LABELS = 16;
const MAX_MODELS = 64;

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
  readonly #models = new Map<string, ModelVersion>();
  /** That of the last prediction, which is mostly that of the next. */
  #model: ModelVersion | undefined;

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
      model: this.#modelOf(prediction),
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

  outcome(outcome: O, counting: Counting): Settled<P, O> | undefined {
    const id = this.#outcomeId(outcome);
    const awaited = this.#awaited.take(id);
    if (awaited === undefined) {
      this.#early.set(id, { outcome, counting });
      return undefined;
    }
    awaited.outcome = outcome;
    return { awaited, outcome, counting };
  }

  /** Hundreds of thousands of predictions are kept, and few versions: they share what names them. */
  #modelOf({ modelName: name, modelVersion: version }: P): ModelVersion {
    if (this.#model?.name === name && this.#model.version === version) return this.#model;
    const key = JSON.stringify([name, version]);
    const known = this.#models.get(key) ?? { name, version };
    if (this.#models.size < MAX_MODELS) this.#models.set(key, known);
    this.#model = known;
    return known;
  }
}
