export { catalogue, type MetricDefinition } from './catalogue.js';
export { createDemosMetrics, createMetrics, type DemosMetrics, type Metrics } from './metrics.js';
