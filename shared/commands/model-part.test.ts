import { describe, expect, it } from 'vitest';
import type { DriftReport, QualityReport, ScorerStatus } from '#shared/monitoring';
import { type ActiveModel, type ModelCard, parseModelCard, type Role } from '#shared/scoring';
import { type KnownOfModels, modelState } from './model-part.js';
import type { Reported } from './report-watch.js';
import { status } from './test-watch.js';

const now = Date.UTC(2026, 0, 1);
const hash = (version: string): string => version.repeat(64).slice(0, 64);

/** A card that promises an AUC, and says how two of its inputs were distributed. */
function card(version: string, auc: number): ModelCard {
  return parseModelCard(
    JSON.stringify({
      name: 'model',
      version,
      task: 'binary',
      description: 'Will a train be late?',
      sha256: hash(version),
      inputs: ['distance', 'weekday', 'weather', 'speed'].map((name) => ({ name, type: 'number' })),
      output: { tensor: 'p' },
      madeBy: { tool: 'R 4.2', algorithm: 'glm' },
      quality: { auc, n: 1_000, split: 'by time' },
      profile: {
        distance: { edges: [10], shares: [0.5, 0.5] },
        weekday: { edges: [1, 2], shares: [0.3, 0.3, 0.4] },
      },
    }),
    'model.json',
  );
}

function active(role: Role, version: string, more: Partial<ActiveModel> & { previous?: readonly string[] } = {}) {
  const { previous = [], refusal } = more;
  const reference = (of: string) => ({ name: 'model', version: of, sha256: hash(of) });
  const pointer = { ...reference(version), publishedAt: now - 60_000, previous: previous.map(reference) };
  return { demo: 'demo', role, pointer, refusal };
}

const scorer = (version: string, more: Partial<ScorerStatus> = {}): ScorerStatus => ({
  ...status,
  modelName: 'model',
  modelVersion: version,
  modelSha256: hash(version),
  ...more,
});

const reported = (more: Partial<Reported> = {}): Reported => ({
  monitor: {
    state: 'at work',
    heardAt: now,
    reportedAt: { delivery: now, quality: now, drift: now },
    passedOver: 0,
  },
  deliveries: [],
  qualities: [],
  drifts: [],
  seasonal: new Set(['weather']),
  swings: { weekday: 4 },
  ...more,
});

const comparison = {
  modelName: 'model',
  modelVersion: '3',
  compared: 100,
  disagreed: 10,
  meanDifference: 0.25,
  failed: 1,
  skipped: 0,
};

/** The state of the view, where the demo's own version 1 serves and nothing is published, unless said otherwise. */
function state({
  models = [],
  ...more
}: Partial<Omit<KnownOfModels, 'published'>> & { readonly models?: readonly ActiveModel[] } = {}) {
  return modelState({
    published: {
      active: (role) => models.find((each) => each.role === role),
      card: ({ version }) => card(version, 0.8),
      trouble: undefined,
    },
    own: { champion: card('1', 0.75) },
    scorers: [scorer('1')],
    isHeard: true,
    measured: { window: 2_000, figures: [] },
    reported: reported(),
    scoring: true,
    now,
    ...more,
  });
}

describe('the versions of the model', () => {
  it('are the own one of the demo where nothing is published, with what its card says', () => {
    expect(state({ own: { champion: card('1', 0.75) } }).versions).toEqual([
      {
        name: 'model',
        version: '1',
        sha256: hash('1'),
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
          description: 'Will a train be late?',
          tool: 'R 4.2',
          algorithm: 'glm',
          promisedAuc: 0.8,
          badBelow: expect.closeTo(0.7),
          promisedOn: 'by time',
          promisedRows: 1_000,
        },
        measured: null,
        reported: null,
        comparison: null,
      },
    ]);
  });

  it('are of scorers that are silent where none is heard of', () => {
    expect(state({ isHeard: false }).versions).toMatchObject([{ serves: 1, scorers: 1, heard: false }]);
  });

  it('say who is champion and who challenges, in how many scorers, and where a rollback goes', () => {
    const challenger = { ...comparison, modelVersion: '3' };
    const { versions } = state({
      models: [active('champion', '2', { previous: ['4'] }), active('challenger', '3')],
      scorers: [scorer('2', { challenger }), scorer('2', { challenger }), scorer('1')],
    });
    expect(
      versions.map(({ version, roles, serves, challenges, next }) => [version, roles, serves, challenges, next]),
    ).toEqual([
      ['2', ['champion'], 2, 0, []],
      ['3', ['challenger'], 0, 2, []],
      ['1', [], 1, 0, []],
      ['4', [], 0, 0, ['champion']],
    ]);
    expect(versions[0]?.publishedAt).toBe(now - 60_000);
    expect(versions[1]?.comparison).toEqual({
      compared: 200,
      disagreed: 20,
      meanDifference: 0.25,
      failed: 2,
      skipped: 0,
    });
  });

  it('say that a rollback goes to the own one of the demo where nothing was before', () => {
    const { versions } = state({ models: [active('champion', '2')], scorers: [scorer('2')] });
    expect(versions.map(({ version, next, own }) => [version, next, own])).toEqual([
      ['2', [], false],
      ['1', ['champion'], true],
    ]);
  });

  it('say what was refused, by whom and why, beside what goes on serving', () => {
    const refusal = {
      name: 'model',
      version: '2',
      sha256: hash('2'),
      publishedAt: now - 60_000,
      refusedAt: now,
      instance: 'scorer-1',
      code: 'model-golden-mismatch',
      message: 'Its golden rows come out otherwise.',
    };
    const { versions } = state({ models: [active('champion', '2', { refusal })] });
    expect(versions.map(({ version, serves }) => [version, serves])).toEqual([
      ['2', 0],
      ['1', 1],
    ]);
    expect(versions[0]?.refusal).toEqual({
      role: 'champion',
      at: now,
      by: 'scorer-1',
      message: 'Its golden rows come out otherwise.',
    });
  });

  it('have beside the promise what outcomes of late say, and what the monitor reports', () => {
    const figures = [
      {
        name: 'model',
        version: '1',
        auc: 0.7,
        n: 500,
        missing: null,
        worseThanCoin: false,
        eventTimes: [1],
        values: [0.7],
      },
    ];
    const report: QualityReport = {
      modelName: 'model',
      modelVersion: '1',
      window: 'rolling',
      eventTime: now,
      labelled: 2_000,
      positives: 400,
      auc: 0.74,
      precision: 0.5,
      recall: 0.25,
      calibrationError: 0.02,
      brier: 0.1,
    };
    const [version] = state({
      measured: { window: 2_000, figures },
      reported: reported({ qualities: [{ ...report, window: 'all', auc: 0.1 }, report] }),
    }).versions;
    expect(version?.measured).toEqual({
      auc: 0.7,
      n: 500,
      missing: null,
      worseThanCoin: false,
      eventTimes: [1],
      values: [0.7],
    });
    expect(version?.reported).toEqual({
      labelled: 2_000,
      auc: 0.74,
      precision: 0.5,
      recall: 0.25,
      calibrationError: 0.02,
    });
  });
});

describe('the order of the versions', () => {
  it('stays as it is, whichever of them had the last outcome and whichever scorer was heard last', () => {
    const figures = ['9', '10', '2'].map((version) => ({
      name: 'model',
      version,
      auc: 0.7,
      n: 500,
      missing: null,
      worseThanCoin: false,
      eventTimes: [1],
      values: [0.7],
    }));
    const scorers = [scorer('11'), scorer('12', { instance: 'other' })];
    const named = (measured: typeof figures, heard: typeof scorers): string[] =>
      state({ measured: { window: 2_000, figures: measured }, scorers: heard }).versions.map(({ version }) => version);
    expect(named(figures, scorers)).toEqual(['1', '12', '11', '10', '9', '2']);
    expect(named(figures.toReversed(), scorers.toReversed())).toEqual(['1', '12', '11', '10', '9', '2']);
  });
});

describe('the drift of the inputs', () => {
  const input = (index: number, counts: readonly number[]) => ({ index, expected: [0.5, 0.5, 0, 0], counts });
  const report: DriftReport = {
    modelName: 'model',
    modelVersion: '1',
    countedAt: now,
    rows: 6_000,
    inputs: { distance: 0.05, weekday: 0.02, weather: 3, speed: 0.15 },
    recent: {
      rows: 1_000,
      inputs: {
        distance: input(2.5, [1_000, 0, 0, 0]),
        weekday: input(5, [300, 300, 400, 0, 0]),
        weather: input(4, []),
        speed: input(0.2, []),
      },
    },
  };
  const drift = (more: Partial<DriftReport> = {}) =>
    state({ reported: reported({ drifts: [{ ...report, ...more }] }) }).drift;
  const states = (more: Partial<DriftReport> = {}) => drift(more)?.inputs.map((each) => [each.name, each.state]);

  it('is news where the newest rows are far from training, before the window says so', () => {
    expect(states()).toEqual([
      ['distance', 'drifting'],
      ['weekday', 'as trained'],
      ['speed', 'moved'],
      ['weather', 'moved'],
    ]);
  });

  it('is another population where the window says so, and never where the demo says that it moves with the season', () => {
    expect(states({ inputs: { distance: 0.26, weather: 3 } })?.slice(0, 1)).toEqual([['distance', 'drifted']]);
    expect(drift()?.inputs.find(({ name }) => name === 'weather')).toMatchObject({ seasonal: true, recentLimit: null });
  });

  it('is over where the newest rows are as in training again, though the window still has the others', () => {
    const recent = { rows: 1_000, inputs: { distance: input(0.02, [500, 500, 0, 0]) } };
    expect(states({ inputs: { distance: 3 }, recent })).toEqual([['distance', 'over']]);
    expect(states({ inputs: { distance: 3 }, recent: { ...recent, inputs: {} } })).toEqual([['distance', 'drifted']]);
  });

  it('is none where the newest rows are as far from training as the demo says they may be', () => {
    expect(drift()?.inputs.find(({ name }) => name === 'weekday')).toMatchObject({ recent: 5, recentLimit: 6 });
  });

  it('tells of the newest rows alone before there are enough for the window', () => {
    expect(states({ rows: 1_000, inputs: {} })?.slice(0, 2)).toEqual([
      ['distance', 'drifting'],
      ['weekday', 'unknown'],
    ]);
  });

  it('gives bins their names by the card, and shares to training and now', () => {
    const found = drift()?.inputs;
    expect(found?.[0]?.bins).toEqual({
      labels: ['below 10', '10 and more', 'other', 'missing'],
      trained: [0.5, 0.5, 0, 0],
      now: [1, 0, 0, 0],
    });
    expect(found?.find(({ name }) => name === 'speed')?.bins).toBeNull();
  });

  it('is of the version that serves, and not of another', () => {
    expect(drift({ modelVersion: '2' })).toBeNull();
  });
});

describe('the monitor', () => {
  const sentence = (of: Reported | undefined, scoring = true) => state({ reported: of, scoring }).monitor;
  const heard = (more: Partial<Reported['monitor']>): Reported =>
    reported({ monitor: { ...reported().monitor, ...more } });

  it('is said to be switched off, awaited, missing, silent or behind', () => {
    expect(sentence(undefined).sentence).toContain('switched off (--monitoring off)');
    expect(sentence(heard({ state: 'awaited' })).state).toBe('awaited');
    expect(sentence(heard({ state: 'missing' })).sentence).toContain('--only monitor');
    expect(sentence(heard({ state: 'silent', heardAt: now - 20_000 })).sentence).toContain('silent for 20 s');
    const old = { delivery: now - 40_000, quality: null, drift: now - 50_000 };
    expect(sentence(heard({ reportedAt: old }))).toEqual({
      state: 'behind',
      sentence: 'The monitor is behind: it has reported nothing for 40 s, as it yields to all others.',
    });
  });

  it('is not behind where nothing is scored: there is nothing to report', () => {
    const old = { delivery: now - 40_000, quality: null, drift: null };
    expect(sentence(heard({ reportedAt: old }), false).state).toBe('at work');
    expect(sentence(reported()).state).toBe('at work');
  });
});

describe('delivery', () => {
  it('is that of all partitions of a topic together', () => {
    const report = {
      eventTime: 0,
      since: null,
      expected: 10,
      consumed: 9,
      missing: 1,
      duplicate: 0,
      late: 0,
      altered: 0,
    };
    const deliveries = [
      { ...report, topic: 'demo.inputs', partition: 0 },
      { ...report, topic: 'demo.inputs', partition: 1, missing: 0, consumed: 10 },
    ];
    expect(state({ reported: reported({ deliveries }) }).delivery).toEqual([
      { topic: 'demo.inputs', expected: 20, consumed: 19, missing: 1, duplicate: 0, altered: 0, late: 0 },
    ]);
  });
});
