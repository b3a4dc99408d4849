import { beforeEach, describe, expect, it } from 'vitest';
import {
  createTopologyTestDriver,
  type Key,
  StreamsBuilder,
  serdes,
  serdeTopic,
  type TopologyTestDriver,
} from '#shared/streams';
import { alertsOf } from './alerts.js';
import { alerts, type Prediction } from './topics.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.parse('2013-10-10T12:00:00Z');

const predicted = serdeTopic<Key, Prediction>({
  name: 'predicted',
  key: serdes.string,
  value: serdes.json(),
});

describe('delay alerts', () => {
  let topology: TopologyTestDriver;
  beforeEach(async () => {
    const builder = new StreamsBuilder();
    alertsOf(builder.stream(predicted)).to(alerts);
    topology = await createTopologyTestDriver(builder.build());
  });

  /** Predictions of so many flights, spread over an hour, of which so many are to be delayed. */
  async function hour(start: number, flights: number, delayed: number, more: Partial<Prediction> = {}): Promise<void> {
    const { origin = 'EWR' } = more;
    for (let at = 0; at < flights; at += 1) {
      const eventTime = start + Math.floor((at * 60) / flights) * MINUTE;
      const isDelayed = at < delayed;
      const score = isDelayed ? 0.5 : 0.1;
      const decision = isDelayed ? 'delayed' : 'on time';
      const value = { score, decision, reasons: [], ...more, id: `${start}-${at}`, eventTime, origin } as unknown;
      // What the rule does not look at is left out.
      await topology.pipe(predicted, [{ key: origin, value: value as Prediction, timestamp: eventTime }]);
    }
  }
  /** A flight of a later hour, by which the airport knows that the hours before are over. */
  const later = (at: number, origin = 'EWR'): Promise<void> => hour(at, 1, 0, { origin });
  const told = async (): Promise<string[]> =>
    (await topology.read(alerts)).map(({ value }) => `${value?.airport} ${value?.state}`);

  it('open when half of the flights that an airport published in an hour are predicted delayed', async () => {
    await hour(NOON, 9, 4);
    await hour(NOON + HOUR, 8, 4);
    await later(NOON + 2 * HOUR);
    expect(await topology.read(alerts)).toMatchObject([
      {
        key: 'EWR',
        value: {
          id: 'EWR-2013-10-10T14:00:00.000Z',
          airport: 'EWR',
          state: 'opened',
          eventTime: NOON + 2 * HOUR,
          openedAt: NOON + 2 * HOUR,
          flights: 8,
          predictedDelayed: 4,
          meanScore: expect.closeTo(0.3),
        },
      },
    ]);
  });

  it('wait for the hour to be over: half of what was published so far is not enough', async () => {
    await hour(NOON, 8, 8);
    expect(await told()).toEqual([]);
    await later(NOON + HOUR);
    expect(await told()).toEqual(['EWR opened']);
  });

  it('do not open for fewer than eight flights', async () => {
    await hour(NOON, 7, 7);
    await later(NOON + HOUR);
    expect(await told()).toEqual([]);
  });

  it('are told once: nothing more comes while an airport stays in trouble', async () => {
    for (const at of [0, 1, 2, 3]) await hour(NOON + at * HOUR, 10, 9);
    await later(NOON + 4 * HOUR);
    expect(await told()).toEqual(['EWR opened']);
  });

  it('close when fewer than three in ten are predicted delayed, not as soon as fewer than half are', async () => {
    await hour(NOON, 10, 5);
    await hour(NOON + HOUR, 10, 4);
    await hour(NOON + 2 * HOUR, 10, 3);
    await later(NOON + 3 * HOUR);
    expect(await told()).toEqual(['EWR opened']);
    await later(NOON + 4 * HOUR);
    const [closed] = await topology.read(alerts);
    expect(closed?.value).toMatchObject({
      id: 'EWR-2013-10-10T13:00:00.000Z',
      state: 'closed',
      openedAt: NOON + HOUR,
      eventTime: NOON + 4 * HOUR,
    });
  });

  it('stay open where the airlines cancel and few flights are left, as long as those are to be delayed', async () => {
    await hour(NOON, 10, 9);
    await hour(NOON + HOUR, 3, 3);
    await later(NOON + 2 * HOUR);
    expect(await told()).toEqual(['EWR opened']);
  });

  it('open and close again on another day, under another id', async () => {
    await hour(NOON, 10, 9);
    await later(NOON + HOUR);
    await hour(NOON + 24 * HOUR, 10, 9);
    await later(NOON + 25 * HOUR);
    const read = await topology.read(alerts);
    expect(read.map(({ value }) => value?.state)).toEqual(['opened', 'closed', 'opened']);
    expect(new Set(read.map(({ value }) => value?.id)).size).toBe(2);
  });

  it('are an airport’s own', async () => {
    await hour(NOON, 10, 9, { origin: 'LGA' });
    await hour(NOON, 10, 0);
    await later(NOON + HOUR);
    await later(NOON + HOUR, 'LGA');
    expect(await told()).toEqual(['LGA opened']);
  });

  it('leave out a flight that comes when its hour is over', async () => {
    await hour(NOON, 8, 3);
    await later(NOON + HOUR);
    await hour(NOON, 8, 8);
    await later(NOON + 2 * HOUR);
    expect(await told()).toEqual([]);
  });

  it('name the two reasons that the airport itself has for the delays predicted, the strongest first', async () => {
    const reasons = [
      { name: 'carrier', contribution: 2 },
      { name: 'overdueFlights', contribution: 0.3 },
      { name: 'windSpeed', contribution: 0.5 },
      { name: 'visibility', contribution: 0.1 },
      { name: 'precipitation', contribution: -1 },
    ];
    await hour(NOON, 10, 9, { reasons });
    await later(NOON + HOUR);
    expect((await topology.read(alerts))[0]?.value?.reasons).toEqual(['windSpeed', 'overdueFlights']);
  });
});
