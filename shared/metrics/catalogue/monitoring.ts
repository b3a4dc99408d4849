import type { MetricDefinitions } from './definition.js';

/**
 * What the monitoring topologies report: delivery, quality, drift. Totals are since the topology began, whatever restarts;
 * those of delivery begin anew where counts were lost, which `deliverySince` tells.
 */
export const monitoringMetrics = {
  monitorUp: {
    kind: 'gauge',
    name: 'kafka_ml_monitor_up',
    unit: 'boolean',
    labels: [],
    help: 'Whether a monitor of the demo, whoever started it, was heard of in the last 10 s: 1 yes, 0 no; absent until one was heard, for two minutes at most.',
  },
  monitorPassedOver: {
    kind: 'counter',
    name: 'kafka_ml_monitor_passed_over_records_total',
    unit: 'records',
    labels: [],
    help: 'Records that monitoring applications could not read or process, and have left out: of all monitors that were heard, since each started.',
  },
  deliverySince: {
    kind: 'gauge',
    name: 'kafka_ml_delivery_since_timestamp_seconds',
    unit: 'seconds',
    labels: ['topic', 'partition'],
    help: 'The event time from which on delivery is audited, seconds since 1970, where counts were lost; absent where none were. It rises when more are: the totals of the partition begin anew.',
  },
  deliveryExpected: {
    kind: 'gauge',
    name: 'kafka_ml_delivery_expected_records',
    unit: 'records',
    labels: ['topic', 'partition'],
    help: 'Records that producers say they have written.',
  },
  deliveryConsumed: {
    kind: 'gauge',
    name: 'kafka_ml_delivery_consumed_records',
    unit: 'records',
    labels: ['topic', 'partition'],
    help: 'Records that scorers say they have processed and committed.',
  },
  deliveryMissing: {
    kind: 'gauge',
    name: 'kafka_ml_delivery_missing_records',
    unit: 'records',
    labels: ['topic', 'partition'],
    help: 'Records of event-time minutes that scorers have passed by an hour: written, and not processed.',
  },
  deliveryDuplicate: {
    kind: 'gauge',
    name: 'kafka_ml_delivery_duplicate_records',
    unit: 'records',
    labels: ['topic', 'partition'],
    help: 'Records of such minutes that were processed more often than written, those among them that somebody wrote without counting them.',
  },
  deliveryLate: {
    kind: 'gauge',
    name: 'kafka_ml_delivery_late_records',
    unit: 'records',
    labels: ['topic', 'partition'],
    help: 'Records that were processed after their event-time minute, and its grace, had been passed.',
  },
  deliveryAltered: {
    kind: 'gauge',
    name: 'kafka_ml_delivery_altered_minutes',
    unit: 'minutes',
    labels: ['topic', 'partition'],
    help: 'Such minutes of which as many records were processed as written, with another sum of checksums.',
  },
  qualityAuc: {
    kind: 'gauge',
    name: 'kafka_ml_quality_auc_ratio',
    unit: 'ratio',
    labels: ['name', 'version', 'window'],
    help: 'Area under the ROC curve, by labels that came later; window rolling or all.',
  },
  qualityPrecision: {
    kind: 'gauge',
    name: 'kafka_ml_quality_precision_ratio',
    unit: 'ratio',
    labels: ['name', 'version', 'window'],
    help: 'Of what the model decided positively (at its threshold), the share that was.',
  },
  qualityRecall: {
    kind: 'gauge',
    name: 'kafka_ml_quality_recall_ratio',
    unit: 'ratio',
    labels: ['name', 'version', 'window'],
    help: 'Of what was positive, the share that the model decided so (at its threshold).',
  },
  qualityCalibrationError: {
    kind: 'gauge',
    name: 'kafka_ml_quality_calibration_error_ratio',
    unit: 'ratio',
    labels: ['name', 'version', 'window'],
    help: 'Expected calibration error: mean distance of predicted probability and observed share, over ten bins; probabilities only.',
  },
  qualityLabelled: {
    kind: 'gauge',
    name: 'kafka_ml_quality_labelled_records',
    unit: 'records',
    labels: ['name', 'version', 'window'],
    help: 'Predictions whose outcome is known, that the figures are of.',
  },
  inputDrift: {
    kind: 'gauge',
    name: 'kafka_ml_input_population_stability_index',
    unit: 'index',
    labels: ['name', 'version', 'input', 'kind'],
    help: 'Population stability index of a model input against the profile of the card: below 0.1 as in training, above 0.25 another population.',
  },
  inputDriftRows: {
    kind: 'gauge',
    name: 'kafka_ml_input_drift_rows',
    unit: 'records',
    labels: ['name', 'version'],
    help: 'Rows that the population stability indices are of.',
  },
} as const satisfies MetricDefinitions;
