import type { ScorerStatus } from '#shared/monitoring';
import { projectFile } from '#shared/project-file';
import type { Board, BoardDefinition, DashboardDefinition, Moment, PredictionFields } from './definition.js';

/** A prediction as the tests of the page use it. */
export interface SamplePrediction extends PredictionFields {
  readonly flight: string;
}

export interface SampleOutcome {
  readonly id: string;
  readonly delayMinutes: number;
}

/** 1 October 2013, 06:00 in New York. */
export const sampleStart = Date.UTC(2013, 9, 1, 10);

export const sampleDefinition: DashboardDefinition<SamplePrediction, SampleOutcome> = {
  title: 'Flight delay',
  subtitle: 'Will a flight out of New York leave 15 minutes late or more?',
  eventTimeZone: 'America/New_York',
  positive: 'delayed',
  negative: 'on time',
  threshold: 0.35,
  columns: [
    { header: 'Flight', cell: (prediction) => prediction.flight },
    { header: 'Number', align: 'right', cell: (prediction) => prediction.id },
  ],
  outcome: {
    id: (outcome) => outcome.id,
    positive: (outcome) => outcome.delayMinutes >= 15,
    text: (outcome) => `${outcome.delayMinutes > 0 ? '+' : ''}${outcome.delayMinutes} min`,
  },
};

/** The i-th prediction of a run: one flight a minute, scores that go round the whole range. */
export function samplePrediction(i: number, more: Partial<SamplePrediction> = {}): SamplePrediction {
  const score = more.score ?? ((i * 37) % 100) / 100;
  return {
    id: String(i),
    eventTime: sampleStart + i * 60_000,
    score,
    decision: score >= 0.35 ? 'delayed' : 'on time',
    modelName: 'flight-delay-gbm',
    modelVersion: '1',
    scoredAt: sampleStart,
    flight: `UA ${i}`,
    ...more,
  };
}

export function sampleScorer(heartbeatAt: number, more: Partial<ScorerStatus> = {}): ScorerStatus {
  return {
    instance: 'scorer-1',
    state: 'running',
    heartbeatAt,
    recordsPerSecond: 40,
    scoredTotal: 1234,
    partitions: 4,
    modelName: 'flight-delay-gbm',
    modelVersion: '1',
    modelSha256: '9f2c4e',
    guarantee: 'exactly_once',
    topology: 'Sub-topology: 0',
    modelSince: null,
    modelPublishedAt: null,
    modelPositive: null,
    modelThreshold: null,
    swapsTotal: 0,
    refusalsTotal: 0,
    refusal: null,
    challenger: null,
    unknownCategories: {},
    metrics: [],
    obeys: [],
    tasks: [],
    edges: [],
    failed: [],
    ...more,
  };
}

/** A board that counts the flights of each gate, which is the first letter of a flight's airline; `tell` is handed out. */
export function sampleBoard(more: Partial<Board<SamplePrediction, SampleOutcome>> = {}) {
  const gates = new Map<string, number>();
  let tell: (moment: Moment) => void = () => undefined;
  const board: BoardDefinition<SamplePrediction, SampleOutcome> = {
    page: projectFile('shared/dashboard/sample-board/'),
    create(given) {
      tell = given;
      return {
        prediction: ({ flight }) => gates.set(flight.slice(0, 1), (gates.get(flight.slice(0, 1)) ?? 0) + 1),
        snapshot: () => ({ gates: Array.from(gates, ([gate, flights]) => ({ gate, flights })) }),
        ...more,
      };
    },
  };
  const definition: DashboardDefinition<SamplePrediction, SampleOutcome> = { ...sampleDefinition, board };
  return { definition, tell: (moment: Moment) => tell(moment) };
}
