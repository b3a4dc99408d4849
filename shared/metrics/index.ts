export { catalogue, type MetricDefinition } from './catalogue.js';
export { createMetrics, type Metrics } from './metrics.js';
