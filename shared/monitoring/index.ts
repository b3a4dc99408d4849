export { exactAuc, RunningAuc } from './running-auc.js';
export { LatencyHistogram } from './latency-histogram.js';
export { OutcomeJoin, type Quality } from './outcome-join.js';
export { type Coordinates, RunAudit, type RunCounts, type ScoredUnit } from './run-audit.js';
