import type { InputDrift, ModelState, ModelVersion } from './page/model-state.js';

/** A version as the tests of the view of the model use it. */
export function sampleVersion(more: Partial<ModelVersion> = {}): ModelVersion {
  return {
    name: 'flight-delay-gbm',
    version: '1',
    sha256: '506239af'.repeat(8),
    roles: ['champion'],
    serves: 1,
    challenges: 0,
    scorers: 1,
    heard: true,
    own: true,
    publishable: true,
    publishedAt: null,
    next: [],
    refusal: null,
    card: {
      description: 'Will a flight be late?',
      tool: 'H2O 3.46',
      algorithm: 'GBM',
      promisedAuc: 0.743,
      badBelow: 0.643,
      promisedOn: 'by time',
      promisedRows: 82_609,
    },
    measured: {
      auc: 0.751,
      n: 2_000,
      missing: null,
      worseThanCoin: false,
      eventTimes: [0, 3_600_000, 7_200_000],
      values: [0.7, 0.74, 0.751],
    },
    reported: { labelled: 2_000, auc: 0.74, precision: 0.5, recall: 0.3, calibrationError: 0.02 },
    comparison: null,
    ...more,
  };
}

/** An input that is as in training, of two bins. */
export function sampleInput(name: string, more: Partial<InputDrift> = {}): InputDrift {
  return {
    name,
    index: 0.01,
    recent: 0.02,
    recentLimit: 0.25,
    seasonal: false,
    state: 'as trained',
    unknown: 0,
    bins: {
      labels: ['below 10', '10 and more', 'other', 'missing'],
      trained: [0.5, 0.5, 0, 0],
      now: [0.48, 0.52, 0, 0],
    },
    ...more,
  };
}

/** A version that serves and two inputs of it, monitored. */
export function sampleModel(more: Partial<ModelState> = {}): ModelState {
  return {
    versions: [sampleVersion()],
    judgedOver: 2_000,
    topicMissing: null,
    monitor: { state: 'at work', sentence: 'Measured by the monitor, beside the scorers.' },
    drift: {
      model: 'flight-delay-gbm 1',
      rows: 20_000,
      recentRows: 1_000,
      marks: [0.1, 0.25],
      inputs: [sampleInput('carrier'), sampleInput('distance')],
    },
    delivery: [{ topic: 'flights', expected: 1_000, consumed: 1_000, missing: 0, duplicate: 0, altered: 0, late: 0 }],
    ...more,
  };
}
