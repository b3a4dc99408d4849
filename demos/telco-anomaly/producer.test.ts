import { describe, expect, it } from 'vitest';
import { type DemoRecord, seededRandom } from '#shared/commands';
import { divide } from './divide.js';
import { produce } from './producer.js';
import { type Cell, cells, type Outcome, outcomes, type Report, reports, scoredUnit } from './topics.js';
import { MINUTE_MS } from './window-time.js';

const START = Date.parse('2026-03-05T00:00:00Z');
const HOUR = 60 * MINUTE_MS;
const WEEK = 7 * 24 * HOUR;
const lap = (number: number, limit = Number.POSITIVE_INFINITY, seed = 1): DemoRecord[] => [
  ...produce({ lap: number, limit, seed }),
];

describe('the producer', () => {
  const whole = lap(1);

  it('plays four days in event-time order: the cells as they were planned, reports, what was the matter', () => {
    let last = 0;
    for (const { eventTime } of whole) {
      expect(eventTime).toBeGreaterThanOrEqual(last);
      last = eventTime;
    }
    expect(whole.slice(0, 36).map(({ topic }) => topic)).toEqual(Array(36).fill(cells));
    expect(whole.filter(({ topic }) => topic === reports)).toHaveLength(5 * 41_472);
    expect(whole.filter(({ topic }) => topic === outcomes)).toHaveLength(41_472);
  });

  it('publishes a minute when it is over', () => {
    for (const { topic, value, eventTime } of whole) {
      if (topic === reports) expect((value as Report).minute).toBe(eventTime - MINUTE_MS);
    }
    expect(whole[36]?.value).toMatchObject({ cellId: 'cell-001', minute: START });
  });

  it('keys all that it produces by cell', () => {
    for (const { key, value } of whole) expect(key).toBe((value as Cell).cellId);
  });

  it('never lets a report know what is the matter', () => {
    const report = whole.find(({ topic }) => topic === reports)?.value as Report;
    for (const later of ['fault', 'incident', 'id']) expect(Object.keys(report)).not.toContain(later);
  });

  it('tells of a fault an hour after its incident is over, and of none after six hours', () => {
    const told = whole.filter(({ topic }) => topic === outcomes);
    for (const { value, eventTime } of told) expect((value as Outcome).knownAt).toBe(eventTime);
    const ofWindow = (id: string): DemoRecord | undefined => told.find(({ value }) => (value as Outcome).id === id);
    // The incident's last window begins at 13:35.
    expect(ofWindow('cell-020-20260305T0630')).toMatchObject({
      eventTime: START + 14 * HOUR + 40 * MINUTE_MS,
      value: { cellId: 'cell-020', fault: 'backhaulDegradation', incident: 1 },
    });
    expect(ofWindow('cell-001-20260305T0000')).toMatchObject({
      eventTime: START + 6 * HOUR + 5 * MINUTE_MS,
      value: { fault: null, incident: null },
    });
    expect(told.filter(({ value }) => (value as Outcome).fault !== null)).toHaveLength(3_064);
  });

  it('ends with the report that is the last of the limit, and still tells what was the matter in its window', () => {
    const records = lap(1, 185);
    expect(records.filter(({ topic }) => topic === reports)).toHaveLength(185);
    expect(records.filter(({ topic }) => topic === outcomes)).toHaveLength(2 * 36);
    expect(lap(1, 180).filter(({ topic }) => topic === outcomes)).toHaveLength(36);
  });

  it('makes other windows at later times of a second lap, on the same days of the week', () => {
    const [first, second] = [lap(1, 400), lap(2, 400)].map((records) =>
      records.filter(({ topic }) => topic === reports),
    );
    second?.forEach(({ eventTime, value }, at) => {
      expect(eventTime - (first?.[at]?.eventTime ?? 0)).toBe(WEEK);
      expect((value as Report).minute).toBe(eventTime - MINUTE_MS);
    });
    expect(lap(2, 180).findLast(({ topic }) => topic === outcomes)?.value).toMatchObject({
      id: 'cell-036-20260312T0000',
    });
    expect(START + WEEK).toBeGreaterThan(whole.at(-1)?.eventTime ?? 0);
  });

  it('makes the same minutes of the same seed', () => {
    expect(lap(1, 400)).toEqual(lap(1, 400));
    expect(lap(1, 400, 2)).not.toEqual(lap(1, 400));
  });
});

describe('a window that is divided into minutes', () => {
  const random = seededRandom(7);

  it('has parts that differ, add up to a sum, and never fall below nought', () => {
    const parts = divide(1_234.5, { name: 'trafficMegabytes', steps: 10, over: 'sum' }, random);
    expect(new Set(parts).size).toBeGreaterThan(1);
    expect(Math.round(10 * parts.reduce((sum, part) => sum + part, 0))).toBe(12_345);
    for (const few of [0, 1, 3]) {
      const sessions = divide(few, { name: 'droppedSessions', steps: 1, over: 'sum' }, random);
      expect(sessions.reduce((sum, part) => sum + part, 0)).toBe(few);
      expect(Math.min(...sessions)).toBeGreaterThanOrEqual(0);
    }
  });

  it('has parts around a mean, within what the KPI can be', () => {
    const parts = divide(99.5, { name: 'prbUtilization', steps: 10, over: 'mean', limit: 100 }, random);
    expect(Math.round((10 * parts.reduce((sum, part) => sum + part, 0)) / 5)).toBe(995);
    expect(Math.max(...parts)).toBeLessThanOrEqual(100);
    expect(divide(-113.1, { name: 'interference', steps: 10, over: 'mean', limit: -121.4 }, random)).toHaveLength(5);
  });
});

describe('the scored unit', () => {
  const [first, second, third, fourth, fifth] = lap(1, 180)
    .filter(({ topic, key }) => topic === reports && key === 'cell-001')
    .map(({ value }) => value as Report) as [Report, Report, Report, Report, Report];

  it('is a window of a cell, of which each report is a part', () => {
    expect(scoredUnit.unitIds([first])).toEqual(['cell-001-20260305T0000']);
    expect(scoredUnit.unitIds([first, fifth, { ...first, cellId: 'cell-002' }])).toEqual([
      'cell-001-20260305T0000',
      'cell-002-20260305T0000',
    ]);
  });

  it('is expected when all of its minutes were reported, in any order, none of them in place of another', () => {
    expect(scoredUnit.expectedIds([fifth, second, third, fourth, first])).toEqual(['cell-001-20260305T0000']);
    expect(scoredUnit.expectedIds([first, second, third, fourth])).toEqual([]);
    expect(scoredUnit.expectedIds([first, second, third, fourth, fourth])).toEqual([]);
  });
});
