/**
 * From which figures on a page says that something is wrong: those of the alerts in grafana/prometheus/rules, so that page
 * and alert agree on what is news (alert-limits.test.ts). The alerts wait longer: they wake people.
 */
export const alertLimits = {
  /** PredictionLatencyHigh: the 99th percentile. */
  latencySeconds: 1,
  /** ScoringSlow: the mean of a call of the model. */
  scoringSeconds: 0.1,
  /** ScorerBehind: records that wait, and for how long at the pace of the scorers. */
  lagRecords: 1_000,
  lagSeconds: 20,
  /** ModelQualityDropped: how far the AUC of late is below what the card promises. */
  aucBelowCard: 0.1,
  /** InputDrift: the population stability index, and of how many rows at least. */
  driftIndex: 0.25,
  driftRows: 500,
} as const;

/** An index above this says that an input has moved, by the same rule of thumb that calls one above .25 another population. */
export const movedIndex = 0.1;
