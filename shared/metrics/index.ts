export { BucketHistogram } from './bucket-histogram.js';
export type {
  CounterDefinition,
  GaugeDefinition,
  HistogramDefinition,
  MetricDefinition,
} from './catalogue/definition.js';
export { catalogue, type LabelName, scorerMetrics } from './catalogue/index.js';
export type { Exposition } from './exposition.js';
export {
  createDemosMetrics,
  createMetrics,
  type DemosMetrics,
  type LabelledCounter,
  type LabelledHistogram,
  type Metrics,
} from './metrics.js';
export { metricsDocument } from './metrics-document.js';
export { createScorerExposition } from './scorer-exposition.js';
export { type MetricSample, type ScorerMetrics, scorerSamples } from './scorer-samples.js';
