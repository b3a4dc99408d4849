import { beforeEach, describe, expect, it } from 'vitest';
import { type CoresTime, type OwnTime, SpareTime } from './spare-time.js';

const CORES = 2;

let times: OwnTime & CoresTime;
let lookedAtCores: number;
/** What goes on while somebody waits. */
let waitOn: (ms: number, signal: AbortSignal) => Promise<void>;
let spare: SpareTime;

beforeEach(() => {
  times = { now: 0, own: 0, idle: 0, cores: CORES };
  waitOn = (_ms, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  spare = newSpareTime();
});

function newSpareTime(demos = 1): SpareTime {
  lookedAtCores = 0;
  return new SpareTime(demos, {
    own: () => times,
    cores() {
      lookedAtCores += 1;
      return times;
    },
    wait: (ms, signal) => waitOn(ms, signal),
  });
}

/** A second goes by, in which this process and others take so much of a core each; then it is looked at once. */
function second(taken: { readonly own: number; readonly others: number }): number {
  const idle = CORES * 1_000 - taken.own - taken.others;
  times = { ...times, now: times.now + 1_000, own: times.own + taken.own, idle: times.idle + idle };
  return spare.dueInMs('last');
}

/** What it gets of a core, in 100 seconds, when it takes each turn for 5 ms of work, beside others that have been there for a while. */
function taken(others: number): number {
  for (let _ = 0; _ < 5; _++) second({ own: 0, others: others * 1_000 });
  const start = times.own;
  const end = times.now + 100_000;
  while (times.now < end) {
    const isDue = spare.dueInMs('last') === 0;
    const own = isDue ? 5 : 0;
    const idle = Math.max(0, CORES * 5 - own - others * 5);
    times = { ...times, now: times.now + 5, own: times.own + own, idle: times.idle + idle };
  }
  return (times.own - start) / 100_000;
}

describe('SpareTime', () => {
  it('has nobody wait where cores rest, though this process keeps one busy', () => {
    for (let _ = 0; _ < 10; _++) expect(second({ own: 1_000, others: 300 })).toBe(0);
  });

  it('lets work have what others leave, less three tenths of all cores', () => {
    expect(taken(0.9)).toBeCloseTo(CORES - 0.9 - 0.3 * CORES, 1);
  });

  it('lets work have a twentieth of a core where others leave nothing', () => {
    expect(taken(2)).toBeCloseTo(0.05, 2);
  });

  it('lets the work of four demos have four times as much', () => {
    spare = newSpareTime(4);
    expect(taken(2)).toBeCloseTo(0.2, 2);
  });

  it('lets what is first go before the rest, and has it wait as well once it has taken too much', () => {
    for (let _ = 0; _ < 5; _++) second({ own: 0, others: 2_000 });
    times = { ...times, now: times.now + 10, own: times.own + 40 };
    expect(spare.dueInMs('first')).toBe(0);
    expect(spare.dueInMs('last')).toBeGreaterThan(300);
    times = { ...times, now: times.now + 40, own: times.own + 40 };
    expect(spare.dueInMs('first')).toBeGreaterThan(0);
  });

  it('gives time back within a second when others rest again', () => {
    second({ own: 0, others: 2_000 });
    expect(second({ own: 300, others: 1_700 })).toBeGreaterThan(900);
    expect(second({ own: 0, others: 500 })).toBe(0);
  });

  it('has a turn come within seconds, whatever the last one took', () => {
    second({ own: 0, others: 2_000 });
    expect(second({ own: 1_000, others: 1_000 })).toBeLessThan(4_000);
  });

  it('asks for the cores once a second, for they are dear to ask for', () => {
    lookedAtCores = 0;
    for (let _ = 0; _ < 1_000; _++) {
      times = { ...times, now: times.now + 10 };
      spare.dueInMs('last');
    }
    expect(lookedAtCores).toBe(10);
  });

  it('lets nobody wait for more than five seconds, though what is first goes on to take all that there is', async () => {
    second({ own: 0, others: 2_000 });
    second({ own: 300, others: 1_700 });
    const start = times.now;
    waitOn = async () => {
      times = { ...times, now: times.now + 100, own: times.own + 100 };
      expect(spare.dueInMs('last')).toBeGreaterThan(0);
    };
    await spare.turn('last');
    expect(times.now - start).toBe(5_000);
  });

  it('lets what is first work most of the time, and the rest now and then, where there is too much for both', async () => {
    for (let _ = 0; _ < 5; _++) second({ own: 0, others: 2_000 });
    const had = { first: 0, last: 0 };
    const start = times.now;
    const until = start + 100_000;
    let wakes: (() => void)[] = [];
    waitOn = () => new Promise((resolve) => void wakes.push(resolve));
    const take = async (which: 'first' | 'last', ms: number): Promise<void> => {
      while (times.now < until) {
        await spare.turn(which);
        had[which] += ms;
        times = { ...times, now: times.now + ms, own: times.own + ms };
      }
    };
    const waiting = Promise.all([take('first', 10), take('last', 40)]);
    while (times.now < until + 10_000) {
      times = { ...times, now: times.now + 10 };
      const waking = wakes;
      wakes = [];
      for (const wake of waking) wake();
      await new Promise((resolve) => void setImmediate(resolve));
    }
    await waiting;
    expect(had.last).toBeGreaterThan(400);
    expect(had.first).toBeGreaterThan(3 * had.last);
  });

  it('lets everybody go on when it ends', async () => {
    second({ own: 0, others: 2_000 });
    expect(second({ own: 300, others: 1_700 })).toBeGreaterThan(900);
    const waiting = spare.turn('last');
    spare.end();
    await waiting;
    await spare.turn('last');
  });

  it('lets work go on where the system does not tell of its cores', () => {
    times = { now: 0, own: 0, idle: 0, cores: 0 };
    spare = newSpareTime();
    times = { ...times, now: 1_000, own: 1_000 };
    expect(spare.dueInMs('last')).toBe(0);
  });
});
