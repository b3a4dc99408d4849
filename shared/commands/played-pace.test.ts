import { describe, expect, it } from 'vitest';
import type { PaceOrder } from '#shared/control';
import { createPace } from './pace.js';
import { PlayedPace } from './played-pace.js';

/** Ten main records a second, by a clock that the test moves. */
function playing(rate = 10) {
  const clock = { now: 1_000 };
  const pace = new PlayedPace(createPace(rate, 1), () => clock.now);
  let eventTime = 0;
  const order = (change: Partial<PaceOrder> = {}): PaceOrder => ({
    id: 'p',
    issuedAt: 0,
    paused: false,
    speed: 1,
    steps: 0,
    jumpTo: null,
    ...change,
  });
  return {
    clock,
    pace,
    take: (change: Partial<PaceOrder>, news: { steps?: number; jumpTo?: number } = {}) =>
      pace.take(order(change), { steps: news.steps ?? 0, jumpTo: news.jumpTo }),
    /** The next record comes a second of event time later; gives how long it waits. */
    next: (main = true, lap = 1): number => {
      eventTime += 1_000;
      pace.next({ eventTime, main, lap });
      return pace.waitMs();
    },
    /** It waits, and goes. */
    go: (): void => {
      const ms = pace.waitMs();
      if (ms < Number.POSITIVE_INFINITY) clock.now += ms;
      pace.goes();
    },
  };
}

const never = Number.POSITIVE_INFINITY;

describe('PlayedPace', () => {
  it('plays the pace of the run until it is told otherwise', () => {
    const { next, go, clock } = playing();
    expect(next()).toBe(0);
    go();
    expect(next()).toBe(100);
    go();
    clock.now += 30;
    expect(next()).toBe(70);
    clock.now += 500;
    expect(next()).toBe(0);
  });

  it('goes faster and slower from where it is', () => {
    const { next, go, take, clock, pace } = playing();
    next();
    go();
    next();
    clock.now += 60;
    take({ speed: 4 });
    expect(pace.waitMs()).toBe(10);
    go();
    expect(next()).toBe(25);
    take({ speed: 0.25 });
    expect(pace.waitMs()).toBe(400);
  });

  it('stands still, and goes on from there', () => {
    const { next, go, take, clock, pace } = playing();
    next();
    go();
    next();
    clock.now += 60;
    take({ paused: true });
    expect(pace.waitMs()).toBe(never);
    clock.now += 100_000;
    take({ paused: true, speed: 2 });
    expect(pace.waitMs()).toBe(never);
    take({ speed: 2 });
    expect(pace.waitMs()).toBe(20);
  });

  it('lets one main record go at each step, with what comes before it', () => {
    const { next, go, take, pace } = playing();
    next();
    go();
    take({ paused: true });
    expect(next(false)).toBe(never);
    take({ paused: true }, { steps: 2 });
    expect(pace.waitMs()).toBe(0);
    go();
    expect([next(true), go(), next(true), go()]).toEqual([0, undefined, 0, undefined]);
    expect(next(false)).toBe(never);
    take({});
    expect(pace.waitMs()).toBe(0);
    go();
    expect(next()).toBe(100);
  });

  it('hurries to a moment, untimed, and keeps the pace from there on', () => {
    const { next, go, take, pace } = playing();
    next();
    go();
    take({}, { jumpTo: 5_000 });
    expect([next(), pace.isTimed, go(), next(), go(), next(), go()]).toEqual([
      0,
      false,
      undefined,
      0,
      undefined,
      0,
      undefined,
    ]);
    expect([next(), pace.isTimed]).toEqual([0, true]);
    go();
    expect(next()).toBe(100);
  });

  it('arrives standing still where it stood still', () => {
    const { next, go, take } = playing();
    next();
    go();
    take({ paused: true }, { jumpTo: 3_000 });
    expect(next()).toBe(0);
    go();
    expect(next()).toBe(never);
  });

  it('gives up a moment that is past or never comes', () => {
    const { next, go, take, pace } = playing();
    next();
    go();
    take({}, { jumpTo: 500 });
    expect([next(), pace.isTimed]).toEqual([0, true]);
    take({}, { jumpTo: 1e15 });
    expect([next(true, 2), pace.isTimed]).toEqual([0, false]);
    expect([next(true, 3), pace.isTimed]).toEqual([0, true]);
  });

  it('stands still though nothing is timed', () => {
    const { next, go, take, pace } = playing(0);
    expect([next(), pace.isTimed]).toEqual([0, false]);
    go();
    next();
    take({ paused: true });
    expect(pace.waitMs()).toBe(never);
  });

  it('is woken by an order, and by the end', async () => {
    const { next, go, take, pace } = playing();
    next();
    go();
    next();
    take({ paused: true });
    const ending = new AbortController();
    const waiting = pace.wait(ending.signal);
    take({ paused: true }, { steps: 1 });
    await waiting;
    go();
    next();
    const waitingAgain = pace.wait(ending.signal);
    ending.abort();
    await waitingAgain;
    expect(pace.waitMs()).toBe(never);
  });
});
