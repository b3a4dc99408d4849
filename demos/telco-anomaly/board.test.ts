import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Board, Moment } from '#shared/dashboard';
import { projectFile } from '#shared/project-file';
import { readModelCard } from '#shared/scoring';
import { createBoard, THRESHOLD } from './board.js';
import type { BoardState } from './page/board-state.js';
import { type Alarm, alarms, cells, type Outcome, type Prediction } from './topics.js';
import { WINDOW_MS, windowId } from './window-time.js';

const HOUR_MS = 3_600_000;
/** Thursday. */
const MIDNIGHT = Date.parse('2026-03-05T00:00:00Z');

let board: Board<Prediction, Outcome>;
let moments: Moment[];
beforeEach(() => {
  moments = [];
  board = createBoard((moment) => moments.push(moment));
});
const state = (): BoardState => board.snapshot() as BoardState;
const tellOf = (topic: { readonly name: string }, value: unknown): void =>
  board.listens?.find((listener) => listener.topic.name === topic.name)?.take(value, 0);

const speed = { name: 'userThroughput', contribution: 3, value: 0.43 };
const latency = { name: 'latency', contribution: 2, value: 80.5 };

function predict(cellId: string, windowStart: number, score: number, reasons = [speed, latency]): void {
  board.prediction?.({
    id: windowId(cellId, windowStart),
    eventTime: windowStart + WINDOW_MS,
    score,
    decision: score >= THRESHOLD ? 'anomalous' : 'normal',
    modelName: 'telco-autoencoder',
    modelVersion: '1',
    scoredAt: 0,
    cellId,
    windowStart,
    reasons,
  });
}

function alarm(cellId: string, fromHour: number, toHour: number, stateOfIt: Alarm['state'] = 'closed'): Alarm {
  const [since, until] = [MIDNIGHT + fromHour * HOUR_MS, MIDNIGHT + toHour * HOUR_MS];
  const blame = [
    { name: 'userThroughput', contribution: 30 },
    { name: 'latency', contribution: 2 },
  ];
  const at = stateOfIt === 'opened' ? until : until + HOUR_MS;
  return { id: windowId(cellId, since), cellId, state: stateOfIt, at, since, until, windows: 9, peakScore: 3.3, blame };
}

function learn(cellId: string, hour: number, fault: string | null, incident: number | null = null): void {
  const windowStart = MIDNIGHT + hour * HOUR_MS;
  const knownAt = MIDNIGHT + 30 * HOUR_MS;
  board.outcome?.({ id: windowId(cellId, windowStart), cellId, windowStart, knownAt, fault, incident });
}

describe('the board of cells', () => {
  it('shows each with its type and its scores of the last three hours, in the order of their names', () => {
    tellOf(cells, { cellId: 'cell-002', cellType: 'leisure', bandwidthMhz: 5, busyHourUsers: 30 });
    for (let window = 0; window < 40; window += 1) predict('cell-002', MIDNIGHT + window * WINDOW_MS, window / 100);
    predict('cell-001', MIDNIGHT, 1.234);
    const [first, second] = state().cells;
    expect(first).toEqual({ cellId: 'cell-001', cellType: null, scores: [1.23], isAnomalous: true, blame: null });
    expect(second).toMatchObject({ cellId: 'cell-002', cellType: 'leisure', isAnomalous: false });
    expect(second?.scores).toHaveLength(36);
    expect(second?.scores.at(-1)).toBe(0.39);
  });

  it('names the KPIs to blame as long as an alarm is open', () => {
    predict('cell-001', MIDNIGHT, 3.3);
    tellOf(alarms, alarm('cell-001', 0, 1, 'opened'));
    expect(state().cells[0]?.blame).toEqual(['speed', 'latency']);
    tellOf(alarms, alarm('cell-001', 0, 2));
    expect(state().cells[0]?.blame).toBeNull();
  });
});

describe('the alarms', () => {
  it('are told when they open, with what was measured, and when they are closed', () => {
    tellOf(cells, { cellId: 'cell-020', cellType: 'transport', bandwidthMhz: 10, busyHourUsers: 90 });
    predict('cell-020', MIDNIGHT + 7 * HOUR_MS - WINDOW_MS, 3.3);
    tellOf(alarms, alarm('cell-020', 6, 7, 'opened'));
    tellOf(alarms, alarm('cell-020', 6, 13.5));
    expect(moments).toEqual([
      {
        eventTime: MIDNIGHT + 7 * HOUR_MS,
        text: 'cell-020, transport, Thu 07:00: unusual speed 0.43 Mbit/s and latency 80.5 ms',
        tone: 'alarm',
        place: 'cell-020',
      },
      {
        eventTime: MIDNIGHT + 14.5 * HOUR_MS,
        text: 'cell-020: as usual again, after 7 h 30 min',
        tone: 'good',
        place: 'cell-020',
      },
    ]);
  });

  it('are told without what was measured where it is not known of both KPIs', () => {
    predict('cell-020', MIDNIGHT + 7 * HOUR_MS - WINDOW_MS, 3.3, [speed]);
    tellOf(alarms, alarm('cell-020', 6, 7, 'opened'));
    expect(moments[0]?.text).toBe('cell-020, unknown type, Thu 07:00: unusual speed and latency');
  });

  it('go on with the anomalous windows of their cell while they are open', () => {
    const users = { name: 'connectedUsers', contribution: 40, value: 0 };
    const opened = alarm('cell-020', 6, 7, 'opened');
    const listed = () => state().alarms.map(({ peakScore, until, blame }) => ({ peakScore, until, blame }));
    // One window has overtaken the alarm, and one lies before it.
    predict('cell-020', MIDNIGHT + 6 * HOUR_MS, 9, [users]);
    predict('cell-020', MIDNIGHT + 7 * HOUR_MS, 3.6, [users]);
    tellOf(alarms, opened);
    const until = MIDNIGHT + 7 * HOUR_MS + WINDOW_MS;
    expect(listed()).toEqual([{ peakScore: 3.6, until, blame: ['users', 'speed', 'latency'] }]);
    predict('cell-020', until, 0.4, [users]);
    predict('cell-021', until, 5, [users]);
    predict('cell-020', until + WINDOW_MS, 3.5, [latency]);
    expect(listed()).toMatchObject([{ peakScore: 3.6, until: until + 2 * WINDOW_MS }]);
    const closed = alarm('cell-020', 6, 8);
    tellOf(alarms, closed);
    predict('cell-020', MIDNIGHT + 10 * HOUR_MS, 5);
    expect(listed()).toEqual([{ peakScore: 3.3, until: closed.until, blame: ['speed', 'latency'] }]);
  });

  it('are listed open ones first, and counted from midnight on', () => {
    tellOf(alarms, alarm('cell-001', -5, -3));
    tellOf(alarms, alarm('cell-002', 1, 2, 'opened'));
    tellOf(alarms, alarm('cell-003', 2, 3));
    tellOf(alarms, alarm('cell-004', 3, 4));
    predict('cell-001', MIDNIGHT + 8 * HOUR_MS, 0.1);
    expect(state().alarms.map(({ cellId }) => cellId)).toEqual(['cell-002', 'cell-004', 'cell-003', 'cell-001']);
    expect(state()).toMatchObject({ openAlarms: 1, alarmsToday: 3 });
  });

  it('are judged when the truth is known: a fault of their cell and time, or none', () => {
    for (const cellId of ['cell-001', 'cell-002', 'cell-003']) tellOf(alarms, alarm(cellId, 1, 2));
    expect(state()).toMatchObject({ judgedAlarms: 0, rightAlarms: 0, knownFaults: 0, foundFaults: 0 });
    learn('cell-001', 1.5, 'backhaulDegradation', 1);
    learn('cell-002', 0.5, null);
    learn('cell-003', 3, null);
    learn('cell-004', 1, 'slowDrift', 2);
    expect(state()).toMatchObject({ judgedAlarms: 2, rightAlarms: 1, knownFaults: 2, foundFaults: 1 });
    const truths = Object.fromEntries(state().alarms.map(({ cellId, truth, wasRight }) => [cellId, [truth, wasRight]]));
    expect(truths).toEqual({
      'cell-001': ['broken backhaul', true],
      'cell-002': [null, false],
      'cell-003': ['no fault', false],
    });
  });

  it('belong to an incident of their own lap', () => {
    tellOf(alarms, alarm('cell-001', 1, 2));
    tellOf(alarms, alarm('cell-001', 169, 170));
    learn('cell-001', 1, 'sleepingCell', 8);
    expect(state()).toMatchObject({ judgedAlarms: 1, knownFaults: 1, foundFaults: 1 });
  });
});

it("holds scores against the model's own threshold", async () => {
  const { threshold } = await readModelCard(fileURLToPath(projectFile('demos/telco-anomaly/model')));
  expect([THRESHOLD, (board.snapshot() as BoardState).threshold]).toEqual([threshold, threshold]);
});
