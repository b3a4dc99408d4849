interface Described<L extends string> {
  /** The Prometheus name, with its unit suffix. */
  readonly name: `kafka_ml_${string}`;
  /** What one step of the value means. */
  readonly unit: string;
  readonly labels: readonly L[];
  readonly help: string;
  /** What OpenTelemetry's semantic conventions call it, where they have it. */
  readonly openTelemetry?: string;
}

/** Only ever grows, until its process ends. */
export interface CounterDefinition<L extends string = string> extends Described<L> {
  readonly kind: 'counter';
  /**
   * Values of its one label that are shown from the start, as 0. Of what appears with its first count Prometheus cannot
   * tell that it rose.
   */
  readonly fromStart?: readonly string[];
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

/** Metrics by what their handles are called. */
export type MetricDefinitions = Readonly<Record<string, MetricDefinition>>;
