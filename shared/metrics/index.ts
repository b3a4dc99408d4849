export type { MetricDefinition } from './catalogue/definition.js';
export { catalogue } from './catalogue/index.js';
export { createDemosMetrics, createMetrics, type DemosMetrics, type Exposition, type Metrics } from './metrics.js';
