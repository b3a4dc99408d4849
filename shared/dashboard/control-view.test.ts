import { describe, expect, it } from 'vitest';
import {
  type ControlRecord,
  type DesiredState,
  type FaultOrder,
  faultNames,
  type PaceOrder,
  type PartReport,
  reduce,
  UNDISTURBED,
} from '#shared/control';
import { type Controlled, controlView, faultsState, type StoryMoment } from '#shared/dashboard';

const now = 1_795_680_000_000;
const empty: ControlRecord = { fault: null, pace: null, reset: null, part: null };

/** The state after these records, all of them new. */
const told = (...records: readonly (readonly [string, Partial<ControlRecord>])[]): DesiredState =>
  records.reduce(
    (state, [key, value]) => reduce(state, { key, value: { ...empty, ...value } }, { now, isNew: true }).state,
    UNDISTURBED,
  );

const fault = (name: string, more: Partial<FaultOrder> = {}): [string, Partial<ControlRecord>] => [
  `fault/${name}`,
  { fault: { on: true, id: `${name}-1`, issuedAt: now, until: null, target: null, by: 'page', ...more } },
];
const pace = (more: Partial<PaceOrder>): [string, Partial<ControlRecord>] => [
  'pace',
  { pace: { id: 'pace-1', issuedAt: now, paused: false, speed: 1, steps: 0, jumpTo: null, ...more } },
];
const part = (more: Partial<PartReport>): [string, Partial<ControlRecord>] => {
  const said: PartReport = {
    role: 'producer',
    instance: 'host-1',
    heardAt: now,
    obeys: [],
    faults: [],
    eventTime: 1_000,
    lap: 1,
    sent: 5,
    held: 0,
    injected: 0,
    ...more,
  };
  return [`part/${said.role}/${said.instance}`, { part: said }];
};

const story: readonly StoryMoment[] = [
  { label: 'the storm', at: (lap) => lap * 10_000 + 500 },
  { label: 'the night', at: (lap) => lap * 10_000 + 2_000 },
];
const known = (state: DesiredState, more: Partial<Controlled> = {}): Controlled => ({
  state,
  scorers: [],
  story: [],
  missing: undefined,
  now,
  ...more,
});
const viewOf = (name: string, of: Controlled) => faultsState(of).faults.find((each) => each.name === name);

describe('how a demo is played', () => {
  it('is at its own pace where nobody has said anything', () => {
    expect(controlView(known(UNDISTURBED))).toMatchObject({
      missing: null,
      paused: false,
      speed: 1,
      producers: 0,
      obeying: 0,
      hurryingTo: null,
    });
  });

  it('is as was asked for last, and says how many producers have taken that up', () => {
    const state = told(
      pace({ paused: true, speed: 4 }),
      part({ instance: 'a', obeys: ['pace-1'] }),
      part({ instance: 'b', obeys: ['pace-0'] }),
    );
    expect(controlView(known(state))).toMatchObject({ paused: true, speed: 4, producers: 2, obeying: 1 });
  });

  it('counts no producer that was not heard of for six seconds', () => {
    const state = told(part({}));
    expect(controlView(known(state, { now: now + 5_999 })).producers).toBe(1);
    expect(controlView(known(state, { now: now + 6_000 })).producers).toBe(0);
  });

  it('is a hurry until every producer has come there', () => {
    const hurry = pace({ jumpTo: 5_000 });
    const view = (...times: readonly number[]) =>
      controlView(known(told(hurry, ...times.map((eventTime, i) => part({ instance: `p${i}`, eventTime })))));
    expect(view(4_999, 9_000).hurryingTo).toBe(5_000);
    expect(view(5_000, 9_000).hurryingTo).toBeNull();
    expect(view().hurryingTo).toBeNull();
  });

  it('can begin anew where somebody supervises it', () => {
    const supervised = told(part({ role: 'supervisor', eventTime: null, lap: null }));
    expect(controlView(known(supervised)).canBeginAnew).toBe(true);
    expect(controlView(known(supervised, { now: now + 6_000 })).canBeginAnew).toBe(false);
    expect(controlView(known(UNDISTURBED)).canBeginAnew).toBe(false);
  });

  it('has the moments of the story when they come next: in this lap, or in the next one where they are past', () => {
    const state = told(part({ lap: 2, eventTime: 21_000 }));
    expect(controlView(known(state, { story })).moments).toEqual([
      { label: 'the storm', at: 30_500 },
      { label: 'the night', at: 22_000 },
    ]);
    expect(controlView(known(UNDISTURBED, { story })).moments.map(({ at }) => at)).toEqual([null, null]);
  });
});

describe('the faults', () => {
  it('are those of the catalogue, all off before anybody said anything', () => {
    const { faults, missing } = faultsState(known(UNDISTURBED));
    expect(faults.map(({ name }) => name)).toEqual(faultNames);
    expect(faults.filter(({ on, by, askedFor, endsIn }) => on || by || askedFor || endsIn)).toEqual([]);
    expect(missing).toBeNull();
  });

  it('are asked for, and taken up by those that say so', () => {
    const state = told(fault('drift'), part({ instance: 'a', obeys: ['drift-1'] }), part({ instance: 'b' }));
    expect(viewOf('drift', known(state, { now: now + 2_500 }))).toMatchObject({
      on: true,
      by: 'page',
      askedFor: 3,
      endsIn: 598,
      part: 'producer',
      parts: 2,
      taken: 1,
    });
  });

  it('of the scorers are taken up by scorers, as their heartbeats say', () => {
    const scorers = [
      { instance: 's1', obeys: ['slow-scorer-1'], modelVersion: '1' },
      { instance: 's2', obeys: ['slow-scorer-1', 'x'], modelVersion: '1' },
      { instance: 's3', obeys: [], modelVersion: '1' },
    ];
    expect(viewOf('slow-scorer', known(told(fault('slow-scorer')), { scorers }))).toMatchObject({
      part: 'scorer',
      parts: 3,
      taken: 2,
    });
  });

  it('of the model are on while a version serves that is turned round, whoever has published it', () => {
    const serving = (...versions: string[]) =>
      versions.map((modelVersion, i) => ({ instance: `s${i}`, obeys: [], modelVersion }));
    const asked = told(fault('bad-model'));
    expect(viewOf('bad-model', known(asked, { scorers: serving('1', '1-turned') }))).toMatchObject({
      on: true,
      part: 'scorer',
      parts: 2,
      taken: 1,
    });
    expect(viewOf('bad-model', known(UNDISTURBED, { scorers: serving('1-turned') }))?.on).toBe(true);
    const rolledBack = known(asked, { scorers: serving('1', '1'), now: now + 30_000 });
    expect(viewOf('bad-model', rolledBack)).toMatchObject({ on: false, taken: 2 });
  });

  it('of the model are as was asked for until scorers have had time to load and check a version', () => {
    const serving = (...versions: string[]) =>
      versions.map((modelVersion, i) => ({ instance: `s${i}`, obeys: [], modelVersion }));
    const on = known(told(fault('bad-model')), { scorers: serving('1', '1') });
    expect(viewOf('bad-model', on)).toMatchObject({ on: true, taken: 0 });
    const off = known(told(fault('bad-model', { on: false })), { scorers: serving('1-turned', '1') });
    expect(viewOf('bad-model', off)).toMatchObject({ on: false, taken: 1 });
  });

  it('that mean one instance are taken up when that one says so, or says nothing any more', () => {
    const state = told(fault('killed-scorer', { target: 's1' }));
    const taken = (...scorers: Controlled['scorers'][number][]) =>
      viewOf('killed-scorer', known(state, { scorers }))?.taken;
    expect(
      taken(
        { instance: 's1', obeys: [], modelVersion: '1' },
        { instance: 's2', obeys: ['killed-scorer-1'], modelVersion: '1' },
      ),
    ).toBe(0);
    expect(taken({ instance: 's1', obeys: ['killed-scorer-1'], modelVersion: '1' })).toBe(1);
    expect(taken({ instance: 's2', obeys: [], modelVersion: '1' })).toBe(1);
  });

  it('are in effect at all that were there when the broker went, of whom nothing can be heard then', () => {
    const supervisor = { role: 'supervisor', faults: ['lost-broker'], eventTime: null, lap: null } as const;
    const lost = [fault('lost-broker'), fault('drift'), part({ instance: 'p', obeys: ['drift-1'] })] as const;
    const away = known(told(...lost, part({ ...supervisor, instance: 's', obeys: ['lost-broker-1'] })), {
      now: now + 18_000,
    });
    expect(viewOf('lost-broker', away)).toMatchObject({ on: true, parts: 1, taken: 1, unavailable: null, endsIn: 2 });
    expect(viewOf('drift', away)).toMatchObject({ on: true, parts: 1, taken: 1 });
  });

  it('say why they cannot be switched: the broker where no demo has one of its own, and all without a control topic', () => {
    const reasons = (of: Controlled) => faultsState(of).faults.filter(({ unavailable }) => unavailable !== null);
    expect(reasons(known(UNDISTURBED)).map(({ name }) => name)).toEqual(['lost-broker']);
    const supervised = told(part({ role: 'supervisor', faults: ['lost-broker'], eventTime: null, lap: null }));
    expect(reasons(known(supervised))).toEqual([]);
    expect(reasons(known(supervised, { missing: 'It may not be made.' })).length).toBe(faultNames.length);
    expect(controlView(known(supervised, { missing: 'It may not be made.' })).missing).toBe('It may not be made.');
  });
});
