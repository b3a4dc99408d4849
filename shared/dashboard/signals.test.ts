import { describe, expect, it } from 'vitest';
import { sampleNow, sampleServing, sampleVitals } from './sample-vitals.js';
import { SignalBoard } from './signals.js';
import type { Vitals } from './vitals.js';

/** A board that is told each second of how a demo is, from a second on which is well. */
function boardOver() {
  const board = new SignalBoard();
  let now = sampleNow;
  const pass = (seconds: number, more: Partial<Vitals> = {}): string[] => {
    for (let second = 0; second < seconds; second += 1) {
      board.update(sampleVitals({ now, ...more }));
      now += 1_000;
    }
    return board.current.signals.map(({ alert }) => alert);
  };
  pass(5);
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
      'Quality: AUC 0.72, well',
      'Drift: none, well',
      'Delivery: complete, well',
    ]);
  });

  it('is not known where nobody has told of it yet', () => {
    const { board, pass } = boardOver();
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
    expect(board.current.checks.filter(({ state }) => state === 'wrong')).toHaveLength(1);
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
      figure: 'not known yet',
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
      `Records are not scored: ${sentence} The stream goes on without them.`,
    );
  });

  it('is none while the first scorer starts', () => {
    const { pass } = boardOver();
    expect(pass(60, { scorers: { atWork: 0, waiting: 1, silent: [], wereAtWork: false } })).toEqual([]);
  });

  it.each<[string, Partial<Vitals>]>([
    ['ScorerBehind', { waiting: 5_000, scoredPerSecond: 100 }],
    ['ConsumerStuck', { waiting: 5, scoredPerSecond: 0, unscoredSeconds: 60 }],
    ['NothingProduced', { quietSeconds: 180 }],
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
    const { pass } = boardOver();
    const day = {
      ...sampleServing,
      reported: { auc: 0.6, labelled: 2_000, aucOfAll: 0.74 },
    };
    expect(pass(60, { serving: [day], waiting: 5_000, scoredPerSecond: 3_000 })).toEqual([]);
  });
});
