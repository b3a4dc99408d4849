import {
  type LiveView,
  type ModelState,
  type PeekedRecords,
  type PeekTopic,
  parseTopologyText,
  type Vitals,
} from '#shared/dashboard';
import type { ScorerStatus } from '#shared/monitoring';
import { type BatchScorer, StreamsBuilder } from '#shared/streams';
import type { demo } from '../../demos/flight-delay/demo.js';

// What scorers, monitor and cluster would say in fast-demo.ts: figures that move with each update.

type Demo = typeof demo;
type View = LiveView<never, never>;

const PARTITIONS = 4;
const SHOWN_RECORDS = 50;
const inputs = ['carrier', 'origin', 'dest', 'distance', 'departureMinute', 'windSpeed', 'humidity', 'planeYear'];
const bins = ['below 10', '10 to 20', '20 to 30', '30 to 40', '40 to 50', '50 and more', 'other', 'missing'];

const noModel: BatchScorer<object> = { name: 'none', version: '0', score: () => Promise.resolve([]) };

/** The text that a scorer's heartbeat brings, and how many edges it has. */
export function topologyOf({ buildTopology }: Pick<Demo, 'buildTopology'>): { text: string; edges: number } {
  const builder = new StreamsBuilder();
  buildTopology(builder, noModel);
  const text = builder.build().describe();
  return { text, edges: parseTopologyText(text).edges.length };
}

interface AtWork {
  readonly topology: ReturnType<typeof topologyOf>;
  readonly version: string;
  readonly flights: number;
  readonly now: number;
}

export function statusOf({ topology, version, flights, now }: AtWork): ScorerStatus {
  return {
    instance: 'scorer-1',
    state: 'RUNNING',
    heartbeatAt: now,
    recordsPerSecond: 5_000,
    scoredTotal: flights,
    partitions: PARTITIONS,
    modelName: 'flight-delay-gbm',
    modelVersion: version,
    modelSha256: version.repeat(64).slice(0, 64),
    guarantee: 'exactly_once',
    topology: topology.text,
    modelSince: now,
    modelPublishedAt: now,
    modelPositive: 'delayed',
    modelThreshold: 0.35,
    swapsTotal: Number(version),
    refusalsTotal: 0,
    refusal: null,
    challenger: null,
    unknownCategories: { dest: Math.floor(flights / 100_000) },
    metrics: [],
    obeys: [],
    tasks: Array.from({ length: PARTITIONS }, (_, partition) => `flight-delay.flights-${partition}`),
    edges: Array.from({ length: topology.edges }, () => flights),
    failed: [],
  };
}

/** As the cluster has them; with each flight each of them grows. */
export function topicsOf({ topics, alsoProduces = [], alsoWrites = [] }: Demo, flights: number): PeekTopic[] {
  const kinds: [PeekTopic['kind'], readonly { readonly name: string }[]][] = [
    ['input', [topics.input]],
    ['side-input', alsoProduces],
    ['predictions', [topics.predictions]],
    ['output', alsoWrites],
    ['outcomes', [topics.outcomes]],
  ];
  const ends = Array.from({ length: PARTITIONS }, () => flights);
  const begins = ends.map(() => 0);
  return kinds.flatMap(([kind, of]) =>
    of.map(({ name }) => ({ name, kind, begins, ends, perSecond: flights % 5_000 })),
  );
}

/** The newest of a topic: with each update others. */
export function recordsOf({ topics }: Demo, flights: number): PeekedRecords {
  const topic = topics.input.name;
  const part = (text: string) => ({ kind: 'json', text, size: text.length, cut: false, schema: null }) as const;
  const records = Array.from({ length: SHOWN_RECORDS }, (_, place) => ({
    topic,
    partition: place % PARTITIONS,
    offset: flights - place,
    timestamp: 1_380_000_000_000 + flights,
    key: part('"EWR"'),
    value: part(JSON.stringify({ id: `flight-${flights - place}`, carrier: 'UA', origin: 'EWR', dest: 'SFO' })),
    headers: [],
    raw: null,
  }));
  return { topic, order: 'newest first', records, next: null, incomplete: null };
}

/** All versions that have had outcomes, the newest of them at work; drift and delivery as a monitor reports them. */
export function modelOf(
  { window, figures }: View['versions'],
  { version, updates }: { readonly version: string; readonly updates: number },
): ModelState {
  const swing = 0.5 + 0.4 * Math.sin(updates / 40);
  return {
    versions: figures.map(({ name, version: number, auc, n, missing, worseThanCoin, eventTimes, values }) => ({
      name,
      version: number,
      sha256: number.repeat(64).slice(0, 64),
      roles: number === version ? ['champion'] : [],
      serves: number === version ? 1 : 0,
      challenges: 0,
      scorers: 1,
      heard: true,
      own: number === '1',
      publishable: true,
      publishedAt: number === version ? 1_380_000_000_000 : null,
      next: [],
      refusal: null,
      card: {
        description: 'Will a flight be late?',
        tool: 'H2O 3.46',
        algorithm: 'GBM',
        promisedAuc: 0.743,
        promisedOn: 'by time',
        promisedRows: 82_609,
        badBelow: 0.643,
      },
      measured: { auc, n, missing, worseThanCoin, eventTimes, values },
      reported: { labelled: 2_000, auc, precision: 0.5, recall: 0.3, calibrationError: 0.02 },
      comparison: null,
    })),
    judgedOver: window,
    topicMissing: null,
    monitor: { state: 'at work', sentence: 'Measured by the monitor, beside the scorers.' },
    drift: {
      model: `flight-delay-gbm ${version}`,
      rows: 20_000,
      recentRows: 1_000,
      marks: [0.1, 0.25],
      inputs: inputs.map((name, place) => ({
        name,
        index: (swing * place) / 20,
        recent: (swing * place) / 10,
        recentLimit: 0.25,
        seasonal: place > 5,
        state: swing > 0.7 && place > 3 ? 'drifting' : 'as trained',
        unknown: 0,
        bins: {
          labels: bins,
          trained: bins.map(() => 0.125),
          now: bins.map((_, bin) => (bin % 2 ? swing : 1 - swing) / 4),
        },
      })),
    },
    delivery: ['flight-delay.flights', 'flight-delay.weather'].map((topic) => ({
      topic,
      expected: updates * 1_250,
      consumed: updates * 1_250,
      missing: 0,
      duplicate: 0,
      altered: 0,
      late: 0,
    })),
  };
}

/** For a minute in four the model is slow. */
export function vitalsOf(ofView: View['vitals'], now: number, updates: number): Vitals {
  return {
    ...ofView,
    now,
    scoringSeconds: updates % 960 < 240 ? 1.5 : 0.002,
    modelSeconds: updates % 960 < 240 ? 1.5 : 0.001,
    paused: false,
    quietSeconds: 0,
    clusterSilentSince: null,
    waiting: 300 + (updates % 40),
    waitingGrowth: 0,
    scorers: { atWork: 1, waiting: 0, silent: [], wereAtWork: true },
    serving: [],
    refusal: null,
    drift: null,
    delivery: { missing: 0, duplicate: 0, altered: 0 },
    monitor: { state: 'at work', sentence: '' },
  };
}
