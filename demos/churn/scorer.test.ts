import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { loadModel, type Model } from '#shared/scoring';
import { createTopologyTestDriver, StreamsBuilder, type TopologyTestDriver } from '#shared/streams';
import { buildTopology } from './scorer.js';
import {
  type Customer,
  type CustomerEvent,
  customers,
  events,
  type Offer,
  offers,
  type Prediction,
  predictions,
} from './topics.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOON = Date.parse('1998-06-30T12:00:00Z');

/** Seconds by day that make a bill of so many dollars where nothing else was talked. */
const talkedFor = (dollars: number): number => Math.ceil((dollars * 100 - 0.5) * (600 / 170));

/** 56 dollars, and three calls to the service: stays so far. With the fourth call the model is sure that such a customer leaves. */
const annoyed: Customer = {
  customerId: 'C1',
  state: 'OH',
  internationalPlan: 'no',
  voiceMailPlan: 'no',
  lastContactedAt: null,
  daySeconds: talkedFor(56),
  eveningSeconds: 0,
  nightSeconds: 0,
  abroadSeconds: 0,
  abroadCalls: 3,
  serviceCalls: 3,
};

let model: Model;
beforeAll(async () => {
  model = await loadModel(fileURLToPath(projectFile('demos/churn/model')), { reasons: true });
});
afterAll(() => model.close());

let topology: TopologyTestDriver;
let called: number;
beforeEach(async () => {
  const builder = new StreamsBuilder();
  buildTopology(builder, model);
  topology = await createTopologyTestDriver(builder.build(), { wallClockMs: 1_234, deadLetterTopic: 'dead' });
  called = 0;
});

async function profile(fields: Partial<Customer> = {}): Promise<void> {
  const value = { ...annoyed, ...fields };
  await topology.pipe(customers, [{ key: value.customerId, value, timestamp: NOON - DAY }]);
}
const deleteProfile = (key = 'C1'): Promise<void> => topology.pipe(customers, [{ key, value: null, timestamp: NOON }]);

/** Lets a customer call, the service unless said, a minute after the call before; gives the event's id. */
async function call(
  fields: Partial<CustomerEvent> = {},
  key: string | null = fields.customerId ?? 'C1',
): Promise<string> {
  called += 1;
  const eventTime = NOON + called * MINUTE;
  const value = { id: `E${called}`, customerId: 'C1', eventTime, kind: 'service' as const, seconds: 0, ...fields };
  await topology.pipe(events, [{ key, value, timestamp: value.eventTime }]);
  return value.id;
}
const predicted = async (): Promise<Prediction[]> =>
  (await topology.read(predictions)).flatMap(({ value }) => value ?? []);
const offered = async (): Promise<Offer[]> => (await topology.read(offers)).flatMap(({ value }) => value ?? []);
const refused = (): (readonly [string | undefined, string | undefined])[] =>
  topology.readDeadLetters().map(({ reason }) => [reason?.code, reason?.message] as const);

describe('an event', () => {
  it('is scored by all that its customer has used in the period, what the profile carried over among it', async () => {
    await profile({ abroadCalls: 2, abroadSeconds: 600, serviceCalls: 0 });
    await call({ kind: 'abroad', seconds: 90 });
    await call({ kind: 'service' });
    expect(await predicted()).toMatchObject([
      { id: 'E1', totalIntlCalls: 3, totalIntlMinutes: 11.5, numberCustomerServiceCalls: 0, decision: 'stays' },
      { id: 'E2', totalIntlCalls: 3, totalIntlMinutes: 11.5, numberCustomerServiceCalls: 1, decision: 'stays' },
    ]);
  });

  it('adds to the bill what it costs: 17 cents a minute by day, 8.5 in the evening, 4.5 at night, 27 abroad', async () => {
    await profile({ daySeconds: 0, abroadCalls: 0 });
    for (const kind of ['day', 'evening', 'night', 'abroad'] as const) await call({ kind, seconds: 6_000 });
    expect((await predicted()).map(({ bill }) => bill)).toEqual([17, 25.5, 30, 57]);
  });

  it('is predicted under its own id, with what the page shows', async () => {
    await profile({ lastContactedAt: NOON - 3 * DAY });
    const id = await call();
    expect(await topology.read(predictions)).toMatchObject([
      {
        key: id,
        timestamp: NOON + MINUTE,
        value: {
          id,
          eventTime: NOON + MINUTE,
          score: expect.closeTo(0.9958, 4),
          decision: 'leaves',
          modelName: 'churn-glm',
          modelVersion: '1',
          scoredAt: 1_234,
          customerId: 'C1',
          kind: 'service',
          state: 'OH',
          bill: 56,
          numberCustomerServiceCalls: 4,
          lastContactedAt: NOON - 3 * DAY,
        },
      },
    ]);
  });

  it('counts for when it happened, whenever it was written', async () => {
    await profile();
    const value: CustomerEvent = { id: 'E1', customerId: 'C1', eventTime: NOON, kind: 'service', seconds: 0 };
    await topology.pipe(events, [{ key: 'C1', value, timestamp: NOON + 10_000 * DAY }]);
    expect(await topology.read(predictions)).toMatchObject([{ timestamp: NOON, value: { eventTime: NOON } }]);
  });

  it('says first what the bill does, as one reason, then what else there is', async () => {
    await profile();
    await call();
    const [prediction] = await predicted();
    expect(prediction?.reasons.map(({ name }) => name).slice(0, 2)).toEqual(['bill', 'numberCustomerServiceCalls']);
    expect(prediction?.reasons[0]?.contribution).toBeCloseTo(4 * 1.98, 1);
  });

  it('moves the score: a bill that passes 74.06 dollars without voice mail', async () => {
    await profile({ daySeconds: talkedFor(74.05), serviceCalls: 0 });
    await call({ kind: 'day', seconds: 0 });
    await call({ kind: 'day', seconds: 10 });
    expect((await predicted()).map(({ bill, decision }) => [bill, decision])).toEqual([
      [74.05, 'stays'],
      [74.07, 'leaves'],
    ]);
  });

  it('of one customer says nothing of another', async () => {
    await profile();
    await profile({ customerId: 'C2', serviceCalls: 0 });
    await call();
    await call({ customerId: 'C2' });
    expect((await predicted()).map((p) => [p.customerId, p.numberCustomerServiceCalls])).toEqual([
      ['C1', 4],
      ['C2', 1],
    ]);
  });
});

describe('an event that cannot be scored', () => {
  it('is set aside where nobody knows its customer, or no longer, and the next one goes on', async () => {
    await call({ customerId: 'C9' });
    await profile();
    await deleteProfile();
    await call();
    await profile();
    await call({}, null);
    await call();
    const [unknown, gone, keyless] = refused();
    expect(unknown).toEqual([
      'record-unscorable',
      'The event E1 is of the customer C9, whose profile is not there; it must be on churn.customers, under the same key, before the event.',
    ]);
    expect([gone?.[1], keyless?.[1]]).toEqual([
      expect.stringMatching(/^The event E2 is of the customer C1/),
      expect.stringMatching(/^The event E3 is of the customer C1/),
    ]);
    expect((await predicted()).map(({ id }) => id)).toEqual(['E4']);
  });

  it('leaves no trace in the account where it is no call at all', async () => {
    await profile();
    await call({ kind: 'day', seconds: -6_000 });
    await call({ kind: 'day', seconds: 0 });
    expect(refused()).toEqual([
      [
        'record-unscorable',
        'The event E1 is of the kind day and took -6000 seconds; it must be of one of day, evening, night, abroad, service and take 0 seconds or more.',
      ],
    ]);
    expect((await predicted()).map(({ id, bill }) => [id, bill])).toEqual([['E2', 56]]);
  });
});

describe('an account', () => {
  it('begins anew with a new profile: what was used until then is in it', async () => {
    await profile({ serviceCalls: 0 });
    await call();
    await profile({ serviceCalls: 0 });
    await call();
    expect((await predicted()).map((p) => p.numberCustomerServiceCalls)).toEqual([1, 1]);
  });

  it('is closed with the period: nothing of it is kept', async () => {
    await profile();
    await call();
    await deleteProfile();
    expect(topology.keyValueStore('accounts').approximateNumEntries()).toBe(0);
    expect(topology.keyValueStore('profiles').approximateNumEntries()).toBe(0);
  });
});

describe('an offer', () => {
  it('is made at the event from which on the customer will leave, and says why', async () => {
    await profile();
    await call({ kind: 'day', seconds: 6 });
    expect(await offered()).toEqual([]);
    const id = await call();
    expect(await topology.read(offers)).toEqual([
      {
        headers: {},
        key: 'C1',
        timestamp: NOON + 2 * MINUTE,
        value: {
          id,
          customerId: 'C1',
          offeredAt: NOON + 2 * MINUTE,
          score: expect.closeTo(0.9958, 4),
          monthlyValue: 56.01,
          reasons: ['a bill of $56', '4 calls to the service'],
          offer: 'a call from a person who can settle it',
        },
      },
    ]);
  });

  it('is not made to who stays', async () => {
    await profile({ serviceCalls: 2 });
    await call();
    expect((await predicted()).map(({ decision }) => decision)).toEqual(['stays']);
    expect(await offered()).toEqual([]);
  });

  it('is made from a bill of 50 dollars on, and not to a cent below', async () => {
    await profile({ customerId: 'low', daySeconds: talkedFor(49.99) });
    await profile({ customerId: 'high', daySeconds: talkedFor(50) });
    await call({ customerId: 'low' });
    await call({ customerId: 'high' });
    expect((await predicted()).map(({ bill, decision }) => [bill, decision])).toEqual([
      [49.99, 'leaves'],
      [50, 'leaves'],
    ]);
    expect((await offered()).map(({ customerId, monthlyValue }) => [customerId, monthlyValue])).toEqual([['high', 50]]);
  });

  it('is made when the last contact was 30 days ago, and not a millisecond earlier', async () => {
    const eventTime = NOON + MINUTE;
    await profile({ customerId: 'recent', lastContactedAt: eventTime - 30 * DAY + 1 });
    await profile({ customerId: 'long ago', lastContactedAt: eventTime - 30 * DAY });
    await call({ customerId: 'recent', eventTime });
    await call({ customerId: 'long ago', eventTime });
    expect((await offered()).map(({ customerId }) => customerId)).toEqual(['long ago']);
  });

  it('is made later, at the first event after the contact is old enough', async () => {
    await profile({ lastContactedAt: NOON + 2.5 * MINUTE - 30 * DAY });
    await call();
    await call({ kind: 'day', seconds: 6 });
    const id = await call({ kind: 'day', seconds: 6 });
    expect((await predicted()).map(({ decision }) => decision)).toEqual(['leaves', 'leaves', 'leaves']);
    expect((await offered()).map((offer) => offer.id)).toEqual([id]);
  });

  it('is made later, when the bill has become high enough', async () => {
    await profile({ daySeconds: talkedFor(49.99) });
    await call();
    const id = await call({ kind: 'day', seconds: 6 });
    expect((await offered()).map((offer) => offer.id)).toEqual([id]);
  });

  it('is made once, however often the customer calls', async () => {
    await profile();
    for (let calls = 0; calls < 5; calls += 1) await call();
    expect(await offered()).toHaveLength(1);
  });

  it('is made once to a customer who seemed to stay meanwhile', async () => {
    // Two calls abroad are few for who pays for calling abroad; the third makes up for it, four to the service do not.
    await profile({ internationalPlan: 'yes', abroadCalls: 2 });
    await call({ kind: 'day', seconds: 6 });
    await call({ kind: 'abroad', seconds: 6 });
    await call();
    expect((await predicted()).map(({ decision }) => decision)).toEqual(['leaves', 'stays', 'leaves']);
    expect(await offered()).toHaveLength(1);
  });

  it('is made to each customer, the one of the second lap among them', async () => {
    await profile();
    await profile({ customerId: 'C1-lap2' });
    await call();
    await call({ customerId: 'C1-lap2' });
    expect((await offered()).map(({ customerId }) => customerId)).toEqual(['C1', 'C1-lap2']);
  });

  it('is made once, though the profile comes again, changed or not', async () => {
    await profile();
    await call();
    await profile({ voiceMailPlan: 'yes' });
    await call();
    await deleteProfile();
    await profile();
    await call();
    expect((await predicted()).map(({ decision }) => decision)).toEqual(['leaves', 'leaves', 'leaves']);
    expect(await offered()).toHaveLength(1);
  });

  it.each([
    ['4 calls to the service', {}, 'a call from a person who can settle it'],
    ['no voice mail', { daySeconds: talkedFor(80) }, 'free voice mail and a flat rate by day'],
    [
      '2 calls abroad',
      { internationalPlan: 'yes', abroadCalls: 2, serviceCalls: 0 },
      'six free months of the international plan',
    ],
    [
      '14 minutes abroad',
      { internationalPlan: 'yes', abroadSeconds: 840, serviceCalls: 0 },
      'a flat rate for calls abroad',
    ],
  ] as const)('fits what speaks for leaving beside the bill: %s', async (reason, fields, offer) => {
    await profile(fields);
    await call();
    const [made] = await offered();
    expect(made?.offer).toBe(offer);
    expect(made?.reasons).toContain(reason);
  });
});

describe('the topology', () => {
  it('reads like the talk: a table of profiles, an aggregate of events, joined, scored, ruled', () => {
    const builder = new StreamsBuilder();
    buildTopology(builder, model);
    const description = builder.build().describe();
    expect(description.match(/Sub-topology/g)).toHaveLength(1);
    expect([...new Set(description.match(/(KSTREAM|KTABLE)-[A-Z]+/g))]).toEqual([
      'KSTREAM-SOURCE',
      'KTABLE-SOURCE',
      'KTABLE-TOSTREAM',
      'KSTREAM-MAPVALUES',
      'KSTREAM-AGGREGATE',
      'KSTREAM-LEFTJOIN',
      'KSTREAM-PROCESSOR',
      'KSTREAM-SCORE',
      'KSTREAM-FILTER',
      'KSTREAM-KEY',
      'KSTREAM-SINK',
    ]);
  });
});
