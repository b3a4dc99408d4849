import { beforeEach, describe, expect, it } from 'vitest';
import { LiveView, listen, type PredictionFields } from '#shared/dashboard';
import type { RecordHeaders } from '#shared/kafka';
import { createMetrics } from '#shared/metrics';
import { statusTopic } from '#shared/monitoring';
import {
  dashboard,
  definition,
  IN_2013,
  type Outcome,
  prediction,
  predictionFields,
  record,
  status,
  TestWatch,
  topic,
  topics,
} from './test-watch.js';

const LETTERS = 'demo.dead-letters';

let view: LiveView<PredictionFields, Outcome>;
let demo: TestWatch;

beforeEach(() => {
  view = new LiveView(dashboard);
  demo = new TestWatch({ wholeRun: true, view });
});

const letterHeaders = (offset: number | string, from = 'ns.demo.inputs'): RecordHeaders => ({
  '__streams.errors.topic': from,
  '__streams.errors.partition': '0',
  '__streams.errors.offset': String(offset),
});

describe('inputs and their dead letters', () => {
  it('are counted by coordinates, whatever ids the values have', async () => {
    const write = await demo.writer(topics.input);
    const [a, b] = ['a', 'b'].map((id) => write({ id, cancelled: false }));
    const inputs = [a, a, b, b].map((value) => ({ value: value ?? null }));
    await demo.lay('demo.inputs', ...inputs);
    const writePrediction = await demo.writer(topics.predictions);
    await demo.lay('demo.predictions', { value: writePrediction(prediction('a')) });
    await demo.lay(
      LETTERS,
      ...[1, 2, 3].map((offset) => ({ value: inputs[offset]?.value ?? null, headers: letterHeaders(offset) })),
    );
    expect(demo.watch.audit.counts()).toMatchObject({ produced: 4, scored: 1, deadLettered: 3, lost: 0 });
    expect(demo.warnings).toEqual([]);
  });

  it('count a foreign record that the rule leaves out as filtered', async () => {
    const foreign = topic<{ cancelled: boolean }>('foreign', record('Foreign', { cancelled: 'boolean' }));
    const write = await demo.schemas.register(foreign, 'foreign');
    await demo.lay('demo.inputs', { value: write({ cancelled: true }) });
    expect(demo.watch.audit.counts()).toMatchObject({ produced: 1, filtered: 1, lost: 0 });
    // By being read, as nothing comes out of it: the run's rate goes by that.
    expect(demo.watch.lastSettledAt).toEqual(expect.any(Number));
  });

  it('pass over letters about another topic or about no place, and say so once', async () => {
    await demo.lay('demo.inputs', { value: null });
    await demo.lay(
      LETTERS,
      { value: null, headers: letterHeaders(0, 'ns.other.inputs') },
      { value: null, headers: letterHeaders('first') },
    );
    expect(demo.watch.audit.counts()).toMatchObject({ produced: 1, deadLettered: 0, lost: 1 });
    expect(demo.watch.lastSettledAt).toBeUndefined();
    expect(demo.warnings).toEqual([
      expect.stringContaining('offset 0 of ns.other.inputs; the inputs of this demo are on ns.demo.inputs'),
    ]);
    await demo.lay(LETTERS, { value: null, headers: letterHeaders(0) });
    expect(demo.watch.audit.counts()).toMatchObject({ produced: 1, deadLettered: 1, lost: 0 });
  });

  it('show letters about what is read beside the units, and count no unit for them', async () => {
    await demo.lay('demo.inputs', { value: null });
    await demo.lay(LETTERS, { value: null, headers: letterHeaders(0, 'ns.demo.outcomes') });
    expect(demo.watch.audit.counts()).toMatchObject({ produced: 1, deadLettered: 0, lost: 1 });
    expect(view.snapshot().deadLetters).toEqual([expect.objectContaining({ at: 'ns.demo.outcomes-0@0' })]);
    expect(demo.warnings).toEqual([]);
  });

  it('move the clock of the page by records that decode alone, and all are counted', async () => {
    const write = await demo.writer(topics.input);
    const today = Date.UTC(2026, 0, 1);
    await demo.lay('demo.inputs', { value: Buffer.from('from kcat'), timestamp: today });
    expect(view.snapshot().event.time).toBeNull();
    await demo.lay(
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
      const write = await demo.schemas.register(
        topic<{ hello: string }>('foreign', record('Foreign', { hello: 'string' })),
        'f',
      );
      await demo.lay(name, { value: write({ hello: 'world' }) }, { value: write({ hello: 'again' }) });
      expect(demo.warnings).toEqual([
        expect.stringContaining(`A record of ns.${name} (partition 0, offset 0) is passed over`),
      ]);
      expect(demo.watch.scorers.size).toBe(0);
      expect(view.snapshot().totals).toMatchObject({ scored: 0, outcomes: 0 });
    },
  );

  it("does not keep the topic's own records from being read", async () => {
    const foreign = await demo.schemas.register(
      topic<{ id: string }>('foreign', record('Foreign', { id: 'string' })),
      'foreign',
    );
    const write = await demo.writer(statusTopic('demo'));
    await demo.lay('demo.status', { value: foreign({ id: 'x' }) }, { value: write(status) });
    expect([...demo.watch.scorers.keys()]).toEqual(['scorer-1']);
    expect(demo.watch.scorers.get('scorer-1')?.status).toEqual(status);
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
    const write = await demo.schemas.register(version, 'ns.demo.predictions');
    await demo.lay('demo.predictions', { value: write({ ...prediction('a'), note: 'new' }) });
    expect(demo.warnings).toEqual([]);
    expect(view.snapshot().latest).toMatchObject([{ score: 0.5, decision: null }]);
  });
});

describe('outcomes', () => {
  it('count for the quality that is reported where the demo says so', async () => {
    const outcome = { ...dashboard.outcome, counts: ({ id }: Outcome) => id !== 'c' };
    demo = new TestWatch({ wholeRun: true }, { ...definition, dashboard: { ...dashboard, outcome } });
    const writePrediction = await demo.writer(topics.predictions);
    const writeOutcome = await demo.writer(topics.outcomes);
    for (const id of ['a', 'b', 'c']) {
      await demo.lay('demo.predictions', { value: writePrediction(prediction(id)) });
      await demo.lay('demo.outcomes', { value: writeOutcome({ id, late: id === 'a' }) });
    }
    expect(demo.watch.quality.quality()?.n).toBe(2);
  });
});

describe('what is counted of predictions', () => {
  it('is what each version decided, and how its scores are distributed', async () => {
    const metrics = createMetrics('demo');
    demo = new TestWatch({ wholeRun: false, run: 'this', metrics });
    const write = await demo.writer(topics.predictions);
    const decided = (decision: string | null, score: number, modelVersion = '1') => ({
      value: write({ ...prediction('a'), decision, score, modelVersion }),
    });
    const ofAnother = { headers: { run: 'of before' } };
    await demo.lay('demo.predictions', decided('late', 0.7), decided('late', 0.05), decided(null, 12));
    await demo.lay('demo.predictions', { ...decided('on time', 0.1, '2'), ...ofAnother });
    const text = await metrics.text();
    expect(text).toContain('kafka_ml_predictions_total{demo="demo",decision="late",version="1"} 2\n');
    expect(text).toContain('kafka_ml_predictions_total{demo="demo",decision="none",version="1"} 1\n');
    expect(text).toContain('kafka_ml_predictions_total{demo="demo",decision="on time",version="2"} 1\n');
    expect(text).toContain('kafka_ml_prediction_score_bucket{le="0.05",demo="demo",version="1"} 1\n');
    expect(text).toContain('kafka_ml_prediction_score_bucket{le="10",demo="demo",version="1"} 2\n');
    expect(text).toContain('kafka_ml_prediction_score_count{demo="demo",version="1"} 3\n');
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
    demo = new TestWatch({ wholeRun: true, view });
  });

  it('are read for it, with the time of each record', async () => {
    const write = await demo.writer(alerts);
    await demo.lay('demo.alerts', { value: write({ text: 'a storm' }) });
    expect(heard).toEqual([[{ text: 'a storm' }, IN_2013]]);
    expect(view.snapshot()).toMatchObject({ board: 1, event: { time: IN_2013 } });
  });

  it('are counted as ever where they are the inputs, and a bad record there is a dead letter and no warning', async () => {
    const write = await demo.writer(topics.input);
    await demo.lay('demo.inputs', { value: write({ id: 'a', cancelled: false }) }, { value: Buffer.from('from kcat') });
    expect(heard).toEqual([[{ id: 'a', cancelled: false }, IN_2013]]);
    expect(demo.watch.audit.counts()).toMatchObject({ produced: 2 });
    expect(demo.warnings).toEqual([]);
  });
});
