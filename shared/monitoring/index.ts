export { buildDeliveryAudit } from './delivery-audit.js';
export { DeliveryCounter, deliveryInterceptor } from './delivery-counter.js';
export { buildDrift, type DriftOptions } from './drift/build-drift.js';
export type { DriftWindow } from './drift/drift-reporter.js';
export { LatencyHistogram } from './latency-histogram.js';
export { LostCounts } from './lost-counts.js';
export {
  type AuditReport,
  type DriftReport,
  type InputCounts,
  type MonitorStatus,
  monitoringTopics,
  NEWEST,
  type QualityReport,
  type RecentInput,
  type RecentInputs,
} from './monitoring-topics.js';
export { buildQuality, type QualityOptions } from './quality/build-quality.js';
export { type Coordinates, RunAudit, type RunCounts } from './run-audit.js';
export { type Quality, RunQuality } from './run-quality.js';
export { countedAuc, exactAuc, RunningAuc } from './running-auc.js';
export { type ScoredUnit, unitIdsOf } from './scored-unit.js';
export { type ChallengerStatus, type ScorerStatus, statusTopic } from './scorer-status.js';
