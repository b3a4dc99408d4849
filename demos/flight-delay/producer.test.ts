import { describe, expect, it } from 'vitest';
import type { DemoRecord } from '#shared/commands';
import { produce } from './producer.js';
import {
  type Departure,
  departures,
  type Flight,
  flights,
  type Outcome,
  outcomes,
  scoredUnit,
  type Weather,
  weather,
} from './topics.js';

const QUARTER = Date.parse('2013-10-01T08:00:00Z');
const MINUTE = 60_000;
const lap = (number: number, limit = 84_292) => [...produce({ lap: number, limit, seed: 1 })];
const of = (records: readonly DemoRecord[], topic: { readonly name: string }) =>
  records.filter((record) => record.topic.name === topic.name);

describe('the producer', () => {
  it('plays the quarter in event-time order: weather, flights, departures, outcomes', () => {
    const records = lap(1);
    let last = 0;
    for (const { eventTime } of records) {
      expect(eventTime).toBeGreaterThanOrEqual(last);
      last = eventTime;
    }
    const published = of(records, flights).map(({ value }) => value as Flight);
    expect(published[0]?.eventTime).toBe(QUARTER);
    expect(new Set(published.map(({ id }) => id)).size).toBe(84_292);
    expect(of(records, departures)).toHaveLength(82_798);
    expect(of(records, outcomes)).toHaveLength(82_609);
    const reports = of(records, weather).map(({ value }) => value as Weather);
    expect(new Set(reports.map(({ origin, observedAt }) => `${origin} ${observedAt}`)).size).toBe(reports.length);
  });

  it('keys all that the scorer reads by airport', () => {
    for (const { key, value } of lap(1, 500)) expect(key).toBe((value as { origin: string }).origin);
  });

  it('publishes a flight on the minute, and what happened in a minute within it', () => {
    const records = lap(1, 500);
    for (const { value, eventTime } of of(records, flights)) {
      expect([eventTime % MINUTE, (value as Flight).eventTime]).toEqual([0, eventTime]);
    }
    const happened = [
      ...of(records, weather).map(({ value, eventTime }) => [(value as Weather).observedAt, eventTime]),
      ...of(records, departures).map(({ value, eventTime }) => [(value as Departure).departedAt, eventTime]),
      ...of(records, outcomes).map(({ value, eventTime }) => [(value as Outcome).landedAt, eventTime]),
    ];
    for (const [at = 0, eventTime] of happened) expect([at % MINUTE, eventTime]).toEqual([0, at + MINUTE / 2]);
  });

  it('never lets the flight record know how the flight goes', () => {
    for (const { value } of of(lap(1, 100), flights)) {
      const known = Object.keys(value as Flight);
      for (const later of ['departureDelay', 'arrivalDelay', 'landedAt']) expect(known).not.toContain(later);
      expect((value as Flight).scheduledDeparture - (value as Flight).eventTime).toBe(60 * MINUTE);
    }
  });

  it('lets a flight leave and land after it was published', () => {
    const published = new Set<string>();
    for (const { topic, value } of lap(1)) {
      if (topic === weather) continue;
      const { id } = value as { id: string };
      if (topic === flights) published.add(id);
      else expect(published.has(id)).toBe(true);
    }
  });

  it('makes other flights at later times of a second lap, on the same days of the week', () => {
    const [first, second] = [lap(1, 50), lap(2, 50)].map((records) => of(records, flights));
    const ids = new Set(first?.map(({ value }) => (value as Flight).id));
    second?.forEach(({ value, eventTime }, index) => {
      expect(ids.has((value as Flight).id)).toBe(false);
      expect((eventTime - (first?.[index]?.eventTime ?? 0)) % (7 * 24 * 60 * MINUTE)).toBe(0);
    });
    expect(second?.[0]?.eventTime).toBeGreaterThan(lap(1).at(-1)?.eventTime ?? 0);
  });

  it('still lands what is in the air when the flights end', () => {
    const records = lap(1, 10);
    for (const topic of [flights, departures, outcomes]) expect(of(records, topic)).toHaveLength(10);
  });
});

it('every flight is a unit, and each but the cancelled must come out', () => {
  const [first, second] = of(lap(1, 2), flights).map(({ value }) => value as Flight) as [Flight, Flight];
  const inputs = [first, { ...second, cancelled: true }];
  expect(scoredUnit.unitIds(inputs)).toEqual([first.id, second.id]);
  expect(scoredUnit.expectedIds(inputs)).toEqual([first.id]);
});
