import type { ServingVitals, Vitals } from './vitals.js';

export const sampleNow = Date.UTC(2026, 0, 1);

/** A version that keeps what it promises. */
export const sampleServing: ServingVitals = {
  model: 'flight-delay-gbm 1',
  promised: 0.743,
  auc: 0.72,
  outcomes: 2_000,
  worseThanCoin: false,
  reported: { auc: 0.72, labelled: 2_000, aucOfAll: 0.74 },
};

/** A demo of which all is known and all is well. */
export function sampleVitals(more: Partial<Vitals> = {}): Vitals {
  return {
    now: sampleNow,
    clusterSilentSince: null,
    scorers: { atWork: 1, waiting: 0, silent: [], wereAtWork: true },
    paused: false,
    quietSeconds: 0,
    unreadSeconds: 0,
    waiting: 3,
    waitingGrowth: 0,
    readPerSecond: 57,
    scoredPerSecond: 56,
    unscoredSeconds: 0,
    scoringForSeconds: 600,
    latencySeconds: 0.018,
    scoringSeconds: 0.0031,
    modelSeconds: 0.0012,
    lateShare: 0,
    deadLetters: [],
    serving: [sampleServing],
    refusal: null,
    drift: {
      rows: 1_000,
      inputs: [
        { name: 'carrier', drifts: false },
        { name: 'planeYear', drifts: false },
      ],
    },
    delivery: { missing: 0, duplicate: 0, altered: 0 },
    monitor: { state: 'at work', sentence: 'Measured by the monitor, beside the scorers.' },
    ...more,
  };
}
