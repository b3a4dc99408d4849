/**
 * From which figures on a page says that something is wrong: those of the alerts in grafana/prometheus/rules, so that page
 * and alert agree on what is news (alert-limits.test.ts). The alerts wait longer: they wake people.
 */
export const alertLimits = {
  /** PredictionLatencyHigh: the 99th percentile. */
  latencySeconds: 1,
  /** RecordsLate: how far behind its own time a record is late, and which share of them is news. */
  lateSeconds: 300,
  lateShare: 0.01,
  /** ScoringSlow: the mean of a call of the model. */
  scoringSeconds: 0.1,
  /** ScorerBehind: records that wait, and for how long at the pace of the scorers. */
  waitingRecords: 1_000,
  waitingSeconds: 20,
  /** ModelQualityDropped: how far the AUC of late, and that of all labels, is below what the card promises; of how many labels. */
  aucBelowCard: 0.1,
  aucOfAllBelowCard: 0.05,
  labels: 500,
  /** InputDrift: the population stability index. */
  driftIndex: 0.25,
} as const;

/** An index above this says that an input has moved, by the same rule of thumb that calls one above .25 another population. */
export const movedIndex = 0.1;
