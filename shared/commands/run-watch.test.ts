import { beforeEach, describe, expect, it } from 'vitest';
import { LiveView, listen, type PredictionFields } from '#shared/dashboard';
import type { ConsumedRecord, RecordHeaders } from '#shared/kafka';
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
