import { describe, expect, it } from 'vitest';
import { seededRandom } from '#shared/testing';
import { describeFault, type Fault, faultSchedule } from './fault-schedule.js';

const options = { durationMs: 60_000, everyMs: 2_000, scorers: 3, sessionTimeoutMs: 10_000, brokerEveryMs: 8_000 };
const schedule = (seed: number): Fault[] => faultSchedule(seededRandom(seed), options);

describe('a schedule of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(schedule(7)).toEqual(schedule(7));
    expect(schedule(7)).not.toEqual(schedule(8));
  });

  it('has every kind, in the order of time and within its duration', () => {
    const faults = schedule(7);
    expect(faults.length).toBeGreaterThan(20);
    expect(new Set(faults.map(({ kind }) => kind)).size).toBe(6);
    expect(faults.map(({ atMs }) => atMs)).toEqual(faults.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
    expect(faults.at(-1)?.atMs).toBeLessThan(options.durationMs);
  });

  it('leaves the broker time between two faults of its own', () => {
    const times = schedule(7).flatMap(({ kind, atMs }) => (kind.startsWith('broker') ? [atMs] : []));
    expect(times.length).toBeGreaterThan(3);
    for (const [index, time] of times.entries())
      expect(time - (times[index - 1] ?? -8_000)).toBeGreaterThanOrEqual(8_000);
  });

  it('has a pause that outlasts the session', () => {
    const longest = Math.max(...schedule(7).flatMap(({ kind, forMs }) => (kind === 'pause' ? [forMs] : [])));
    expect(longest).toBeGreaterThan(options.sessionTimeoutMs);
  });

  it('is told in short', () => {
    expect(describeFault({ kind: 'kill', atMs: 3_140, forMs: 250, scorer: 2 })).toBe('3.1s kill 2 (0.3s)');
    expect(describeFault({ kind: 'broker-stop', atMs: 9_000, forMs: 1_000, scorer: 1 })).toBe(
      '9.0s broker-stop (1.0s)',
    );
  });
});
