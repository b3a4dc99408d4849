import { describe, expect, it } from 'vitest';
import { LiveView } from '#shared/dashboard';
import { exactAuc } from '#shared/monitoring';
import {
  type SampleOutcome,
  type SamplePrediction,
  sampleBoard,
  sampleDefinition,
  samplePrediction,
  sampleScorer,
  sampleStart,
} from './sample-run.js';

/** A view on a clock that the test moves. */
function viewWithClock() {
  let now = 1_700_000_000_000;
  const view = new LiveView(sampleDefinition, { now: () => now });
  return {
    view,
    now: () => now,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('a view that has seen nothing', () => {
  it('says what is missing, and never 0 where nothing is known', () => {
    const { view } = viewWithClock();
    const snapshot = view.snapshot();
    expect(snapshot.rate).toMatchObject({ scored: null, input: null, peak: 0 });
    expect(snapshot.latency).toMatchObject({ p50: null, p99: null, missing: 'no prediction yet' });
    expect(snapshot.quality).toMatchObject({ auc: null, n: 0, missing: 'no outcomes yet' });
    expect(snapshot.event).toEqual({ time: null, speed: null });
    expect(snapshot.model).toBeNull();
    expect(snapshot.latest).toEqual([]);
  });

  it('stands still, so that nothing is sent', () => {
    const { view, pass } = viewWithClock();
    const before = JSON.stringify(view.snapshot());
    pass(60_000);
    expect(JSON.stringify(view.snapshot())).toBe(before);
  });
});

describe('rates', () => {
  it('are means over the whole seconds of the last 5, without the second under way', () => {
    const { view, pass } = viewWithClock();
    for (let second = 0; second < 10; second++) {
      for (let i = 0; i < 20; i++) view.prediction(samplePrediction(second * 20 + i));
      view.input(30, sampleStart);
      pass(1000);
    }
    for (let i = 0; i < 500; i++) view.prediction(samplePrediction(1000 + i));
    const { rate, totals, series } = view.snapshot();
    expect(rate).toMatchObject({ windowSeconds: 5, scored: 20, input: 30, peak: 500 });
    expect(totals).toMatchObject({ scored: 700, input: 300 });
    expect(series.scored).toHaveLength(300);
    expect(series.scored.slice(-11)).toEqual([null, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20]);
  });

  it('fall to 0 when nothing comes, and the series ends once its window is empty', () => {
    const { view, pass } = viewWithClock();
    view.prediction(samplePrediction(1));
    pass(6_000);
    expect(view.snapshot().rate.scored).toBe(0);
    pass(300_000);
    expect(view.snapshot().series).toEqual({ end: 0, length: 300, input: [], scored: [], p50: [], p99: [] });
  });
});

describe('latency', () => {
  it('has the percentiles of the last 60 s, right to 1 %', () => {
    const { view, pass } = viewWithClock();
    for (let i = 1; i <= 1000; i++) view.prediction(samplePrediction(i), i / 10);
    pass(1000);
    const { latency, series } = view.snapshot();
    expect(latency.missing).toBeNull();
    expect(Math.abs((latency.p50 ?? 0) - 50) / 50).toBeLessThan(0.011);
    expect(Math.abs((latency.p99 ?? 0) - 99) / 99).toBeLessThan(0.011);
    expect(series.p50.at(-1)).toBe(latency.p50);
    pass(60_000);
    expect(view.snapshot().latency).toMatchObject({ p50: null, missing: 'nothing scored in the last 60 s' });
    expect(view.snapshot().series.p50.at(-61)).toBe(latency.p50);
  });

  it('is absent with its reason in an unpaced run', () => {
    const { view, pass } = viewWithClock();
    view.prediction(samplePrediction(1));
    pass(1000);
    expect(view.snapshot().latency).toMatchObject({ p50: null, p99: null, missing: 'unpaced run' });
  });
});

describe('a row', () => {
  it('shows a dash for what cannot be formatted, and the other cells and rows as ever', () => {
    const departure = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', hour: '2-digit', minute: '2-digit' });
    const view = new LiveView<SamplePrediction, SampleOutcome>({
      ...sampleDefinition,
      columns: [...sampleDefinition.columns, { header: 'Time', cell: ({ scoredAt }) => departure.format(scoredAt) }],
      outcome: { ...sampleDefinition.outcome, text: ({ delayMinutes }) => delayMinutes.toFixed(delayMinutes) },
    });
    view.prediction(samplePrediction(1));
    view.prediction(samplePrediction(2, { scoredAt: 1e17, eventTime: -1e17 }));
    view.outcome({ id: '2', delayMinutes: 1_000 });
    expect(view.snapshot().latest).toMatchObject([
      { time: '–', cells: ['UA 2', '2', '–'], outcome: '–', right: true },
      { time: '1 Oct 06:01', cells: ['UA 1', '1', '10:00'], outcome: null },
    ]);
  });
});

describe('outcomes', () => {
  it('appear beside their prediction, with right or wrong', () => {
    const { view } = viewWithClock();
    view.prediction(samplePrediction(1, { score: 0.8 }));
    view.prediction(samplePrediction(2, { score: 0.9 }));
    view.prediction(samplePrediction(3, { score: 0.1 }));
    view.outcome({ id: '1', delayMinutes: 32 });
    view.outcome({ id: '2', delayMinutes: -4 });
    const { latest, settled } = view.snapshot();
    expect(latest.map((row) => [row.cells[1], row.outcome, row.right])).toEqual([
      ['3', null, null],
      ['2', '-4 min', false],
      ['1', '+32 min', true],
    ]);
    expect(settled.map((row) => row.cells[1])).toEqual(['2', '1']);
    expect(latest[2]).toMatchObject({ time: '1 Oct 06:01', cells: ['UA 1', '1'], score: 0.8, decision: 'delayed' });
  });

  it('find a prediction that comes after them: a page that catches up reads the topics in any order', () => {
    const { view } = viewWithClock();
    view.outcome({ id: '7', delayMinutes: 20 });
    expect(view.snapshot().quality.n).toBe(0);
    view.prediction(samplePrediction(7, { score: 0.7 }));
    const { quality, latest } = view.snapshot();
    expect(quality).toMatchObject({ n: 1, auc: null, missing: 'only one class seen so far' });
    expect(latest[0]).toMatchObject({ outcome: '+20 min', right: true });
  });

  it('give no AUC as long as there are fewer than ten of one class, however many of the other', () => {
    const { view } = viewWithClock();
    const learn = (id: number, delayMinutes: number): void => {
      view.prediction(samplePrediction(id, { score: delayMinutes > 0 ? 0.9 : 0.1 }));
      view.outcome({ id: String(id), delayMinutes });
    };
    for (let id = 0; id < 300; id += 1) learn(id, id < 9 ? 40 : 0);
    expect(view.snapshot().quality).toMatchObject({ n: 300, auc: null, missing: 'too few of one class so far' });
    expect(view.snapshot().quality.values).toEqual([]);
    expect(view.summary()).toMatchObject({ auc: null, aucMissing: 'too few of one class so far' });
    learn(300, 40);
    expect(view.snapshot().quality).toMatchObject({ n: 301, auc: 1, missing: null, values: [1] });
  });

  it('give the running AUC, each counted once and later laps not at all', () => {
    const { view } = viewWithClock();
    const scores: number[] = [];
    const positives: boolean[] = [];
    for (let i = 0; i < 500; i++) {
      const prediction = samplePrediction(i);
      const late = (i * 13) % 100 < prediction.score * 100;
      view.prediction(prediction);
      view.outcome({ id: String(i), delayMinutes: late ? 40 : 0 });
      view.outcome({ id: String(i), delayMinutes: late ? 40 : 0 });
      scores.push(prediction.score);
      positives.push(late);
    }
    view.prediction(samplePrediction(900, { score: 1 }));
    view.outcome({ id: '900', delayMinutes: -10 }, false);
    const { quality, totals } = view.snapshot();
    expect(quality.n).toBe(500);
    expect(quality.auc).toBeCloseTo(exactAuc(scores, positives) ?? Number.NaN, 3);
    expect(view.auc.n).toBe(500);
    expect(totals.outcomes).toBe(1001);
    expect(quality.eventTimes.length).toBe(quality.values.length);
    expect(quality.eventTimes[0]).toBe(sampleStart + 99 * 60_000);
    expect(quality.values.length).toBeLessThanOrEqual(240);
  });

  it('count for quality where the demo says so, and are shown all the same', () => {
    const view = new LiveView<SamplePrediction, SampleOutcome>({
      ...sampleDefinition,
      outcome: { ...sampleDefinition.outcome, counts: ({ delayMinutes }) => delayMinutes < 600 },
    });
    for (const [id, delayMinutes] of [
      ['1', 20],
      ['2', 900],
      ['3', 0],
    ] as const) {
      view.prediction(samplePrediction(Number(id)));
      view.outcome({ id, delayMinutes });
    }
    const { quality, settled } = view.snapshot();
    expect(quality.n).toBe(2);
    expect(settled.map((row) => row.outcome)).toEqual(['0 min', '+900 min', '+20 min']);
  });

  it('without a decision are neither right nor wrong', () => {
    const { view } = viewWithClock();
    view.prediction(samplePrediction(1, { decision: null }));
    view.outcome({ id: '1', delayMinutes: 3 });
    expect(view.snapshot().latest[0]).toMatchObject({ decision: null, positive: null, right: null, outcome: '+3 min' });
  });
});

describe('what a view keeps', () => {
  it('is bounded: the last 50 predictions, 5,000 scores, 200,000 scores that wait for their outcome', () => {
    const { view } = viewWithClock();
    for (let i = 0; i < 200_100; i++) view.prediction(samplePrediction(i));
    for (let i = 0; i < 100; i++) view.outcome({ id: String(i), delayMinutes: 1 });
    const { quality, scores, latest } = view.snapshot();
    expect(latest).toHaveLength(50);
    expect(latest[0]?.cells[1]).toBe('200099');
    expect(scores.n).toBe(5000);
    expect([...scores.negative, ...scores.positive].reduce((sum, count) => sum + count)).toBe(5000);
    expect(quality.n).toBe(0);
    view.outcome({ id: '100', delayMinutes: 1 });
    expect(view.snapshot().quality.n).toBe(1);
  });

  it('formats only the rows shown', () => {
    let formatted = 0;
    const view = new LiveView<SamplePrediction, SampleOutcome>({
      ...sampleDefinition,
      columns: [{ header: 'Flight', cell: (prediction) => `${++formatted} ${prediction.flight}` }],
    });
    for (let i = 0; i < 1000; i++) view.prediction(samplePrediction(i));
    expect(formatted).toBe(0);
    view.snapshot();
    view.snapshot();
    expect(formatted).toBe(50);
  });

  it('takes a score that is no number without falling over', () => {
    const { view } = viewWithClock();
    view.prediction(samplePrediction(1, { score: Number.NaN }));
    view.outcome({ id: '1', delayMinutes: 60 });
    expect(view.snapshot()).toMatchObject({ quality: { n: 0 }, scores: { n: 0 }, totals: { scored: 1, outcomes: 1 } });
  });
});

describe('scores', () => {
  it('are apart for the two decisions', () => {
    const { view } = viewWithClock();
    view.prediction(samplePrediction(1, { score: 0.05 }));
    view.prediction(samplePrediction(2, { score: 1 }));
    const { scores } = view.snapshot();
    expect(scores.negative.indexOf(1)).toBe(2);
    expect(scores.positive.indexOf(1)).toBe(49);
  });
});

describe('a model with other labels', () => {
  it('is right where its own positive label is, and has its own threshold', () => {
    const { view, now } = viewWithClock();
    view.scorer(sampleScorer(now(), { modelPositive: 'late', modelThreshold: 0.1 }));
    view.prediction(samplePrediction(1, { decision: 'late', score: 0.9 }));
    view.outcome({ id: '1', delayMinutes: -9 });
    const { settled, about } = view.snapshot();
    expect(settled[0]).toMatchObject({ positive: true, right: false });
    expect(about.threshold).toBe(0.1);
  });
});

describe('scorers', () => {
  it('are silent after 5 s without a heartbeat, and forgotten after 5 minutes', () => {
    const { view, now, pass } = viewWithClock();
    view.scorer(sampleScorer(now()));
    view.scorer(sampleScorer(now() + 9_000, { instance: 'scorer-2', modelVersion: '2' }));
    pass(12_000);
    const { scorers, model } = view.snapshot();
    expect(scorers).toMatchObject([
      { instance: 'scorer-1', silentSeconds: 12, recordsPerSecond: 0 },
      { instance: 'scorer-2', silentSeconds: null, recordsPerSecond: 40, model: 'flight-delay-gbm 2' },
    ]);
    expect(model).toMatchObject({ name: 'flight-delay-gbm', version: '2', sha256: '9f2c4e' });
    pass(295_000);
    expect(view.snapshot().scorers.map((scorer) => scorer.instance)).toEqual(['scorer-2']);
  });

  it('keep their newest heartbeat when an older one comes late', () => {
    const { view, now } = viewWithClock();
    view.scorer(sampleScorer(now(), { scoredTotal: 20 }));
    view.scorer(sampleScorer(now() - 1000, { scoredTotal: 10 }));
    expect(view.snapshot().scorers[0]?.scoredTotal).toBe(20);
  });
});

describe('event time', () => {
  it('is the highest seen, and its speed is told against the clock on the wall', () => {
    const { view, pass } = viewWithClock();
    for (let second = 0; second < 10; second++) {
      view.input(1, sampleStart + second * 600_000);
      view.input(1, sampleStart);
      pass(1000);
    }
    const { event } = view.snapshot();
    expect(event.time).toBe(sampleStart + 9 * 600_000);
    expect(event.speed).toBe(600);
  });

  it('is not moved by inputs whose time is unknown, nor by a time that is no date', () => {
    const { view, pass } = viewWithClock();
    view.input(1, sampleStart);
    view.input(3);
    view.prediction(samplePrediction(1, { eventTime: 1e17 }));
    pass(1_000);
    expect(view.snapshot()).toMatchObject({ event: { time: sampleStart }, totals: { input: 4 } });
  });

  it('goes on with outcomes, when nothing else comes', () => {
    const { view } = viewWithClock();
    view.input(1, sampleStart);
    view.outcome({ id: '1', delayMinutes: 3 }, true, sampleStart + 60_000);
    expect(view.snapshot().event.time).toBe(sampleStart + 60_000);
  });

  it('refuses a zone that does not exist', () => {
    expect(() => new LiveView({ ...sampleDefinition, eventTimeZone: 'New York' })).toThrow(/found 'New York'/);
  });
});

describe('dead letters', () => {
  it('are counted, and the last three told with where they lie', () => {
    const { view } = viewWithClock();
    for (let i = 0; i < 5; i++) {
      view.deadLetter({
        topic: 'flights',
        partition: 1,
        offset: String(i),
        code: 'record-undecodable',
        reason: 'record-undecodable',
      });
    }
    const { totals, deadLetters } = view.snapshot();
    expect(totals.deadLettered).toBe(5);
    expect(deadLetters.map((letter) => letter.at)).toEqual(['flights-1@4', 'flights-1@3', 'flights-1@2']);
  });
});

describe('a board', () => {
  it('is told of predictions and outcomes, and its state is in the snapshot', () => {
    const outcomes: string[] = [];
    const { definition } = sampleBoard({ outcome: ({ id }) => outcomes.push(id) });
    const view = new LiveView(definition);
    view.prediction(samplePrediction(1));
    view.prediction(samplePrediction(2, { flight: 'AA 2' }));
    view.outcome({ id: '1', delayMinutes: 3 });
    const { board, boardFault, about } = view.snapshot();
    expect(board).toEqual({
      gates: [
        { gate: 'U', flights: 1 },
        { gate: 'A', flights: 1 },
      ],
    });
    expect(boardFault).toBeNull();
    expect(about.hasBoard).toBe(true);
    expect(outcomes).toEqual(['1']);
  });

  it('tells of moments: the last eight, newest first, numbered, with their time in the zone of the demo', () => {
    const { definition, tell } = sampleBoard();
    const view = new LiveView(definition);
    for (let i = 1; i <= 10; i++) {
      tell({ eventTime: sampleStart + i * 60_000, text: `Storm ${i}`, tone: 'alarm', ...(i === 10 && { place: 'U' }) });
    }
    const { moments } = view.snapshot();
    expect(moments.map(({ number }) => number)).toEqual([10, 9, 8, 7, 6, 5, 4, 3]);
    expect(moments[0]).toEqual({ number: 10, time: '1 Oct 06:10', text: 'Storm 10', tone: 'alarm', place: 'U' });
    expect(moments[1]?.place).toBeNull();
  });

  it('that fails costs neither figures nor run: the page says what went wrong', () => {
    const fail = (what: string) => (): never => {
      throw new TypeError(`${what} is undefined`);
    };
    const { definition } = sampleBoard({ prediction: fail('the gate') });
    const view = new LiveView(definition);
    view.prediction(samplePrediction(1));
    expect(view.snapshot()).toMatchObject({
      totals: { scored: 1 },
      board: { gates: [] },
      boardFault: expect.stringContaining('the gate is undefined'),
    });
    const silent = new LiveView(sampleBoard({ snapshot: fail('the state') }).definition);
    expect(silent.snapshot()).toMatchObject({ board: null, boardFault: expect.stringContaining('the state') });
  });
});

describe('quality by version', () => {
  it('counts outcomes of every lap that count, each for the version whose prediction it is of', () => {
    const { view } = viewWithClock();
    const modelOf = (i: number): string => (i < 200 ? '1' : '2');
    for (let i = 0; i < 300; i++) view.prediction(samplePrediction(i, { modelVersion: modelOf(i) }));
    for (let i = 0; i < 300; i++) view.outcome({ id: String(i), delayMinutes: (i * 37) % 100 > 60 ? 20 : 0 }, i < 100);
    const { window, figures } = view.versions;
    expect(window).toBe(2_000);
    expect(figures.map(({ version, n, auc }) => [version, n, auc])).toEqual([
      ['2', 100, 1],
      ['1', 200, 1],
    ]);
    expect(view.snapshot().quality.n).toBe(100);
  });

  it('leaves out outcomes of which the demo says that they do not count', () => {
    const counts = (outcome: SampleOutcome): boolean => outcome.delayMinutes >= 0;
    const view = new LiveView({ ...sampleDefinition, outcome: { ...sampleDefinition.outcome, counts } });
    for (let i = 0; i < 50; i++) view.prediction(samplePrediction(i));
    for (let i = 0; i < 50; i++) view.outcome({ id: String(i), delayMinutes: i % 2 === 0 ? -1 : 5 }, false);
    expect(view.versions.figures).toMatchObject([{ version: '1', total: 25 }]);
  });
});
