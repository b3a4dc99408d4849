import { describe, expect, it } from 'vitest';
import type { ModelState } from '#shared/dashboard';
import type { ScorerStatus } from '#shared/monitoring';
import { DemoVitals, type KnownOfVitals } from './demo-vitals.js';
import { RecentMinimum } from './recent-minimum.js';
import { status } from './test-watch.js';

const now = Date.UTC(2026, 0, 1);
const minute = 60_000;
const delivery = { topic: 'demo.inputs', expected: 9, consumed: 9, missing: 0, duplicate: 0, altered: 0, late: 0 };
const model: ModelState = {
  versions: [],
  judgedOver: 2_000,
  topicMissing: null,
  monitor: { state: 'at work', sentence: '' },
  drift: null,
  delivery: [],
};

function known({ heard = [] as ScorerStatus[], said = [] as ScorerStatus[], ...more }): KnownOfVitals {
  return {
    view: {
      vitals: {
        unreadSeconds: 0,
        readPerSecond: 57,
        scoredPerSecond: 56,
        unscoredSeconds: 0,
        scoringForSeconds: 600,
        latencySeconds: null,
        scoringSeconds: null,
        modelSeconds: null,
        lateShare: null,
        deadLetters: [],
      },
    },
    watch: {
      heardScorers: heard,
      scorers: new Map([...heard, ...said].map((each) => [each.instance, { status: each, readAt: 0 }])),
    },
    cluster: { silentSince: undefined, waiting: 7 },
    model,
    reported: undefined,
    refusal: null,
    pace: { paused: false, speed: 1 },
    now,
    ...more,
  };
}

const scorer = (instance: string, state = 'RUNNING'): ScorerStatus => ({ ...status, instance, state });

describe('DemoVitals', () => {
  it('tells who is at work, who waits and who is not heard of any more; who has said that it ends is not missed', () => {
    const vitals = new DemoVitals();
    const heard = [scorer('a'), scorer('b', 'REBALANCING')];
    const said = [scorer('c'), scorer('d', 'NOT_RUNNING')];
    vitals.of(known({ heard: [scorer('a'), scorer('c')] }));
    expect(vitals.of(known({ heard, said })).scorers).toEqual({
      atWork: 1,
      waiting: 1,
      silent: ['c'],
      wereAtWork: true,
    });
    expect(vitals.of(known({ said: heard })).scorers).toMatchObject({ atWork: 0, wereAtWork: true });
  });

  it('counts for how long nothing is scored from when something waits: none may have come for long', () => {
    const vitals = new DemoVitals();
    const unscored = (at: number, waiting: number | undefined, seconds = 95) => {
      const { view } = known({});
      const quiet = { vitals: { ...view.vitals, unscoredSeconds: seconds } };
      const cluster = { silentSince: undefined, waiting };
      return vitals.of(known({ view: quiet, cluster, now: now + 1_000 * at })).unscoredSeconds;
    };
    expect([unscored(0, 0), unscored(1, 3), unscored(2, 3)]).toEqual([0, 0, 1]);
    // A broker that is away says nothing of what waits.
    expect([unscored(3, undefined), unscored(62, 3), unscored(63, 3, 1)]).toEqual([2, 61, 1]);
    expect([unscored(64, 0), unscored(65, 1)]).toEqual([0, 0]);
  });

  it('misses nobody in whose place another one has come', () => {
    const vitals = new DemoVitals();
    const silent = (heard: ScorerStatus[], said: ScorerStatus[]) => vitals.of(known({ heard, said })).scorers.silent;
    expect(silent([scorer('a'), scorer('b')], [])).toEqual([]);
    expect(silent([scorer('a')], [scorer('b')])).toEqual(['b']);
    expect(silent([scorer('a'), scorer('c')], [scorer('b')])).toEqual([]);
  });

  it('misses nobody who said that it ends, also not once another one falls silent and is replaced', () => {
    const vitals = new DemoVitals();
    const silent = (heard: ScorerStatus[], said: ScorerStatus[] = []) =>
      vitals.of(known({ heard, said })).scorers.silent;
    expect(silent([scorer('a'), scorer('b'), scorer('c')])).toEqual([]);
    expect(silent([scorer('a'), scorer('b'), scorer('c', 'NOT_RUNNING')])).toEqual([]);
    expect(silent([scorer('a'), scorer('b')])).toEqual([]);
    expect(silent([scorer('a')], [scorer('b')])).toEqual(['b']);
    expect(silent([scorer('a'), scorer('d')], [scorer('b')])).toEqual([]);
    expect(silent([scorer('d')], [scorer('a'), scorer('b')])).toEqual(['a']);
  });

  it('counts as quiet what passes at the pace of the demo: a pause is no time, and a slow second is a part of one', () => {
    const vitals = new DemoVitals();
    const { view } = known({});
    let at = now;
    const quiet = (unreadSeconds: number | null, later: number, paused = false, speed = 1) => {
      at += 1_000 * later;
      const pace = { paused, speed };
      const told = vitals.of(known({ view: { vitals: { ...view.vitals, unreadSeconds } }, now: at, pace }));
      return [told.quietSeconds, told.paused];
    };
    expect(quiet(null, 0)).toEqual([null, false]);
    expect(quiet(0, 1)).toEqual([0, false]);
    expect(quiet(30, 30)).toEqual([30, false]);
    expect(quiet(330, 300, true)).toEqual([30, true]);
    expect(quiet(430, 100, false, 0.25)).toEqual([55, false]);
    expect(quiet(440, 10, false, 4)).toEqual([65, false]);
    expect(quiet(2, 10)).toEqual([2, false]);
  });

  it('tells what of delivery is new in the last quarter of an hour', () => {
    const vitals = new DemoVitals();
    const at = (missing: number, later: number) =>
      vitals.of(known({ model: { ...model, delivery: [{ ...delivery, missing }] }, now: now + later })).delivery;
    expect(at(5, 0)).toEqual({ missing: 0, duplicate: 0, altered: 0 });
    expect(at(7, minute)?.missing).toBe(2);
    expect(at(7, 15 * minute)?.missing).toBe(0);
    expect(vitals.of(known({})).delivery).toBeNull();
  });

  it('has nothing drift any more once the newest rows are as in training, though the window still has the others', () => {
    const input = { recentLimit: 0.25, seasonal: false, unknown: 0, bins: null };
    const inputs = [
      { ...input, name: 'old', index: 0.4, recent: 0.02, state: 'over' as const },
      { ...input, name: 'slow', index: 0.4, recent: 0.3, state: 'drifted' as const },
      { ...input, name: 'new', index: 0.1, recent: 6, state: 'drifting' as const },
      { ...input, name: 'moved', index: 0.2, recent: 0.2, state: 'moved' as const },
    ];
    const drift = { model: 'model 1', rows: 20_000, recentRows: 1_000, marks: [0.1, 0.25] as const, inputs };
    expect(new DemoVitals().of(known({ model: { ...model, drift } })).drift).toEqual({
      rows: 1_000,
      inputs: [
        { name: 'old', drifts: false },
        { name: 'slow', drifts: true },
        { name: 'new', drifts: true },
        { name: 'moved', drifts: false },
      ],
    });
  });
});

describe('RecentMinimum', () => {
  it('forgets the least after a quarter of an hour, and what became less is put right', () => {
    const least = new RecentMinimum();
    expect([least.rise(3, 0), least.rise(5, minute), least.rise(2, 2 * minute), least.rise(4, 3 * minute)]).toEqual([
      0, 2, 0, 2,
    ]);
    expect(least.rise(4, 17 * minute)).toBe(0);
  });
});
