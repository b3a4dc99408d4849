import type { BucketHistogram } from './bucket-histogram.js';
import type { MetricDefinition } from './catalogue/definition.js';
import { scorerMetrics } from './catalogue/index.js';

/** A measured value on its way from the process that has it to the page that shows it. */
export interface MetricSample {
  /** The metric's name in Prometheus. */
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of a counter or a gauge its value, of a histogram the sum of what was observed. */
  readonly value: number;
  /** Of a histogram how many each bucket has, not cumulative, the last what is above all bounds; otherwise empty. */
  readonly buckets: readonly number[];
}

type Labelled<L extends string> = readonly { readonly labels: Readonly<Record<L, string>>; readonly value: number }[];

type Measured<D extends MetricDefinition> = D['labels'][number] extends infer L extends string
  ? D['kind'] extends 'histogram'
    ? BucketHistogram
    : [L] extends [never]
      ? number
      : Labelled<L>
  : never;

/** What a scorer measures of itself: something for each of its metrics, by whether that has labels and buckets. */
export type ScorerMetrics = { readonly [K in keyof typeof scorerMetrics]: Measured<(typeof scorerMetrics)[K]> };

/** What was measured, as it is shipped. */
export function scorerSamples(measured: ScorerMetrics): MetricSample[] {
  return Object.entries(scorerMetrics).flatMap(([key, { name: metric }]): MetricSample[] => {
    // Both have the same keys.
    const value = measured[key as keyof ScorerMetrics];
    if (typeof value === 'number') return [{ metric, labels: {}, value, buckets: [] }];
    if ('counts' in value) return [{ metric, labels: {}, value: value.sum, buckets: [...value.counts] }];
    return value.map((each) => ({ metric, ...each, buckets: [] }));
  });
}
