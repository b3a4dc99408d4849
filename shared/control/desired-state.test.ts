import { describe, expect, it } from 'vitest';
import type { ControlRecord, FaultOrder, PaceOrder, PartReport } from './control-topic.js';
import { type DesiredState, expire, faultInEffect, nextEnd, ordersFor, reduce, UNDISTURBED } from './desired-state.js';

const NOW = 1_795_680_000_000;
const EMPTY: ControlRecord = { fault: null, pace: null, reset: null, part: null };
const fresh = { now: NOW, isNew: true };
const old = { now: NOW, isNew: false };

const fault = (order: Partial<FaultOrder> = {}): ControlRecord => ({
  ...EMPTY,
  fault: { on: true, id: 'f1', issuedAt: NOW, until: null, target: null, by: 'test', ...order },
});
const pace = (order: Partial<PaceOrder> = {}): ControlRecord => ({
  ...EMPTY,
  pace: { id: 'p1', issuedAt: NOW, paused: false, speed: 1, steps: 0, jumpTo: null, ...order },
});
const part = (report: Partial<PartReport> = {}): ControlRecord => ({
  ...EMPTY,
  part: {
    role: 'producer',
    instance: 'host-1',
    heardAt: NOW,
    obeys: [],
    faults: [],
    eventTime: null,
    lap: null,
    sent: 0,
    held: 0,
    injected: 0,
    ...report,
  },
});

/** The state after these records, all read in the same way, and what is new in the last one. */
function read(
  records: readonly (readonly [string, ControlRecord | null])[],
  reading: typeof fresh | typeof old = fresh,
) {
  return records.reduce((last, [key, value]) => reduce(last.state, { key, value }, reading), {
    state: UNDISTURBED,
    news: reduce(UNDISTURBED, { key: '', value: null }, reading).news,
  });
}
const isOn = (state: DesiredState): boolean => faultInEffect(state, 'drift', 'host-1') !== undefined;

describe('a fault', () => {
  it('is in effect from the order that switches it on to the one that switches it off, at all or at the one that is meant', () => {
    const on = read([['fault/drift', fault()]]);
    expect([isOn(UNDISTURBED), isOn(on.state), on.news.faults]).toEqual([false, true, ['drift']]);
    const off = read([
      ['fault/drift', fault()],
      ['fault/drift', fault({ on: false, id: 'f2' })],
    ]);
    expect([isOn(off.state), ordersFor(off.state, 'producer')]).toEqual([false, ['f2']]);
    const others = read([['fault/drift', fault({ target: 'host-2' })]]);
    expect([isOn(others.state), faultInEffect(others.state, 'drift', 'host-2')?.id]).toEqual([false, 'f1']);
  });

  it('ends by itself: when it says so, after the time that such a fault lasts, never later than the longest', () => {
    const endOf = (order: Partial<FaultOrder>, name = 'drift'): number | undefined => {
      const end = nextEnd(read([[`fault/${name}`, fault(order)]]).state);
      return end === undefined ? undefined : (end - NOW) / 1_000;
    };
    expect(endOf({})).toBe(600);
    expect(endOf({ until: NOW + 5_000 })).toBe(5);
    expect(endOf({ until: NOW + 1e12 })).toBe(3_600);
    expect(endOf({}, 'killed-scorer')).toBe(60);
    expect(endOf({}, 'lost-broker')).toBe(20);
    expect(endOf({ until: NOW + 1e12 }, 'lost-broker')).toBe(60);
    const { state } = read([['fault/drift', fault({ until: NOW + 5_000 })]]);
    expect(expire(state, NOW + 4_999)).toBe(state);
    expect([isOn(expire(state, NOW + 5_000)), nextEnd(expire(state, NOW + 5_000))]).toEqual([false, undefined]);
  });

  it('counts its time from when one hears of it, whatever the clock of who switched it says', () => {
    const { state } = read([['fault/drift', fault({ issuedAt: NOW - 1e9, until: NOW - 1e9 + 30_000 })]]);
    expect([isOn(state), nextEnd(state)]).toEqual([true, NOW + 30_000]);
  });

  it('holds for a part that starts late, and is no news to it; one whose time is over is off', () => {
    const running = read([['fault/drift', fault({ issuedAt: NOW - 60_000 })]], old);
    expect([isOn(running.state), nextEnd(running.state), running.news.faults]).toEqual([true, NOW + 540_000, []]);
    const over = read([['fault/drift', fault({ issuedAt: NOW - 601_000 })]], old);
    expect([isOn(over.state), ordersFor(over.state, 'producer')]).toEqual([false, ['f1']]);
    const ahead = read([['fault/drift', fault({ issuedAt: NOW + 1e9 })]], old);
    expect(nextEnd(ahead.state)).toBe(NOW + 600_000);
  });

  it('is passed over where nobody knows it, and taken back by a tombstone', () => {
    expect(read([['fault/earthquake', fault()]]).state).toBe(UNDISTURBED);
    expect(read([['something', fault()]]).state).toBe(UNDISTURBED);
    const { state } = read([
      ['fault/drift', fault()],
      ['fault/drift', null],
    ]);
    expect(state.faults.size).toBe(0);
  });

  it('has its texts cut', () => {
    const { state } = read([['fault/drift', fault({ by: 'x'.repeat(5_000), id: 'i'.repeat(5_000) })]]);
    expect([state.faults.get('drift')?.by.length, state.faults.get('drift')?.id.length]).toEqual([200, 200]);
  });
});

describe('the pace', () => {
  it('holds whenever it was written; steps and jumps are asked for only by what is new', () => {
    const written: [string, ControlRecord][] = [['pace', pace({ paused: true, speed: 4, steps: 3, jumpTo: NOW + 1 })]];
    expect(read(written, old).state.pace).toMatchObject({ paused: true, speed: 4, steps: 3 });
    expect(read(written, old).news).toMatchObject({ steps: 0, jumpTo: undefined });
    expect(read(written).news).toMatchObject({ steps: 3, jumpTo: NOW + 1 });
    expect(read([...written, ['pace', pace({ steps: 5 })]]).news).toMatchObject({ steps: 2, jumpTo: undefined });
    expect(read([...written, ['pace', pace({ steps: 1 })]]).news.steps).toBe(0);
  });

  it('stays within its bounds', () => {
    const speed = (asked: number): number => read([['pace', pace({ speed: asked })]]).state.pace.speed;
    expect([0.001, 0.25, 7, 1_000, 0, -2, Number.NaN].map(speed)).toEqual([0.25, 0.25, 7, 16, 1, 1, 1]);
    expect(read([['pace', pace({ steps: 1e9 })]]).news.steps).toBe(1_000);
  });
});

it('asks for a reset once', () => {
  const reset: [string, ControlRecord] = ['reset', { ...EMPTY, reset: { id: 'r1', issuedAt: NOW } }];
  expect([read([reset]).news.reset, read([reset], old).news.reset]).toEqual([true, false]);
  expect(ordersFor(read([reset]).state, 'supervisor')).toEqual(['r1']);
});

describe('what parts say', () => {
  it('is kept by role and instance, with when it was heard', () => {
    const { state } = read([['part/producer/host-1', part({ sent: 7, heardAt: NOW - 1e9 })]]);
    expect(state.parts.get('producer/host-1')).toMatchObject({ sent: 7, lastHeardAt: NOW });
    const before = read([['part/producer/host-1', part({ heardAt: NOW - 1e9 })]], old);
    expect(before.state.parts.get('producer/host-1')?.lastHeardAt).toBe(NOW - 1e9);
  });

  it('is passed over where it is not of the part that its key names', () => {
    expect(read([['part/producer/host-2', part()]]).state.parts.size).toBe(0);
    expect(
      read([['part/oracle/host-1', { ...part(), part: { ...part().part, role: 'oracle' } as never }]]).state.parts.size,
    ).toBe(0);
  });

  it('is of 64 at most: who was silent longest goes first', () => {
    const reports = Array.from({ length: 70 }, (_, i): [string, ControlRecord] => [
      `part/producer/host-${i}`,
      part({ instance: `host-${i}` }),
    ]);
    const { state } = read([...reports, ['part/producer/host-7', part({ instance: 'host-7' })]]);
    expect([state.parts.size, state.parts.has('producer/host-5'), state.parts.has('producer/host-7')]).toEqual([
      64,
      false,
      true,
    ]);
  });
});

it('says of each role what it is to take up', () => {
  const { state } = read([
    ['fault/drift', fault({ id: 'd' })],
    ['fault/slow-scorer', fault({ id: 's' })],
    ['fault/lost-broker', fault({ id: 'b' })],
    ['fault/bad-model', fault({ id: 'm' })],
    ['pace', pace({ id: 'p' })],
  ]);
  expect([ordersFor(state, 'producer'), ordersFor(state, 'scorer'), ordersFor(state, 'supervisor')]).toEqual([
    ['d', 'p'],
    ['s'],
    ['b'],
  ]);
});
