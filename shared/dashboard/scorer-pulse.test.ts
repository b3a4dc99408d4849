import { describe, expect, it } from 'vitest';
import { type MetricSample, scorerMetrics } from '#shared/metrics';
import { ScorerPulse } from './scorer-pulse.js';

/** What a scorer has measured since its start. */
function measured({
  calls = 0,
  seconds = 0,
  processed = 0,
  late = 0,
  alittle = 0,
  waited = 0,
}): readonly MetricSample[] {
  const { scoringDuration, recordsProcessed, recordLateness, scorerEventLoopDelay } = scorerMetrics;
  const lateness = recordLateness.buckets.map((bound) => (bound === 300 ? alittle : 0));
  return [
    { metric: scoringDuration.name, labels: {}, value: seconds, buckets: [calls] },
    { metric: recordsProcessed.name, labels: {}, value: processed, buckets: [] },
    { metric: recordLateness.name, labels: {}, value: 0, buckets: [...lateness, late] },
    { metric: scorerEventLoopDelay.name, labels: {}, value: waited, buckets: [] },
  ];
}

describe('ScorerPulse', () => {
  it('is the mean of the calls of late, whatever was before', () => {
    const pulse = new ScorerPulse();
    for (let second = 0; second <= 60; second += 1) {
      const metrics = measured({ calls: second * 20, seconds: second * 0.06, processed: second * 50 });
      pulse.heartbeat({ instance: 'a', metrics }, second * 1_000);
    }
    expect(pulse.scoringSeconds(60_000)).toBeCloseTo(0.003, 6);
    const slow = (second: number) =>
      measured({ calls: 1_200 + second, seconds: 3.6 + second * 1.5, processed: 3_000 + second * 50 });
    for (let second = 1; second <= 8; second += 1)
      pulse.heartbeat({ instance: 'a', metrics: slow(second) }, 60_000 + second * 1_000);
    expect(pulse.scoringSeconds(68_000)).toBeCloseTo(1.5, 6);
  });

  it('is that of the scorer where it is longest', () => {
    const pulse = new ScorerPulse();
    for (const [instance, each] of [
      ['a', 0.002],
      ['b', 0.4],
    ] as const) {
      pulse.heartbeat({ instance, metrics: measured({ calls: 0, processed: 0 }) }, 0);
      pulse.heartbeat({ instance, metrics: measured({ calls: 10, seconds: 10 * each, processed: 100 }) }, 1_000);
    }
    expect(pulse.scoringSeconds(1_000)).toBeCloseTo(0.4, 6);
  });

  it('is the model alone that takes long where each second says so, and not what its process waits for', () => {
    const pulse = new ScorerPulse();
    let now = 0;
    const total = { calls: 0, seconds: 0, processed: 0 };
    const pass = (calls: number, each: number, waited = 0): number | undefined => {
      now += 1_000;
      total.calls += calls;
      total.seconds += calls * each;
      total.processed += 50;
      pulse.heartbeat({ instance: 'a', metrics: measured({ ...total, waited }) }, now);
      return pulse.modelSeconds(now);
    };
    // The first call of a model that was just loaded, in a process that hardly gets to its turn.
    expect([pass(0, 0, 0.8), pass(1, 1.1, 0.8)]).toEqual([undefined, undefined]);
    expect(pass(3, 0.3, 0.8)).toBe(0);
    for (let second = 0; second < 10; second += 1) expect(pass(3, 0.3, 0.8)).toBe(0);
    // One call took long.
    for (let second = 0; second < 10; second += 1) expect(pass(2, 0.003)).toBeCloseTo(0.003, 6);
    expect(pass(1, 3)).toBeCloseTo(0.003, 6);
    expect(pass(2, 0.003)).toBeCloseTo(0.003, 6);
    // Each takes a second and a half longer; in some seconds none ends.
    const slow = [0, 1, 1, 0, 1, 1, 0, 1].map((calls) => pass(calls, 1.503, 0.2) ?? 0);
    expect(slow.slice(0, 4).every((seconds) => seconds < 0.1)).toBe(true);
    for (const seconds of slow.slice(5)) expect(seconds).toBeCloseTo(1.303, 6);
    expect(pass(20, 0.003)).toBeCloseTo(0.003, 6);
  });

  it('counts as late what is more than five minutes behind, of all that was processed', () => {
    const pulse = new ScorerPulse();
    pulse.heartbeat({ instance: 'a', metrics: measured({ processed: 100, late: 40, alittle: 9 }) }, 0);
    pulse.heartbeat({ instance: 'a', metrics: measured({ processed: 200, late: 50, alittle: 90 }) }, 1_000);
    expect(pulse.lateShare(1_000)).toBeCloseTo(0.1, 6);
  });

  it('knows nothing of scorers that are silent, or say nothing, and begins anew with another process', () => {
    const pulse = new ScorerPulse();
    pulse.heartbeat({ instance: 'a', metrics: [] }, 0);
    expect([pulse.scoringSeconds(0), pulse.lateShare(0)]).toEqual([undefined, undefined]);
    pulse.heartbeat({ instance: 'a', metrics: measured({ calls: 10, seconds: 5, processed: 100 }) }, 0);
    pulse.heartbeat({ instance: 'a', metrics: measured({ calls: 20, seconds: 10, processed: 200 }) }, 1_000);
    expect(pulse.scoringSeconds(10_000)).toBeUndefined();
    pulse.heartbeat({ instance: 'a', metrics: measured({ calls: 1, seconds: 0.001, processed: 1 }) }, 11_000);
    expect(pulse.scoringSeconds(11_000)).toBeUndefined();
  });
});
