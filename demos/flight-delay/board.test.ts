import { beforeEach, describe, expect, it } from 'vitest';
import type { Board, Moment } from '#shared/dashboard';
import type { Topic } from '#shared/schema';
import { createBoard } from './board.js';
import type { BoardState } from './page/board-state.js';
import { type Alert, alerts, type Outcome, type Prediction, type Quality, quality, weather } from './topics.js';

const HOUR = 3_600_000;
const NOON = Date.parse('2013-10-07T16:00:00Z');

describe('the board', () => {
  let told: Moment[];
  let board: Board<Prediction, Outcome>;
  beforeEach(() => {
    told = [];
    board = createBoard((moment) => told.push(moment));
  });

  const state = (): BoardState => board.snapshot() as BoardState;
  const airport = (code: string) => state().airports.find((one) => one.airport === code);
  const hear = (topic: Topic<unknown>, value: unknown, eventTime = NOON): void =>
    board.listens?.find((listener) => listener.topic === topic)?.take(value, eventTime);
  function predict(origin: string, dest: string, decision: string, eventTime = NOON, overdueFlights = 3): void {
    const prediction = { origin, dest, decision, eventTime, overdueFlights };
    // What the board does not look at is left out.
    board.prediction?.(prediction as Prediction);
  }
  const alert = (changes: Partial<Alert> = {}): Alert => ({
    id: 'EWR-1',
    airport: 'EWR',
    state: 'opened',
    eventTime: NOON,
    openedAt: NOON,
    flights: 23,
    predictedDelayed: 22,
    meanScore: 0.5,
    reasons: ['overdueFlights', 'precipitation'],
    ...changes,
  });
  const day = (code: string, changes: Partial<Quality> = {}): Quality => ({
    airport: code,
    from: Date.parse('2013-10-06T08:00:00Z'),
    eventTime: Date.parse('2013-10-07T08:00:00Z'),
    flights: 300,
    delayed: 100,
    predictedDelayed: 80,
    right: 240,
    precision: 0.75,
    recall: 0.6,
    brier: 0.1,
    auc: 0.8,
    ...changes,
  });

  it('counts the flights that leave an airport in the next hour, and those of each route of three hours', () => {
    predict('EWR', 'ATL', 'delayed', NOON - 3 * HOUR);
    predict('EWR', 'ATL', 'delayed', NOON - HOUR);
    predict('EWR', 'ATL', 'delayed', NOON - HOUR + 1);
    predict('EWR', 'ATL', 'on time', NOON, 5);
    predict('JFK', 'SFO', 'on time', NOON);
    expect(airport('EWR')).toMatchObject({ flights: 2, delayed: 1, queue: 5, alert: null });
    expect(state().routes).toMatchObject([
      { from: 'EWR', to: 'ATL', city: 'Atlanta', flights: 3, delayed: 2 },
      { from: 'JFK', to: 'SFO', city: 'San Francisco', flights: 1, delayed: 0 },
    ]);
  });

  it('worries about routes where half of the flights or more are expected late, many flights before few', () => {
    const fly = (dest: string, flights: number, delayed: number): void => {
      for (let at = 0; at < flights; at += 1) predict('LGA', dest, at < delayed ? 'delayed' : 'on time');
    };
    fly('MIA', 5, 2);
    expect(state().worst).toEqual([]);
    fly('ATL', 4, 2);
    fly('ORD', 3, 2);
    fly('BOS', 1, 1);
    fly('DFW', 6, 6);
    fly('MSP', 2, 1);
    const worst = state().worst.map(({ to, delayed, flights }) => `${to} ${delayed} of ${flights}`);
    expect(worst).toEqual(['DFW 6 of 6', 'ORD 2 of 3', 'ATL 2 of 4']);
  });

  it('forgets what lies in the past, however many flights there are, and what lies ahead where a run begins anew', () => {
    for (let at = 0; at < 2_500; at += 1) predict('EWR', 'ATL', 'delayed', NOON + at * 60_000);
    expect(airport('EWR')).toMatchObject({ flights: 60 });
    predict('EWR', 'ATL', 'delayed', NOON);
    expect(airport('EWR')).toMatchObject({ flights: 1 });
  });

  it('draws the airports where they are, west to the left, those of New York apart', () => {
    for (const to of ['SFO', 'MIA', 'BOS', 'HNL', 'SJU']) predict('JFK', to, 'on time');
    const { map, routes, airports } = state();
    const drawn = new Map<string, { x: number; y: number }>();
    for (const route of routes) drawn.set(route.to, route);
    for (const one of airports) drawn.set(one.airport, one);
    const westToEast = [...drawn].toSorted(([, a], [, b]) => a.x - b.x).map(([code]) => code);
    expect(westToEast).toEqual(['HNL', 'SFO', 'MIA', 'BOS', 'EWR', 'LGA', 'JFK', 'SJU']);
    const northToSouth = [...drawn].toSorted(([, a], [, b]) => a.y - b.y).map(([code]) => code);
    expect(northToSouth).toEqual(['BOS', 'LGA', 'EWR', 'JFK', 'SFO', 'HNL', 'MIA', 'SJU']);
    for (const { x, y } of drawn.values()) {
      expect([x > 0 && x < map.width, y > 0 && y < map.height]).toEqual([true, true]);
    }
    expect(map.land).toMatch(/^M\d+ \d+L/);
  });

  it('says what the weather is, as far as it is known', () => {
    const report = { origin: 'EWR', temperature: 79.4, windSpeed: 25.3, precipitation: 0.1, visibility: 2.6 };
    hear(weather, report);
    expect(airport('EWR')?.weather).toBe('79 °F, wind 25 mph, rain, sight 3 miles');
    hear(weather, { ...report, temperature: null, precipitation: null, visibility: null });
    expect(airport('EWR')?.weather).toBe('wind 25 mph');
    expect(airport('JFK')?.weather).toBeNull();
  });

  it('shows an alert while it is open, and points at its airport when it is opened and when it is closed', () => {
    predict('EWR', 'ATL', 'delayed');
    hear(alerts, alert());
    expect(airport('EWR')?.alert).toEqual({ since: '12:00', reasons: 'queue, rain' });
    predict('EWR', 'ATL', 'delayed', NOON + 12 * HOUR);
    expect(airport('EWR')?.alert).toMatchObject({ since: 'Mon 12:00' });
    hear(alerts, alert({ state: 'closed', eventTime: NOON + HOUR, flights: 20, predictedDelayed: 1, reasons: [] }));
    expect(airport('EWR')?.alert).toBeNull();
    expect(told).toEqual([
      {
        eventTime: NOON,
        text: 'Newark: 22 of the next 23 flights are expected late (queue, rain)',
        tone: 'alarm',
        place: 'EWR',
      },
      {
        eventTime: NOON + HOUR,
        text: 'Newark recovers: 1 of the next 20 flights is expected late',
        tone: 'good',
        place: 'EWR',
      },
    ]);
  });

  it('says of the last flights of the night what one says of one, or of none', () => {
    hear(alerts, alert({ state: 'closed', flights: 1, predictedDelayed: 0 }));
    hear(alerts, alert({ state: 'closed', flights: 2, predictedDelayed: 0 }));
    expect(told.map(({ text }) => text)).toEqual([
      'Newark recovers: the next flight is expected on time',
      'Newark recovers: none of the next 2 flights is expected late',
    ]);
  });

  it('tells how right a day was when all three airports know', () => {
    hear(quality, day('EWR'));
    hear(quality, day('EWR'));
    hear(quality, day('JFK'));
    expect([state().lastDay, told]).toEqual([null, []]);
    hear(quality, day('LGA', { flights: 314, right: 162 }));
    expect(told.map(({ text }) => text)).toEqual(['Sunday 6 October: 642 of 914 predictions were right']);
    expect(state().lastDay).toMatchObject({ name: 'Sun 6 Oct', flights: 914, right: 642, delayed: 300 });
    const next = Date.parse('2013-10-07T08:00:00Z');
    for (const code of ['EWR', 'JFK', 'LGA']) hear(quality, day(code, { from: next }));
    // Of 100 delayed and 80 predicted delayed 60 were wrong one way or the other: 60 delays were warned of.
    expect(state().lastDay).toMatchObject({ name: 'Mon 7 Oct', flights: 900, right: 720, warnedOf: 180 });
    expect(state().allDays).toMatchObject({ name: '2 days', flights: 1_814, right: 1_362 });
  });
});
