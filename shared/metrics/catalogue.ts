import { errorCodes } from '#shared/errors';

interface Described<L extends string> {
  /** The Prometheus name, with its unit suffix. */
  readonly name: `kafka_ml_${string}`;
  /** What one step of the value means. */
  readonly unit:
    | 'records'
    | 'seconds'
    | 'records per second'
    | 'partitions'
    | 'ratio'
    | 'boolean'
    | 'swaps'
    | 'models'
    | 'values';
  readonly labels: readonly L[];
  readonly help: string;
}

/** Only ever grows, until its process ends. */
export interface CounterDefinition<L extends string = string> extends Described<L> {
  readonly kind: 'counter';
}

/** A value of this moment; absent until it is known. */
export interface GaugeDefinition<L extends string = string> extends Described<L> {
  readonly kind: 'gauge';
}

/** Counts of observations in cumulative buckets (upper bounds in the metric's unit). */
export interface HistogramDefinition<L extends string = string> extends Described<L> {
  readonly kind: 'histogram';
  readonly buckets: readonly number[];
}

export type MetricDefinition = CounterDefinition | GaugeDefinition | HistogramDefinition;

/** Every metric of the kit, defined once: dashboards, rules and their tests are made from this list. */
export const catalogue = {
  recordsProduced: {
    kind: 'counter',
    name: 'kafka_ml_records_produced_total',
    unit: 'records',
    labels: [],
    help: 'Records of the main input topic, as read back from it.',
  },
  recordsScored: {
    kind: 'counter',
    name: 'kafka_ml_records_scored_total',
    unit: 'records',
    labels: [],
    help: 'Predictions read back from the predictions topic (read_committed).',
  },
  recordsDeadLettered: {
    kind: 'counter',
    name: 'kafka_ml_records_dead_lettered_total',
    unit: 'records',
    labels: ['reason'],
    help: 'Records that went to a dead-letter topic, by error code.',
  },
  outcomesSeen: {
    kind: 'counter',
    name: 'kafka_ml_outcomes_seen_total',
    unit: 'records',
    labels: [],
    help: 'True outcomes read from the outcomes topic.',
  },
  predictionLatency: {
    kind: 'histogram',
    name: 'kafka_ml_prediction_latency_seconds',
    unit: 'seconds',
    labels: [],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    help: "From the producer's send to the moment a read_committed consumer has the prediction; paced runs only.",
  },
  runningAuc: {
    kind: 'gauge',
    name: 'kafka_ml_running_auc_ratio',
    unit: 'ratio',
    labels: [],
    help: 'Area under the ROC curve of all predictions whose outcome is known; absent until both classes were seen.',
  },
  scorerUp: {
    kind: 'gauge',
    name: 'kafka_ml_scorer_up',
    unit: 'boolean',
    labels: ['scorer'],
    help: 'Whether the scorer instance sends heartbeats: 1 yes, 0 silent.',
  },
  scorerRecordsPerSecond: {
    kind: 'gauge',
    name: 'kafka_ml_scorer_records_per_second',
    unit: 'records per second',
    labels: ['scorer'],
    help: 'Records that the scorer instance scores a second, by its own heartbeat.',
  },
  scorerPartitions: {
    kind: 'gauge',
    name: 'kafka_ml_scorer_assigned_partitions',
    unit: 'partitions',
    labels: ['scorer'],
    help: 'Input partitions assigned to the scorer instance.',
  },
  scorerRecordsScored: {
    kind: 'gauge',
    name: 'kafka_ml_scorer_scored_records',
    unit: 'records',
    labels: ['scorer'],
    help: 'Records that the scorer instance has scored since it started, by its own heartbeat.',
  },
  modelInfo: {
    kind: 'gauge',
    name: 'kafka_ml_model_info',
    unit: 'boolean',
    labels: ['name', 'version'],
    help: 'Always 1; the labels say which model is serving.',
  },
  modelSwaps: {
    kind: 'counter',
    name: 'kafka_ml_model_swaps_total',
    unit: 'swaps',
    labels: [],
    help: 'Exchanges of the serving model while a scorer ran, of all scorers.',
  },
  modelRefusals: {
    kind: 'counter',
    name: 'kafka_ml_model_refusals_total',
    unit: 'models',
    labels: ['reason'],
    help: 'Published model versions that a scorer refused, by error code.',
  },
  challengerCompared: {
    kind: 'gauge',
    name: 'kafka_ml_challenger_compared_records',
    unit: 'records',
    labels: ['name', 'version'],
    help: 'Records that champion and challenger both scored, of all scorers.',
  },
  challengerDisagreement: {
    kind: 'gauge',
    name: 'kafka_ml_challenger_disagreement_ratio',
    unit: 'ratio',
    labels: ['name', 'version'],
    help: 'Share of the compared records that champion and challenger decide differently.',
  },
  unknownCategories: {
    kind: 'gauge',
    name: 'kafka_ml_unknown_category_values',
    unit: 'values',
    labels: ['input'],
    help: 'Values of a text input that the serving model was not trained on, of all scorers.',
  },
} as const satisfies Record<string, MetricDefinition>;

/** The label names that metrics use. */
export type LabelName = (typeof catalogue)[keyof typeof catalogue]['labels'][number];

/**
 * What keeps each label's values few, whatever a topic holds: a closed list, or the number of distinct values admitted.
 * A value beyond the bound is counted under `other`.
 */
export const labelBounds: { readonly [N in LabelName]: readonly string[] | number } = {
  reason: errorCodes,
  scorer: 64,
  name: 16,
  version: 64,
  input: 64,
};
