import { beforeEach, describe, expect, it } from 'vitest';
import { defineTopic } from '#shared/schema';
import { createTopologyTestDriver, StreamsBuilder, type TestRecord, type TopologyTestDriver } from '#shared/streams';
import { monitoringTopics, type QualityReport } from '../monitoring-topics.js';
import { exactAuc } from '../running-auc.js';
import { type ScorerStatus, statusTopic } from '../scorer-status.js';
import { buildQuality, type QualityOptions } from './build-quality.js';
import type { JudgedPrediction, Said } from './labelled.js';

interface Prediction extends JudgedPrediction {
  readonly id: string;
}

interface Outcome {
  readonly id: string;
  readonly late: boolean;
  readonly heldOut: boolean;
}

const said = [
  { name: 'score', type: 'double' },
  { name: 'decision', type: ['null', 'string'] },
  { name: 'modelName', type: 'string' },
  { name: 'modelVersion', type: 'string' },
];
const predictions = defineTopic<Prediction>({
  name: 'trains.predictions',
  partitions: 2,
  schema: {
    type: 'record',
    name: 'Prediction',
    fields: [
      { name: 'id', type: 'string' },
      { name: 'eventTime', type: 'long' },
      ...said,
      { name: 'challenger', type: ['null', { type: 'record', name: 'Vote', fields: said }], default: null },
    ],
  },
});
const outcomes = defineTopic<Outcome>({
  name: 'trains.outcomes',
  partitions: 2,
  schema: {
    type: 'record',
    name: 'Outcome',
    fields: [
      { name: 'id', type: 'string' },
      { name: 'late', type: 'boolean' },
      { name: 'heldOut', type: 'boolean' },
    ],
  },
});
const { qualityReports } = monitoringTopics('trains');
const options: QualityOptions<Prediction, Outcome> = {
  demo: 'trains',
  predictions,
  outcomes,
  outcome: { id: ({ id }) => id, positive: ({ late }) => late, counts: ({ heldOut }) => heldOut },
  positive: 'late',
  areProbabilities: true,
  lapHeader: 'lap',
};

const NOON = Date.UTC(2013, 9, 1, 12);
const HOUR_MS = 3_600_000;

/** What the first model says. */
const by = (score: number, decision: string | null = score >= 0.5 ? 'late' : 'on time'): Said => ({
  modelName: 'trains-glm',
  modelVersion: '1',
  score,
  decision,
});

function predicted(id: string, { score, decision, modelName, modelVersion }: Said, challenger: Said | null = null) {
  const value = { id, eventTime: NOON, score, decision, modelName, modelVersion, challenger };
  return { key: id, value, timestamp: NOON };
}

function happened(id: string, late: boolean, after: Partial<TestRecord<string, Outcome>> = {}) {
  return { key: 'somewhere', value: { id, late, heldOut: true }, timestamp: NOON + 2 * HOUR_MS, ...after };
}

describe('buildQuality', () => {
  let driver: TopologyTestDriver;

  const start = async (changed: Partial<typeof options> = {}): Promise<void> => {
    const builder = new StreamsBuilder();
    buildQuality(builder, { ...options, ...changed });
    driver = await createTopologyTestDriver(builder.build());
  };
  beforeEach(() => start());

  const reports = async (): Promise<Map<string, QualityReport | null>> => {
    await driver.advanceWallClockTime(1_000);
    return new Map((await driver.read(qualityReports)).map(({ key, value }) => [String(key), value]));
  };

  /** Scores with what became of them. */
  const judge = async (...judged: readonly (readonly [Said, boolean])[]): Promise<void> => {
    await driver.pipe(
      predictions,
      judged.map(([one], index) => predicted(`${index}`, one)),
    );
    await driver.pipe(
      outcomes,
      judged.map(([, late], index) => happened(`${index}`, late)),
    );
  };

  it('reports what precision, recall, calibration error, Brier score and AUC come to by hand', async () => {
    await judge([by(0.9), true], [by(0.6), false], [by(0.65), true], [by(0.3), true], [by(0.1), false]);
    // Of the 6 pairs of a late and a punctual train 0.9 and 0.65 win both of theirs, 0.3 one. Of 3 that were said to be late 2
    // were, of 3 that were late 2 were said to be. Bins: 0.1 (0 of 1), 0.3 (1 of 1), 0.6 and 0.65 (1 of 2), 0.9 (1 of 1).
    const figures = {
      eventTime: NOON + 2 * HOUR_MS,
      labelled: 5,
      positives: 3,
      auc: 5 / 6,
      precision: 2 / 3,
      recall: 2 / 3,
      calibrationError: expect.closeTo((0.1 + 0.7 + 0.25 + 0.1) / 5, 12),
      brier: expect.closeTo((0.01 + 0.36 + 0.1225 + 0.49 + 0.01) / 5, 12),
    };
    const version = { modelName: 'trains-glm', modelVersion: '1' };
    expect(Object.fromEntries(await reports())).toEqual({
      'trains-glm/1/rolling': { ...version, window: 'rolling', ...figures },
      'trains-glm/1/all': { ...version, window: 'all', ...figures },
    });
  });

  it('reports when something has changed, and then at most once a second', async () => {
    await judge([by(0.9), true]);
    expect((await reports()).size).toBe(2);
    expect((await reports()).size).toBe(0);
    await driver.pipe(predictions, [predicted('again', by(0.8))]);
    expect((await reports()).size).toBe(0);
    await driver.pipe(outcomes, [happened('again', true)]);
    await driver.advanceWallClockTime(500);
    expect(await driver.read(qualityReports)).toEqual([]);
    expect((await reports()).get('trains-glm/1/all')).toMatchObject({ labelled: 2 });
  });

  it('leaves out what is not defined: the AUC of one class, precision where nothing was said to be late', async () => {
    await judge([by(0.2), false], [by(0.1), false]);
    expect((await reports()).get('trains-glm/1/rolling')).toMatchObject({
      auc: null,
      precision: null,
      recall: null,
      calibrationError: expect.closeTo(0.15, 12),
    });
  });

  it('has no precision of a model that decides nothing, and no calibration of scores that are no probabilities', async () => {
    await judge([by(2.5, null), true], [by(-0.4, null), false]);
    expect((await reports()).get('trains-glm/1/all')).toMatchObject({
      auc: 1,
      precision: null,
      recall: null,
      calibrationError: null,
      brier: null,
    });
    await start({ areProbabilities: false });
    await judge([by(0.9), true], [by(0.2), false]);
    expect((await reports()).get('trains-glm/1/all')).toMatchObject({ auc: 1, precision: 1, brier: null });
  });

  it('joins whichever comes first, however far apart they are in event time, each unit once', async () => {
    const year = { timestamp: NOON + 365 * 24 * HOUR_MS };
    await driver.pipe(outcomes, [happened('early', true)]);
    await driver.pipe(predictions, [
      predicted('early', by(0.7)),
      predicted('late', by(0.8)),
      predicted('late', by(0.8)),
    ]);
    await driver.pipe(outcomes, [happened('late', true, year), happened('never predicted', true)]);
    expect((await reports()).get('trains-glm/1/all')).toMatchObject({ labelled: 2, eventTime: year.timestamp });
  });

  it('lets nothing wait of what has met, and of what does not count', async () => {
    await driver.pipe(predictions, [predicted('a', by(0.7)), predicted('b', by(0.8)), predicted('c', by(0.8))]);
    const notHeldOut = { value: { id: 'b', late: true, heldOut: false } };
    await driver.pipe(outcomes, [happened('a', true), happened('b', true, notHeldOut)]);
    expect([...driver.keyValueStore<string, unknown>('waiting').all()].map(([id]) => id)).toEqual(['c']);
  });

  it('counts outcomes of later laps for the last labelled alone, and leaves out those that do not count', async () => {
    await driver.pipe(
      predictions,
      ['a', 'b', 'c'].map((id) => predicted(id, by(0.7))),
    );
    await driver.pipe(outcomes, [
      happened('a', true),
      happened('b', true, { headers: { lap: Buffer.from('2') } }),
      happened('c', true, { value: { id: 'c', late: true, heldOut: false } }),
    ]);
    const found = await reports();
    expect(found.get('trains-glm/1/rolling')).toMatchObject({ labelled: 2 });
    expect(found.get('trains-glm/1/all')).toMatchObject({ labelled: 1 });
  });

  it('keeps versions apart, and counts a challenger by its votes', async () => {
    const second: Said = { ...by(0.2), modelVersion: '2' };
    const votes = { ...by(0.9), modelName: 'trains-nn' };
    await driver.pipe(predictions, [
      predicted('a', by(0.9), votes),
      predicted('b', by(0.1), { ...votes, score: 0.95 }),
      predicted('c', second),
    ]);
    await driver.pipe(outcomes, [happened('a', true), happened('b', false), happened('c', true)]);
    const found = await reports();
    expect([...found.keys()].toSorted()).toEqual(
      ['trains-glm/1', 'trains-glm/2', 'trains-nn/1'].flatMap((version) => [`${version}/all`, `${version}/rolling`]),
    );
    expect(found.get('trains-glm/1/all')).toMatchObject({ labelled: 2, auc: 1 });
    expect(found.get('trains-glm/2/all')).toMatchObject({ labelled: 1, recall: 0 });
    expect(found.get('trains-nn/1/all')).toMatchObject({ labelled: 2, auc: 0 });
  });

  it('learns from the heartbeats how a version calls the positive decision', async () => {
    const status = { modelName: 'trains-glm', modelVersion: 'imported', modelPositive: '1' } as ScorerStatus;
    const heartbeat = { ...emptyStatus, ...status };
    await driver.pipe(statusTopic('trains'), [{ key: 'scorer', value: heartbeat, timestamp: Date.UTC(2026, 0, 1) }]);
    await judge([{ ...by(0.9), modelVersion: 'imported', decision: '1' }, true], [{ ...by(0.4, '1') }, true]);
    const found = await reports();
    expect(found.get('trains-glm/imported/all')).toMatchObject({ precision: 1, recall: 1 });
    expect(found.get('trains-glm/1/all')).toMatchObject({ precision: null, recall: 0 });
  });

  it('takes a vote in the words of the champion that it stands beside, and in its own where that has none', async () => {
    const champion = { ...emptyStatus, modelName: 'trains-glm', modelVersion: 'imported', modelPositive: '1' };
    const challenger = { ...emptyStatus, modelName: 'trains-nn', modelVersion: '1', modelPositive: 'delayed' };
    await driver.pipe(
      statusTopic('trains'),
      [champion, challenger].map((value) => ({ key: 'scorer', value: value as ScorerStatus, timestamp: 0 })),
    );
    const imported = { ...by(0.9, '1'), modelVersion: 'imported' };
    const votes = (decision: string): Said => ({ ...by(0.9, decision), modelName: 'trains-nn' });
    await driver.pipe(predictions, [
      predicted('a', imported, votes('1')),
      predicted('b', imported, votes('delayed')),
      predicted('c', imported, votes('0')),
      // The first model has not said what it calls late: that is as the demo has it, and "1" is not.
      predicted('d', by(0.9), votes('1')),
    ]);
    await driver.pipe(
      outcomes,
      ['a', 'b', 'c', 'd'].map((id) => happened(id, true)),
    );
    const found = await reports();
    expect(found.get('trains-nn/1/all')).toMatchObject({ labelled: 4, precision: 1, recall: 0.5 });
    expect(found.get('trains-glm/imported/all')).toMatchObject({ labelled: 3, recall: 1 });
  });

  it('agrees with the exact AUC: of the last 2,000 exactly, of all to a thousandth', async () => {
    const random = seeded(7);
    const judged = Array.from({ length: 5_000 }, () => {
      const score = random() ** 2;
      return [by(score), random() < score] as const;
    });
    await judge(...judged);
    const found = await reports();
    const auc = (some: typeof judged): number =>
      exactAuc(
        some.map(([{ score }]) => score),
        some.map(([, late]) => late),
      ) ?? Number.NaN;
    expect(found.get('trains-glm/1/rolling')).toMatchObject({ labelled: 2_000, auc: auc(judged.slice(-2_000)) });
    expect(found.get('trains-glm/1/all')).toMatchObject({ labelled: 5_000 });
    expect(found.get('trains-glm/1/all')?.auc).toBeCloseTo(auc(judged), 3);
  });

  it('keeps what it knows of a version in some hundreds of small values, however many labels come', async () => {
    const random = seeded(8);
    const some = () => Array.from({ length: 4_000 }, () => [by(random()), random() < 0.3] as const);
    await judge(...some());
    const before = driver.keyValueStore('quality').approximateNumEntries();
    await judge(...some());
    const after = driver.keyValueStore('quality').approximateNumEntries();
    expect(before).toBeLessThan(1_000);
    expect(after - before).toBeLessThan(100);
  });

  it('forgets of many versions the one of which no label came for longest, and its reports', async () => {
    for (let version = 1; version <= 33; version += 1) {
      const id = String(version);
      await driver.pipe(predictions, [predicted(id, { ...by(0.9), modelVersion: id })]);
      await driver.pipe(outcomes, [happened(id, true, { timestamp: NOON + version })]);
      if (version < 33) await reports();
    }
    const found = await reports();
    expect(found.get('trains-glm/1/all')).toBeNull();
    expect(found.get('trains-glm/1/rolling')).toBeNull();
    expect(found.get('trains-glm/33/all')).toMatchObject({ labelled: 1 });
    const keys = [...driver.keyValueStore<string, unknown>('quality').all()].map(([key]) => key);
    expect(keys.filter((key) => key.endsWith('"trains-glm","1"]'))).toEqual([]);
  });
});

const emptyStatus = {
  instance: 'scorer',
  state: 'RUNNING',
  heartbeatAt: 0,
  recordsPerSecond: 0,
  scoredTotal: 0,
  partitions: 2,
  modelSha256: '',
  guarantee: 'exactly_once',
  topology: '',
  modelSince: null,
  modelPublishedAt: null,
  modelThreshold: null,
  swapsTotal: 0,
  refusalsTotal: 0,
  refusal: null,
  challenger: null,
  unknownCategories: {},
};

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
