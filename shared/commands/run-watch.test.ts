import { beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveView, listen, type PredictionFields } from '#shared/dashboard';
import type { ConsumedRecord, RecordHeaders } from '#shared/kafka';
import { createMetrics } from '#shared/metrics';
import { type ScorerStatus, statusTopic } from '#shared/monitoring';
import { type AvroSchema, defineTopic, offlineSchemas, type Schemas, type Topic } from '#shared/schema';
import type { DemoDefinition } from './demo-definition.js';
import { RunWatch } from './run-watch.js';

interface Input {
  readonly id: string;
  readonly cancelled: boolean;
}

interface Outcome {
  readonly id: string;
  readonly late: boolean;
}

const record = (name: string, fields: Readonly<Record<string, unknown>>): AvroSchema => ({
  type: 'record',
  name,
  fields: Object.entries(fields).map(([field, type]) => ({
    name: field,
    type,
    ...(Array.isArray(type) && { default: null }),
  })),
});
const topic = <V>(name: string, schema: AvroSchema): Topic<V> => defineTopic<V>({ name, partitions: 1, schema });

const predictionFields = {
  id: 'string',
  eventTime: 'long',
  score: 'double',
  decision: ['null', 'string'],
  modelName: 'string',
  modelVersion: 'string',
  scoredAt: 'long',
};
const topics = {
  input: topic<Input>('demo.inputs', record('Input', { id: 'string', cancelled: 'boolean' })),
  predictions: topic<PredictionFields>('demo.predictions', record('Prediction', predictionFields)),
  outcomes: topic<Outcome>('demo.outcomes', record('Outcome', { id: 'string', late: 'boolean' })),
};
const LETTERS = 'demo.dead-letters';

const dashboard: DemoDefinition<Input, PredictionFields, Outcome>['dashboard'] = {
  title: 'Demo',
  subtitle: 'A demo.',
  eventTimeZone: 'UTC',
  positive: 'late',
  negative: 'on time',
  columns: [],
  outcome: { id: ({ id }) => id, positive: ({ late }) => late, text: ({ late }) => String(late) },
};

const definition: DemoDefinition<Input, PredictionFields, Outcome> = {
  module: import.meta.url,
  name: 'demo',
  topics,
  scoredUnit: {
    name: 'thing',
    unitIds: (inputs) => inputs.map(({ id }) => id),
    expectedIds: (inputs) => inputs.filter(({ cancelled }) => !cancelled).map(({ id }) => id),
  },
  dashboard,
  modelFolder: new URL('file:///nowhere'),
  buildTopology: () => undefined,
  produce: () => [],
  eventTimeSpeed: 1,
  paceInWords: 'as it comes',
};

const IN_2013 = Date.UTC(2013, 9, 1);

const prediction = (id: string): PredictionFields => ({
  id,
  eventTime: IN_2013,
  score: 0.5,
  decision: null,
  modelName: 'model',
  modelVersion: '1',
  scoredAt: IN_2013,
});

const status: ScorerStatus = {
  instance: 'scorer-1',
  state: 'RUNNING',
  heartbeatAt: 0,
  recordsPerSecond: 0,
  scoredTotal: 0,
  partitions: 1,
  modelName: 'model',
  modelVersion: '1',
  modelSha256: '',
  guarantee: 'exactly_once',
  topology: '',
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
};

let schemas: Schemas;
let view: LiveView<PredictionFields, Outcome>;
let news: string[];
let warnings: string[];
let watch: RunWatch<Input, PredictionFields, Outcome>;
let ends: Map<string, number>;

beforeEach(() => {
  schemas = offlineSchemas();
  view = new LiveView(dashboard);
  warnings = [];
  ends = new Map();
  const demo = { schemas, topicName: ({ name }: { readonly name: string }) => `ns.${name}` };
  news = [];
  const onNews = (sentence: string) => news.push(sentence);
  watch = new RunWatch(definition, demo, {
    wholeRun: true,
    view,
    onWarning: (sentence) => warnings.push(sentence),
    onNews,
  });
});

interface Sent {
  readonly value: Buffer | null;
  readonly timestamp?: number;
  readonly headers?: RecordHeaders;
}

/** Puts records on a topic and lets the watch read them. */
async function lay(name: string, ...sent: readonly Sent[]): Promise<void> {
  const from = ends.get(name) ?? 0;
  const records = sent.map(
    ({ value, timestamp = IN_2013, headers = {} }, i): ConsumedRecord => ({
      topic: `ns.${name}`,
      partition: 0,
      offset: from + i,
      timestamp,
      key: null,
      value,
      headers,
    }),
  );
  ends.set(name, from + sent.length);
  await watch.handlers.get(`ns.${name}`)?.({
    topic: `ns.${name}`,
    partition: 0,
    records,
    nextOffset: from + sent.length,
  });
}

const letterHeaders = (offset: number | string, from = 'ns.demo.inputs'): RecordHeaders => ({
  '__streams.errors.topic': from,
  '__streams.errors.partition': '0',
  '__streams.errors.offset': String(offset),
});

describe('inputs and their dead letters', () => {
  it('are counted by coordinates, whatever ids the values have', async () => {
    const write = await schemas.register(topics.input, 'ns.demo.inputs');
    const [a, b] = ['a', 'b'].map((id) => write({ id, cancelled: false }));
    const inputs = [a, a, b, b].map((value) => ({ value: value ?? null }));
    await lay('demo.inputs', ...inputs);
    const writePrediction = await schemas.register(topics.predictions, 'ns.demo.predictions');
    await lay('demo.predictions', { value: writePrediction(prediction('a')) });
    await lay(
      LETTERS,
      ...[1, 2, 3].map((offset) => ({ value: inputs[offset]?.value ?? null, headers: letterHeaders(offset) })),
    );
    expect(watch.audit.counts()).toMatchObject({ produced: 4, scored: 1, deadLettered: 3, lost: 0 });
    expect(warnings).toEqual([]);
  });

  it('count a foreign record that the rule leaves out as filtered', async () => {
    const foreign = topic<{ cancelled: boolean }>('foreign', record('Foreign', { cancelled: 'boolean' }));
    const write = await schemas.register(foreign, 'foreign');
    await lay('demo.inputs', { value: write({ cancelled: true }) });
    expect(watch.audit.counts()).toMatchObject({ produced: 1, filtered: 1, lost: 0 });
    // By being read, as nothing comes out of it: the run's rate goes by that.
    expect(watch.lastSettledAt).toEqual(expect.any(Number));
  });

  it('pass over letters about another topic or about no place, and say so once', async () => {
    await lay('demo.inputs', { value: null });
    await lay(
      LETTERS,
      { value: null, headers: letterHeaders(0, 'ns.other.inputs') },
      { value: null, headers: letterHeaders('first') },
    );
    expect(watch.audit.counts()).toMatchObject({ produced: 1, deadLettered: 0, lost: 1 });
    expect(watch.lastSettledAt).toBeUndefined();
    expect(warnings).toEqual([
      expect.stringContaining('offset 0 of ns.other.inputs; the inputs of this demo are on ns.demo.inputs'),
    ]);
    await lay(LETTERS, { value: null, headers: letterHeaders(0) });
    expect(watch.audit.counts()).toMatchObject({ produced: 1, deadLettered: 1, lost: 0 });
  });

  it('show letters about what is read beside the units, and count no unit for them', async () => {
    await lay('demo.inputs', { value: null });
    await lay(LETTERS, { value: null, headers: letterHeaders(0, 'ns.demo.outcomes') });
    expect(watch.audit.counts()).toMatchObject({ produced: 1, deadLettered: 0, lost: 1 });
    expect(view.snapshot().deadLetters).toEqual([expect.objectContaining({ at: 'ns.demo.outcomes-0@0' })]);
    expect(warnings).toEqual([]);
  });

  it('move the clock of the page by records that decode alone, and all are counted', async () => {
    const write = await schemas.register(topics.input, 'ns.demo.inputs');
    const today = Date.UTC(2026, 0, 1);
    await lay('demo.inputs', { value: Buffer.from('from kcat'), timestamp: today });
    expect(view.snapshot().event.time).toBeNull();
    await lay(
      'demo.inputs',
      { value: write({ id: 'a', cancelled: false }) },
      { value: Buffer.from('from kcat'), timestamp: today },
    );
    expect(view.snapshot()).toMatchObject({ event: { time: IN_2013 }, totals: { input: 3 } });
  });
});

describe('what somebody else wrote', () => {
  it.each(['demo.predictions', 'demo.outcomes', 'demo.status'])(
    'in valid Avro on %s is passed over and said once',
    async (name) => {
      const write = await schemas.register(
        topic<{ hello: string }>('foreign', record('Foreign', { hello: 'string' })),
        'f',
      );
      await lay(name, { value: write({ hello: 'world' }) }, { value: write({ hello: 'again' }) });
      expect(warnings).toEqual([
        expect.stringContaining(`A record of ns.${name} (partition 0, offset 0) is passed over`),
      ]);
      expect(watch.scorers.size).toBe(0);
      expect(view.snapshot().totals).toMatchObject({ scored: 0, outcomes: 0 });
    },
  );

  it("does not keep the topic's own records from being read", async () => {
    const foreign = await schemas.register(
      topic<{ id: string }>('foreign', record('Foreign', { id: 'string' })),
      'foreign',
    );
    const write = await schemas.register(statusTopic('demo'), 'ns.demo.status');
    await lay('demo.status', { value: foreign({ id: 'x' }) }, { value: write(status) });
    expect([...watch.scorers.keys()]).toEqual(['scorer-1']);
    expect(watch.scorers.get('scorer-1')?.status).toEqual(status);
  });
});

describe('predictions of another version', () => {
  it.each([
    ['older, without a decision that may be absent', { decision: undefined }],
    ['newer, with a field more', { note: 'string' }],
  ])('are read: %s', async (_, change) => {
    // As the topic's schema would be after the change: decision has a default, as nullable fields have.
    const fields = Object.fromEntries(Object.entries({ ...predictionFields, ...change }).filter(([, type]) => type));
    const version = topic<PredictionFields & { note: string }>('v', record('Prediction', fields));
    const write = await schemas.register(version, 'ns.demo.predictions');
    await lay('demo.predictions', { value: write({ ...prediction('a'), note: 'new' }) });
    expect(warnings).toEqual([]);
    expect(view.snapshot().latest).toMatchObject([{ score: 0.5, decision: null }]);
  });
});

describe('outcomes', () => {
  it('count for the quality that is reported where the demo says so', async () => {
    const outcome = { ...dashboard.outcome, counts: ({ id }: Outcome) => id !== 'c' };
    const demo = { schemas, topicName: ({ name }: { readonly name: string }) => `ns.${name}` };
    const quiet = { onWarning: () => undefined, onNews: () => undefined };
    watch = new RunWatch({ ...definition, dashboard: { ...dashboard, outcome } }, demo, { wholeRun: true, ...quiet });
    const writePrediction = await schemas.register(topics.predictions, 'ns.demo.predictions');
    const writeOutcome = await schemas.register(topics.outcomes, 'ns.demo.outcomes');
    for (const id of ['a', 'b', 'c']) {
      await lay('demo.predictions', { value: writePrediction(prediction(id)) });
      await lay('demo.outcomes', { value: writeOutcome({ id, late: id === 'a' }) });
    }
    expect(watch.quality.quality()?.n).toBe(2);
  });
});

describe('what is counted of predictions', () => {
  it('is what each version decided, and how its scores are distributed', async () => {
    const metrics = createMetrics('demo');
    const demo = { schemas, topicName: ({ name }: { readonly name: string }) => `ns.${name}` };
    watch = new RunWatch(definition, demo, {
      wholeRun: false,
      run: 'this',
      metrics,
      onWarning: () => undefined,
      onNews: () => undefined,
    });
    const write = await schemas.register(topics.predictions, 'ns.demo.predictions');
    const decided = (decision: string | null, score: number, modelVersion = '1') => ({
      value: write({ ...prediction('a'), decision, score, modelVersion }),
    });
    const ofAnother = { headers: { run: 'of before' } };
    await lay('demo.predictions', decided('late', 0.7), decided('late', 0.05), decided(null, 12));
    await lay('demo.predictions', { ...decided('on time', 0.1, '2'), ...ofAnother });
    const text = await metrics.text();
    expect(text).toContain('kafka_ml_predictions_total{demo="demo",decision="late",version="1"} 2\n');
    expect(text).toContain('kafka_ml_predictions_total{demo="demo",decision="none",version="1"} 1\n');
    expect(text).toContain('kafka_ml_predictions_total{demo="demo",decision="on time",version="2"} 1\n');
    expect(text).toContain('kafka_ml_prediction_score_bucket{le="0.05",demo="demo",version="1"} 1\n');
    expect(text).toContain('kafka_ml_prediction_score_bucket{le="10",demo="demo",version="1"} 2\n');
    expect(text).toContain('kafka_ml_prediction_score_count{demo="demo",version="1"} 3\n');
  });
});

describe('what is counted of models', () => {
  it('is what became of them since the page is there, not all that a scorer has lived through', async () => {
    const metrics = createMetrics('demo');
    const demo = { schemas, topicName: ({ name }: { readonly name: string }) => `ns.${name}` };
    const quiet = { onWarning: () => undefined, onNews: () => undefined };
    const since = Date.now();
    watch = new RunWatch(definition, demo, { wholeRun: false, metrics, ...quiet });
    const write = await schemas.register(statusTopic('demo'), 'ns.demo.status');
    const beats = (...changes: readonly Partial<ScorerStatus>[]) =>
      lay('demo.status', ...changes.map((change) => ({ value: write({ ...status, ...change }) })));
    const counted = async (): Promise<string[]> =>
      (await metrics.text()).match(/(?<=kafka_ml_model_(swaps|refusals)_total\{.*\} )[1-9]\d*$/gm) ?? [];
    const refusedAt = (at: number): ScorerStatus['refusal'] => ({
      role: 'champion',
      modelName: 'model',
      modelVersion: '2',
      publishedAt: at,
      code: 'model-invalid',
      message: 'It is none.',
      refusedAt: at,
    });

    const before = since - 60_000;
    const old = { swapsTotal: 7, modelSince: before, refusalsTotal: 5, refusal: refusedAt(before) };
    await beats(old, old);
    expect(await counted()).toEqual([]);
    await beats({ ...old, swapsTotal: 9, refusalsTotal: 8, refusal: refusedAt(since) });
    expect(await counted()).toEqual(['2', '3']);

    const after = since + 60_000;
    const late = { swapsTotal: 4, modelSince: after, refusalsTotal: 4, refusal: refusedAt(after) };
    await beats({ ...late, instance: 'scorer-2' });
    expect(await counted()).toEqual(['3', '4']);
  });
});

describe('scorers', () => {
  const MINUTE_MS = 60_000;
  let now: number;
  let write: (status: ScorerStatus) => Buffer;
  const beat = (instance: string, state = 'RUNNING') =>
    lay('demo.status', { value: write({ ...status, instance, state }) });
  const known = () => [...watch.scorers.keys()];

  beforeEach(async () => {
    now = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    write = await schemas.register(statusTopic('demo'), 'ns.demo.status');
    return () => vi.restoreAllMocks();
  });

  it('that fall silent are known as such for a quarter of an hour, so that an alert can tell of them', async () => {
    await beat('silent');
    now += 10 * MINUTE_MS;
    await beat('goes on');
    expect([known(), watch.heardScorers.map(({ instance }) => instance)]).toEqual([['silent', 'goes on'], ['goes on']]);
    now += 6 * MINUTE_MS;
    await beat('goes on');
    expect(known()).toEqual(['goes on']);
  });

  it('that have said that they end are forgotten when they are gone', async () => {
    await beat('leaves');
    await beat('goes on');
    await beat('leaves', 'NOT_RUNNING');
    expect(known()).toEqual(['goes on', 'leaves']);
    now += 6_000;
    await beat('goes on');
    expect(known()).toEqual(['goes on']);
  });

  it('are known as long as no other one is heard of: that nobody scores is to be seen', async () => {
    await beat('one');
    await beat('another', 'NOT_RUNNING');
    now += 60 * MINUTE_MS;
    watch.forgetScorers();
    expect([known(), watch.heardScorers]).toEqual([['another'], []]);
  });

  it('are at most 64, those that were heard of last', async () => {
    for (let index = 0; index < 100; index++) await beat(`scorer-${index}`);
    expect([known().length, known()[0]]).toEqual([64, 'scorer-36']);
  });
});

describe('topics that the board listens to', () => {
  interface Alert {
    readonly text: string;
  }
  const alerts = topic<Alert>('demo.alerts', record('Alert', { text: 'string' }));
  let heard: unknown[];

  beforeEach(() => {
    heard = [];
    const take = (value: unknown, eventTime: number) => heard.push([value, eventTime]);
    const board = {
      page: new URL('file:///nowhere'),
      create: () => ({ listens: [listen(alerts, take), listen(topics.input, take)], snapshot: () => heard.length }),
    };
    view = new LiveView({ ...dashboard, board });
    const demo = { schemas, topicName: ({ name }: { readonly name: string }) => `ns.${name}` };
    const onWarning = (sentence: string) => warnings.push(sentence);
    watch = new RunWatch(definition, demo, { wholeRun: true, view, onWarning, onNews: () => undefined });
  });

  it('are read for it, with the time of each record', async () => {
    const write = await schemas.register(alerts, 'ns.demo.alerts');
    await lay('demo.alerts', { value: write({ text: 'a storm' }) });
    expect(heard).toEqual([[{ text: 'a storm' }, IN_2013]]);
    expect(view.snapshot()).toMatchObject({ board: 1, event: { time: IN_2013 } });
  });

  it('are counted as ever where they are the inputs, and a bad record there is a dead letter and no warning', async () => {
    const write = await schemas.register(topics.input, 'ns.demo.inputs');
    await lay('demo.inputs', { value: write({ id: 'a', cancelled: false }) }, { value: Buffer.from('from kcat') });
    expect(heard).toEqual([[{ id: 'a', cancelled: false }, IN_2013]]);
    expect(watch.audit.counts()).toMatchObject({ produced: 2 });
    expect(warnings).toEqual([]);
  });
});
