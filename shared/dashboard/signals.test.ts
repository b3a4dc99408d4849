import { describe, expect, it } from 'vitest';
import { sampleNow, sampleServing, sampleVitals } from './sample-vitals.js';
import { SignalBoard } from './signals.js';
import type { Vitals } from './vitals.js';

/** A board that is told each second of how a demo is, from a second on which is well. */
function boardOver(wellSeconds = 5) {
  const board = new SignalBoard();
  let now = sampleNow;
  const pass = (seconds: number, more: Partial<Vitals> = {}): string[] => {
    for (let second = 0; second < seconds; second += 1) {
      board.update(sampleVitals({ now, ...more }));
      now += 1_000;
    }
    return board.current.signals.map(({ alert }) => alert);
  };
  pass(wellSeconds);
  return { board, pass, now: () => now };
}

const down: Partial<Vitals> = { scorers: { atWork: 0, waiting: 0, silent: ['scorer-1'], wereAtWork: true } };
const bad = { ...sampleServing, model: 'flight-delay-gbm 1-turned', auc: 0.287, outcomes: 640, worseThanCoin: true };
const drift = { rows: 1_000, inputs: [{ name: 'planeYear', drifts: true }] };
const slow = { scoringSeconds: 1.52, modelSeconds: 1.5, latencySeconds: 3.1 };

describe('what is wrong', () => {
  it('is nothing where all is well, and all that was looked at is named', () => {
    const { board } = boardOver();
    expect(board.current.signals).toEqual([]);
    expect(board.current.checks.map(({ name, state, figure }) => `${name}: ${figure}, ${state}`)).toEqual([
      'Cluster: answers, well',
      'Scorers: 1 at work, well',
      'Waiting: 3, well',
      'Latency: 18 ms, well',
      'Model call: 3.1 ms, well',
      'Dead letters: none, well',
      'Late: 0.0 %, well',
      'Quality: AUC 0.72, bad below 0.64, well',
      'Drift: none, well',
      'Delivery: complete, well',
    ]);
  });

  it('is not known where nobody has told of it yet', () => {
    const { board, pass } = boardOver(0);
    const monitor = { state: 'off', sentence: 'Monitoring is switched off.' } as const;
    expect(
      pass(60, { drift: null, delivery: null, monitor, lateShare: null, latencySeconds: null, serving: [] }),
    ).toEqual([]);
    const unknown = board.current.checks.filter(({ state }) => state === 'unknown');
    expect(unknown.map(({ name, figure }) => `${name}: ${figure}`)).toEqual([
      'Latency: not known yet',
      'Late: not known yet',
      'Quality: not known yet',
      'Drift: not measured',
      'Delivery: not audited',
    ]);
  });

  it.each<[string, string, string, Partial<Vitals>]>([
    [
      'poison-records',
      'DeadLetters',
      'records/dead-letters',
      { deadLetters: [{ reason: 'record-undecodable', count: 12 }] },
    ],
    ['late-data', 'RecordsLate', 'live/lateness', { lateShare: 0.098 }],
    ['drift', 'InputDrift', 'model/drift', { drift }],
    ['slow-scorer', 'ScoringSlow', 'live/latency', slow],
    [
      'killed-scorer',
      'ScorerDown',
      'live/scorers',
      { ...down, waiting: 5_000, scoredPerSecond: 0, unscoredSeconds: 70 },
    ],
    ['bad-model', 'ModelQualityDropped', 'model/quality', { serving: [bad] }],
    ['lost-broker', 'KafkaUnreachable', 'live/connection', { ...down, clusterSilentSince: sampleNow, waiting: null }],
  ])('is with %s on %s alone, at %s', (_fault, alert, place, vitals) => {
    const { board, pass } = boardOver();
    expect(pass(60, vitals)).toEqual([alert]);
    expect(board.current.signals[0]?.place).toBe(place);
    // A note is no alarm.
    const isAlarm = alert !== 'InputDrift';
    const marked = board.current.checks.filter(({ state }) => state === (isAlarm ? 'wrong' : 'affected'));
    expect(marked).toHaveLength(1);
  });

  it('says it in a sentence, and since when', () => {
    const { board, pass, now } = boardOver();
    const since = now();
    pass(3, { serving: [bad] });
    expect(board.current.signals).toEqual([
      {
        alert: 'ModelQualityDropped',
        severity: 'critical',
        place: 'model/quality',
        sentence:
          'flight-delay-gbm 1-turned is worse than a coin: its AUC is 0.287 over its last 640 outcomes, where its card promises 0.743.',
        since,
      },
    ]);
  });

  it('waits until it is worth saying: a hiccup is none', () => {
    const { pass } = boardOver();
    expect(pass(3, { latencySeconds: 3 })).toEqual([]);
    expect(pass(1)).toEqual([]);
    expect(pass(8, { latencySeconds: 3 })).toEqual([]);
    expect(pass(2, { latencySeconds: 3 })).toEqual(['PredictionLatencyHigh']);
    expect(pass(20, { latencySeconds: 3, scoringForSeconds: 30 }), 'of a demo that starts').toEqual([]);
  });

  it('is no slow model where its process waits for the machine, or one call alone took long', () => {
    const { board, pass } = boardOver();
    expect(pass(60, { scoringSeconds: 0.4, modelSeconds: 0.02 })).toEqual([]);
    expect(board.current.checks.find(({ name }) => name === 'Model call')).toMatchObject({
      state: 'well',
      figure: '400 ms',
    });
  });

  it('leaves out what follows from a cause, also for a while after it is over', () => {
    const { pass } = boardOver();
    expect(pass(20, { ...down, clusterSilentSince: sampleNow })).toEqual(['KafkaUnreachable']);
    expect(pass(10, down)).toEqual([]);
    expect(pass(30, down)).toEqual(['ScorerDown']);
    expect(pass(15, slow)).toEqual([]);
    expect(pass(30, slow)).toEqual(['ScoringSlow']);
  });

  it('is late data and not a drift where windows lack what came too late', () => {
    const { pass } = boardOver();
    expect(pass(30, { drift, lateShare: 0.05 })).toEqual(['RecordsLate']);
  });

  it('has the newest cause first', () => {
    const { pass } = boardOver();
    pass(10, { drift });
    expect(pass(5, { drift, ...slow })).toEqual(['ScoringSlow', 'InputDrift']);
  });

  it('ends as soon as it is over', () => {
    const { pass } = boardOver();
    expect(pass(5, { lateShare: 0.1 })).toEqual(['RecordsLate']);
    expect(pass(1)).toEqual([]);
  });

  it('is a scorer that fell silent while others go on', () => {
    const { board, pass } = boardOver();
    const scorers = { atWork: 2, waiting: 0, silent: ['scorer-3'], wereAtWork: true };
    expect(pass(3, { scorers, latencySeconds: 4 })).toEqual(['ScorerSilent']);
    expect(board.current.signals[0]?.sentence).toBe(
      'The scorer scorer-3 is not heard of any more; 2 others go on, and take its partitions over.',
    );
  });

  it('is no silence where somebody has paused the demo, and the page says that it is paused', () => {
    const { board, pass } = boardOver();
    expect(pass(60, { paused: true, quietSeconds: 600, waiting: 0 })).toEqual([]);
    expect(board.current.checks.find(({ name }) => name === 'Waiting')).toMatchObject({
      state: 'well',
      figure: 'paused',
    });
    pass(1, { paused: true, quietSeconds: 600, waiting: null });
    expect(board.current.checks.find(({ name }) => name === 'Waiting')).toMatchObject({
      state: 'unknown',
      figure: 'paused, 1 s ago',
    });
  });

  it.each([
    [[['record-undecodable', 12]], '12 dead letters in the last half minute, because they cannot be read.'],
    [[['record-undecodable', 1]], '1 dead letter in the last half minute, because it cannot be read.'],
    [[['record-unscorable', 2]], '2 dead letters in the last half minute, because the model cannot take them.'],
    [
      [
        ['record-undecodable', 1],
        ['record-unprocessable', 3],
      ],
      '4 dead letters in the last half minute, most of them because they cannot be processed.',
    ],
    [[['made-up', 2]], '2 dead letters in the last half minute, because of made-up.'],
  ] as const)('says of dead letters why they are some, in words: %j', (reasons, sentence) => {
    const { board, pass } = boardOver();
    pass(1, { deadLetters: reasons.map(([reason, count]) => ({ reason, count })) });
    expect(board.current.signals[0]?.sentence).toBe(
      `Some records are not scored: ${sentence} The stream goes on without ${sentence.startsWith('1 ') ? 'it' : 'them'}.`,
    );
  });

  it('is none while the first scorer starts', () => {
    const { pass } = boardOver();
    expect(pass(60, { scorers: { atWork: 0, waiting: 1, silent: [], wereAtWork: false } })).toEqual([]);
  });

  it.each<[string, Partial<Vitals>]>([
    ['ScorerBehind', { waiting: 5_000, scoredPerSecond: 100 }],
    ['ConsumerStuck', { waiting: 5, scoredPerSecond: 0, unscoredSeconds: 60 }],
    ['NothingProduced', { quietSeconds: 180, unreadSeconds: 180 }],
    ['RecordsMissing', { delivery: { missing: 1, duplicate: 0, altered: 0 } }],
    ['RecordsDuplicated', { delivery: { missing: 0, duplicate: 1, altered: 0 } }],
    ['RecordsAltered', { delivery: { missing: 0, duplicate: 0, altered: 1 } }],
    ['MonitorDown', { monitor: { state: 'silent', sentence: 'The monitor has been silent for 20 s.' } }],
    ['MonitoringBehind', { monitor: { state: 'behind', sentence: 'The monitor is behind.' } }],
    ['ModelRefused', { refusal: { model: 'm 2', role: 'champion', message: 'It is damaged.', at: sampleNow } }],
    [
      'ModelQualityDropped',
      {
        serving: [{ ...sampleServing, reported: { auc: 0.6, labelled: 500, aucOfAll: 0.69 } }],
      },
    ],
  ])('is %s', (alert, vitals) => {
    const { pass } = boardOver();
    expect(pass(70, vitals)).toEqual([alert]);
  });

  it('is no bad model for a bad day alone, and nothing of what waits while it is worked off', () => {
    const { board, pass } = boardOver();
    const day = {
      ...sampleServing,
      reported: { auc: 0.6, labelled: 2_000, aucOfAll: 0.74 },
    };
    expect(pass(60, { serving: [day], waiting: 5_000, scoredPerSecond: 3_000 })).toEqual([]);
    const low = { ...day, auc: 0.6 };
    expect(pass(60, { serving: [low] })).toEqual([]);
    expect(board.current.checks.find(({ name }) => name === 'Quality')).toMatchObject({
      state: 'affected',
      figure: 'AUC 0.60, bad below 0.64',
    });
  });
});

describe('what is over', () => {
  const lost: Partial<Vitals> = { ...down, clusterSilentSince: sampleNow, waiting: null, waitingGrowth: null };
  const catchingUp = { waiting: 12_431, waitingGrowth: -500, readPerSecond: 300, latencySeconds: 72.9 };

  it('is not well while what has waited is still being caught up with, however long that takes', () => {
    const { board, pass, now } = boardOver();
    expect(pass(20, lost)).toEqual(['KafkaUnreachable']);
    const since = now();
    expect(pass(3, { waiting: 12_431, waitingGrowth: null, latencySeconds: null })).toEqual([]);
    expect(board.current.recovery).toEqual({
      place: 'live/rate',
      sentence: 'Catching up: 12,431 records wait.',
      since,
    });
    pass(3, { ...catchingUp, waitingGrowth: 300 });
    expect(board.current.recovery?.sentence, 'a moment ago they became more').toBe('Catching up: 12,431 records wait.');
    expect(pass(54, catchingUp)).toEqual([]);
    expect(board.current.recovery?.sentence).toBe('Catching up: 12,431 records wait, about 25 s more.');
    const states = new Map(board.current.checks.map(({ name, state }) => [name, state]));
    expect([states.get('Waiting'), states.get('Latency'), states.get('Cluster')]).toEqual([
      'affected',
      'affected',
      'well',
    ]);
    pass(1);
    expect(board.current.recovery).toBeNull();
    expect(board.current.checks.filter(({ state }) => state !== 'well')).toEqual([]);
  });

  it('is not well while predictions still come late, or no scorer is back', () => {
    const { board, pass } = boardOver();
    pass(20, lost);
    pass(5, down);
    expect(board.current.recovery?.sentence).toBe('Not over yet: no scorer is at work, and records wait for one.');
    pass(5, { latencySeconds: 72.9 });
    expect(board.current.recovery?.sentence).toBe(
      'Not over yet. Predictions come late: one of a hundred takes 72.9 s or longer.',
    );
  });

  it('is not said twice: where the scorer is slow that records wait is no recovery', () => {
    const { board, pass } = boardOver();
    expect(pass(30, { ...slow, waiting: 5_000, scoredPerSecond: 300 })).toEqual(['ScoringSlow']);
    expect(board.current.recovery).toBeNull();
    expect(board.current.checks.find(({ name }) => name === 'Waiting')?.state).toBe('affected');
  });

  it('is a backlog that nobody has seen begin, also one that does not become less; a second of work is none', () => {
    const { board, pass } = boardOver();
    pass(20, { waiting: 500, readPerSecond: 300 });
    expect(board.current.recovery).toBeNull();
    pass(3, { waiting: 9_000, readPerSecond: 300, scoredPerSecond: 900, waitingGrowth: 0 });
    expect(board.current.recovery).toBeNull();
    pass(3, { waiting: 9_000, readPerSecond: 300, scoredPerSecond: 900, waitingGrowth: 0 });
    expect(board.current.recovery?.sentence).toBe('Not caught up: 9,000 records wait, and do not become fewer.');
  });

  it('is told of for a quarter of an hour, from when to when, the newest first', () => {
    const { board, pass, now } = boardOver();
    const [since, until] = [now(), now() + 9_000];
    pass(10, { lateShare: 0.1 });
    expect(board.current.past).toEqual([]);
    pass(10);
    expect(board.current.past).toMatchObject([{ alert: 'RecordsLate', severity: 'warning', since, until }]);
    pass(60);
    pass(10, { deadLetters: [{ reason: 'record-undecodable', count: 12 }] });
    pass(20);
    expect(board.current.past.map(({ alert }) => alert)).toEqual(['DeadLetters', 'RecordsLate']);
    pass(820);
    expect(board.current.past.map(({ alert }) => alert)).toEqual(['DeadLetters']);
  });

  it('was never over where it comes again a moment later: it keeps its time, and needs no patience', () => {
    const { board, pass, now } = boardOver();
    pass(7, { latencySeconds: 3 });
    const since = now() - 7_000;
    expect(pass(3, { latencySeconds: 3 })).toEqual(['PredictionLatencyHigh']);
    expect(pass(10)).toEqual([]);
    expect(pass(1, { latencySeconds: 3 })).toEqual(['PredictionLatencyHigh']);
    expect(board.current.signals[0]?.since).toBe(since);
    expect(board.current.past).toEqual([]);
    pass(16);
    expect(pass(5, { latencySeconds: 3 })).toEqual([]);
    expect(pass(5, { latencySeconds: 3 })).toEqual(['PredictionLatencyHigh']);
    expect(board.current.signals[0]?.since).toBeGreaterThan(since + 30_000);
  });
});

describe('what is not measured any more', () => {
  const figures = (board: SignalBoard): string[] =>
    board.current.checks.filter(({ state }) => state === 'unknown').map(({ name, figure }) => `${name}: ${figure}`);

  it('is not known without a broker: all but that none answers, each with how old it is', () => {
    const { board, pass } = boardOver();
    pass(20, { clusterSilentSince: sampleNow + 5_000 });
    expect(board.current.checks.filter(({ state }) => state === 'well')).toEqual([]);
    expect(figures(board)).toEqual([
      'Scorers: 1 at work, 18 s ago',
      'Waiting: 3, 18 s ago',
      'Latency: 18 ms, 18 s ago',
      'Model call: 3.1 ms, 18 s ago',
      'Dead letters: none, 18 s ago',
      'Late: 0.0 %, 18 s ago',
      'Quality: AUC 0.72, bad below 0.64, 18 s ago',
      'Drift: none, 18 s ago',
      'Delivery: complete, 18 s ago',
    ]);
    expect(board.current.staleSince).toBe(sampleNow + 5_000);
    pass(1);
    expect(figures(board)).toEqual([]);
    expect(board.current.staleSince).toBeNull();
  });

  it('is not known without a scorer: all that comes of scoring', () => {
    const { board, pass, now } = boardOver();
    const since = now() - 5_000;
    pass(1, { ...down, unscoredSeconds: 5 });
    pass(100, { ...down, unscoredSeconds: 9 });
    const well = board.current.checks.filter(({ state }) => state === 'well').map(({ name }) => name);
    expect(well).toEqual(['Cluster', 'Waiting']);
    expect(figures(board)).toContain('Latency: 18 ms, 2 min ago');
    expect(board.current.staleSince).toBe(since);
  });

  it('is not known of drift and delivery where the monitor is not heard', () => {
    const { board, pass } = boardOver();
    pass(3, { monitor: { state: 'silent', sentence: 'The monitor has been silent for 8 s.' } });
    expect(figures(board)).toEqual(['Drift: none, 3 s ago', 'Delivery: complete, 3 s ago']);
  });
});

describe('a demo to which nothing comes', () => {
  it.each<[Partial<Vitals>, string]>([
    [{ quietSeconds: 185, unreadSeconds: 185 }, 'No record has come in for 3 minutes.'],
    [
      { quietSeconds: 185, unreadSeconds: 740 },
      'No record has come in for 12 minutes, which are 3 as it is being played.',
    ],
  ])('is said with the time that has passed, and what that is at its pace: %j', (vitals, sentence) => {
    const { board, pass } = boardOver();
    expect(pass(1, vitals)).toEqual(['NothingProduced']);
    expect(board.current.signals[0]?.sentence).toBe(sentence);
  });
});
