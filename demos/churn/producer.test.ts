import { describe, expect, it } from 'vitest';
import type { DemoRecord } from '#shared/commands';
import { produce } from './producer.js';
import { rows, totalsOf } from './rows.js';
import {
  type Announcement,
  announcements,
  type Customer,
  type CustomerEvent,
  customers,
  events,
  type Outcome,
  outcomes,
  scoredUnit,
} from './topics.js';

const HOUR = 3_600_000;
const MIDNIGHT = Date.parse('1998-06-30T00:00:00Z');
const lap = (number: number, limit = Number.POSITIVE_INFINITY, seed = 1) => [...produce({ lap: number, limit, seed })];
/** The values of a topic, those that delete left out; DemoRecord forgets their type. */
const of = <V>(records: readonly DemoRecord[], topic: { readonly name: string }): V[] =>
  records.filter((record) => record.topic.name === topic.name && record.value !== null).map(({ value }) => value as V);

const first = lap(1);
const profiles = of<Customer>(first, customers);
const calls = of<CustomerEvent>(first, events);

describe('the producer', () => {
  it('plays the last day of a period in event-time order: profiles, calls, new prices, outcomes', () => {
    let last = 0;
    for (const { eventTime } of first) {
      expect(eventTime).toBeGreaterThanOrEqual(last);
      last = eventTime;
    }
    expect(profiles).toHaveLength(1_667);
    expect(calls).toHaveLength(17_408);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(17_408);
    expect(of<Outcome>(first, outcomes).filter(({ left }) => left)).toHaveLength(224);
    expect(of<Announcement>(first, announcements).map(({ announcedAt }) => announcedAt)).toEqual([MIDNIGHT + 9 * HOUR]);
  });

  it('divides a period so that what was used before and the calls of the day are exactly its totals', () => {
    const sums = new Map(profiles.map(({ customerId, ...profile }) => [customerId, { ...profile }]));
    for (const { customerId, kind, seconds } of calls) {
      const sum = sums.get(customerId);
      if (sum === undefined) throw new Error(`${customerId} has no profile`);
      if (kind === 'service') sum.serviceCalls += 1;
      else sum[`${kind}Seconds`] += seconds;
      if (kind === 'abroad') sum.abroadCalls += 1;
    }
    for (const row of rows()) {
      const { dayCalls: _day, eveningCalls: _evening, nightCalls: _night, ...totals } = totalsOf(row);
      expect(sums.get(row('customerId'))).toMatchObject(totals);
    }
  });

  it('lets nobody have used less than nothing, nor a call last less than nothing', () => {
    for (const { seconds } of calls) expect(seconds).toBeGreaterThanOrEqual(0);
    for (const { daySeconds, eveningSeconds, nightSeconds, abroadSeconds, abroadCalls, serviceCalls } of profiles) {
      const used = [daySeconds, eveningSeconds, nightSeconds, abroadSeconds, abroadCalls, serviceCalls];
      expect(Math.min(...used)).toBeGreaterThanOrEqual(0);
    }
  });

  it('has those who call the service often do so when the new prices are known', () => {
    const often = new Set(
      Array.from(rows()).flatMap((row) => (totalsOf(row).serviceCalls >= 4 ? [row('customerId')] : [])),
    );
    const toService = calls.filter(({ kind, customerId }) => kind === 'service' && often.has(customerId));
    expect(often.size).toBe(132);
    expect(Math.min(...toService.map(({ eventTime }) => eventTime))).toBeGreaterThan(MIDNIGHT + 9 * HOUR);
    expect(
      profiles.filter(({ customerId }) => often.has(customerId)).every(({ serviceCalls }) => serviceCalls === 1),
    ).toBe(true);
  });

  it('has no two events of a customer at one time', () => {
    expect(new Set(calls.map(({ customerId, eventTime }) => `${customerId} ${eventTime}`)).size).toBe(calls.length);
  });

  it('keys all that the scorer reads by customer', () => {
    for (const { topic, key, value } of first) {
      if (topic !== announcements && value !== null) expect(key).toBe((value as { customerId: string }).customerId);
    }
  });

  it('never lets profile or events know who leaves', () => {
    for (const value of [...profiles.slice(0, 10), ...calls.slice(0, 10)]) {
      for (const later of ['left', 'churn']) expect(Object.keys(value)).not.toContain(later);
    }
  });

  it('tells the outcome at the last event of a customer, and deletes the profile with it', () => {
    const lastEvents = new Map(calls.map(({ customerId, id }) => [customerId, id]));
    const told = of<Outcome>(first, outcomes);
    expect(new Map(told.map(({ customerId, id }) => [customerId, id]))).toEqual(lastEvents);
    const deleted = first.filter(({ topic, value }) => topic === customers && value === null);
    expect(new Map(deleted.map(({ key, eventTime }) => [key, eventTime]))).toEqual(
      new Map(told.map(({ customerId, closedAt }) => [customerId, closedAt])),
    );
    for (const { closedAt } of told) expect(closedAt).toBeGreaterThanOrEqual(MIDNIGHT + 24 * HOUR);
  });

  it('makes other customers, whose period ends a day later, of a second lap', () => {
    const ids = new Set(profiles.map(({ customerId }) => customerId));
    const second = lap(2);
    expect(of<Customer>(second, customers).every(({ customerId }) => !ids.has(customerId))).toBe(true);
    expect(second[0]?.eventTime).toBeGreaterThan(first.at(-1)?.eventTime ?? Number.POSITIVE_INFINITY);
  });

  it('cut short, still tells what became of those who called, as of their last event', () => {
    const short = lap(1, 1_000);
    const played = of<CustomerEvent>(short, events);
    expect(played).toEqual(calls.slice(0, 1_000));
    const lastEvents = new Map(played.map(({ customerId, id }) => [customerId, id]));
    expect(new Map(of<Outcome>(short, outcomes).map(({ customerId, id }) => [customerId, id]))).toEqual(lastEvents);
  });

  it('divides alike by the same seed, and otherwise by another', () => {
    expect(lap(1, 100)).toEqual(lap(1, 100));
    expect(lap(1, 100, 2)).not.toEqual(lap(1, 100));
  });
});

it('every event is a unit, and each must come out', () => {
  const ids = calls.slice(0, 3).map(({ id }) => id);
  expect(scoredUnit.unitIds(calls.slice(0, 3))).toEqual(ids);
  expect(scoredUnit.expectedIds(calls.slice(0, 3))).toEqual(ids);
});
