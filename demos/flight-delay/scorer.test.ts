import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DemoRecord } from '#shared/commands';
import { projectFile } from '#shared/project-file';
import { loadModel, type Model } from '#shared/scoring';
import { type BatchScorer, createTopologyTestDriver, StreamsBuilder, type TopologyTestDriver } from '#shared/streams';
import { toFeatures } from './features.js';
import { produce } from './producer.js';
import { buildTopology } from './scorer.js';
import {
  alerts,
  type Departure,
  departures,
  type Flight,
  flights,
  type Outcome,
  outcomes,
  predictions,
  quality,
  scoredUnit,
  type Weather,
  weather,
} from './topics.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Noon of a day in October, when the flights of these examples are published. */
const NOON = Date.parse('2013-10-10T12:00:00Z');

/** The first flights of October, as the producer makes them. */
const october = [...produce({ lap: 1, limit: 3, seed: 1 })]
  .filter(({ topic }) => topic === flights)
  .map(({ value }) => value as Flight);

const flight = (fields: Partial<Flight> = {}): Flight => {
  const { eventTime = NOON } = fields;
  const id = `F-${eventTime}-${Math.random()}`;
  return { ...(october[0] as Flight), id, origin: 'EWR', eventTime, scheduledDeparture: eventTime + HOUR, ...fields };
};

async function driver(model: BatchScorer<object>): Promise<TopologyTestDriver> {
  const builder = new StreamsBuilder();
  buildTopology(builder, model);
  return createTopologyTestDriver(builder.build(), { wallClockMs: 1_234, deadLetterTopic: 'dead' });
}

describe('what the model is asked', () => {
  type Features = ReturnType<typeof toFeatures>;
  let asked: Features[];
  let topology: TopologyTestDriver;
  beforeEach(async () => {
    asked = [];
    topology = await driver({
      name: 'notes',
      version: '1',
      score: (rows) => {
        asked.push(...(rows as Features[]));
        return Promise.resolve(rows.map(() => ({ score: 0, decision: null })));
      },
    });
  });

  /** Publishes a flight, and gives what the model was asked about it. */
  async function ask(fields: Partial<Flight> = {}, key: string | null = fields.origin ?? 'EWR'): Promise<Features> {
    const value = flight(fields);
    await topology.pipe(flights, [{ key, value, timestamp: value.eventTime }]);
    return asked.at(-1) as Features;
  }
  const due = (at: number, fields: Partial<Flight> = {}) => ask({ eventTime: at - HOUR, ...fields });
  const within = (minute: number): number => minute + MINUTE / 2;
  function depart(departedAt: number, departureDelay: number, origin = 'EWR'): Promise<void> {
    const value: Departure = { id: 'other', origin, departedAt, departureDelay };
    return topology.pipe(departures, [{ key: origin, value, timestamp: within(departedAt) }]);
  }
  function land(landedAt: number, arrivalDelay: number, tailnum: string | null, origin = 'EWR'): Promise<void> {
    const value: Outcome = { id: 'other', origin, tailnum, landedAt, arrivalDelay };
    return topology.pipe(outcomes, [{ key: origin, value, timestamp: within(landedAt) }]);
  }
  function observe(observedAt: number, temperature: number, origin = 'EWR'): Promise<void> {
    const nothing = { windGust: null, precipitation: null, pressure: null, visibility: null, windSpeed: null };
    const others = { dewPoint: null, humidity: null, windDirection: null, ...nothing };
    const value: Weather = { origin, observedAt, temperature, ...others };
    return topology.pipe(weather, [{ key: origin, value, timestamp: within(observedAt) }]);
  }

  describe('the airport: the mean delay of what left in the two hours before', () => {
    it('is not known where nothing left', async () => {
      expect((await ask()).airportDelay).toBeUndefined();
    });

    it('is taken to a tenth of a minute, halves up', async () => {
      for (const delay of [-3, 10, 0]) await depart(NOON - HOUR, delay);
      expect((await ask()).airportDelay).toBe(2.3);
      await depart(NOON - HOUR, -6);
      expect((await ask()).airportDelay).toBe(0.3);
    });

    it('begins with the minute two hours before, and ends with the minute before', async () => {
      await depart(NOON - 121 * MINUTE, 1_000);
      await depart(NOON - 120 * MINUTE, 10);
      await depart(NOON - MINUTE, 20);
      // Left in the minute that begins as the flight is published: nobody can know.
      await depart(NOON, 500);
      expect((await ask()).airportDelay).toBe(15);
      expect((await ask({ eventTime: NOON + MINUTE })).airportDelay).toBe(260);
    });

    it('is that of this airport', async () => {
      await depart(NOON - HOUR, 30, 'JFK');
      await depart(NOON - HOUR, 5);
      expect((await ask()).airportDelay).toBe(5);
      expect((await ask({ origin: 'JFK' })).airportDelay).toBe(30);
    });

    it('forgets what another run left of later months', async () => {
      await depart(NOON + 1_000 * HOUR, 60);
      expect((await ask()).airportDelay).toBeUndefined();
      await depart(NOON - HOUR, 5);
      expect((await ask()).airportDelay).toBe(5);
    });
  });

  describe('the airport: flights overdue', () => {
    it('are those that were due in the two hours before and have not left', async () => {
      await due(NOON - 121 * MINUTE);
      await due(NOON - 120 * MINUTE);
      await due(NOON - 60 * MINUTE);
      await due(NOON - MINUTE);
      await due(NOON);
      expect((await ask()).overdueFlights).toBe(3);
      await depart(NOON - 55 * MINUTE, 5);
      expect((await ask()).overdueFlights).toBe(2);
    });

    it('do not become fewer by a flight that leaves later, or left before it was due', async () => {
      await due(NOON - 30 * MINUTE);
      await depart(NOON, 30);
      expect((await ask()).overdueFlights).toBe(1);
      await due(NOON + 5 * MINUTE);
      await depart(NOON - 5 * MINUTE, -10);
      expect((await ask()).overdueFlights).toBe(1);
    });

    it('are also those that never leave: nothing says since when that was known', async () => {
      await due(NOON - 30 * MINUTE, { cancelled: true });
      expect((await ask()).overdueFlights).toBe(1);
    });
  });

  describe('the aircraft: its last landing after a flight from this airport', () => {
    const tailnum = 'N1';
    it('is not known of a flight without tail number, or an aircraft that was never here', async () => {
      await land(NOON - HOUR, 40, 'N2');
      await land(NOON - HOUR, 40, null);
      expect(await ask({ tailnum })).toMatchObject({ aircraftDelay: undefined, aircraftMinutes: undefined });
      expect(await ask({ tailnum: null })).toMatchObject({ aircraftDelay: undefined, aircraftMinutes: undefined });
    });

    it('is the newest', async () => {
      await land(NOON - 5 * HOUR, 40, tailnum);
      await land(NOON - 3 * HOUR, -7, tailnum);
      expect(await ask({ tailnum })).toMatchObject({ aircraftDelay: -7, aircraftMinutes: 180 });
    });

    it('counts for 24 hours, and from the minute after it on', async () => {
      await land(NOON - 24 * HOUR, 40, tailnum);
      expect(await ask({ tailnum })).toMatchObject({ aircraftDelay: 40, aircraftMinutes: 1_440 });
      expect((await ask({ tailnum, eventTime: NOON + MINUTE })).aircraftDelay).toBeUndefined();
      await land(NOON, 12, tailnum);
      expect((await ask({ tailnum, eventTime: NOON })).aircraftDelay).toBeUndefined();
      expect((await ask({ tailnum, eventTime: NOON + MINUTE })).aircraftDelay).toBe(12);
    });

    it('is not that after a flight from another airport, though one task has both', async () => {
      await land(NOON - HOUR, 40, tailnum, 'JFK');
      expect((await ask({ tailnum })).aircraftDelay).toBeUndefined();
      expect((await ask({ tailnum, origin: 'JFK' })).aircraftDelay).toBe(40);
    });
  });

  describe('the weather: as last observed at the airport', () => {
    it('is the newest, from the minute after it on', async () => {
      await observe(NOON - 61 * MINUTE, 50);
      await observe(NOON - MINUTE, 60);
      expect((await ask()).temperature).toBe(60);
      await observe(NOON + 59 * MINUTE, 70);
      expect((await ask({ eventTime: NOON + HOUR })).temperature).toBe(70);
    });

    it('is missing where it is older than six hours, or there is none', async () => {
      expect((await ask()).temperature).toBeUndefined();
      await observe(NOON - 6 * HOUR, 50);
      expect((await ask()).temperature).toBe(50);
      expect((await ask({ eventTime: NOON + MINUTE })).temperature).toBeUndefined();
      expect((await ask({ origin: 'LGA' })).temperature).toBeUndefined();
    });
  });

  it('lacks all of this where a flight comes with no key, and is scored all the same', async () => {
    await observe(NOON - HOUR, 50);
    await depart(NOON - HOUR, 5);
    await land(NOON - HOUR, 40, 'N1');
    const unknown = { airportDelay: undefined, overdueFlights: undefined, aircraftDelay: undefined };
    expect(await ask({ tailnum: 'N1' }, null)).toMatchObject({ ...unknown, temperature: undefined });
    expect(await topology.read(predictions)).toHaveLength(1);
  });
});

describe('the topology', () => {
  let model: Model;
  beforeAll(async () => {
    model = await loadModel(fileURLToPath(projectFile('demos/flight-delay/model')), { reasons: true });
  });
  afterAll(() => model.close());
  const input = (value: Flight) => ({ key: value.origin, value, timestamp: value.eventTime });

  it('scores each flight that was not cancelled, an hour before departure, in order', async () => {
    const topology = await driver(model);
    const [first, second, third] = october as [Flight, Flight, Flight];
    await topology.pipe(flights, [input(first), input({ ...second, cancelled: true }), input(third)]);
    const scored = await topology.read(predictions);
    expect(scored.map(({ key, timestamp }) => [key, timestamp])).toEqual([
      [first.id, first.eventTime],
      [third.id, third.eventTime],
    ]);
    expect(scored[0]?.value).toEqual({
      id: first.id,
      eventTime: first.eventTime,
      score: expect.any(Number),
      decision: expect.stringMatching(/^(on time|delayed)$/),
      modelName: 'flight-delay-gbm',
      modelVersion: '1',
      scoredAt: 1_234,
      carrier: first.carrier,
      flight: first.flight,
      origin: first.origin,
      dest: first.dest,
      scheduledDeparture: first.eventTime + HOUR,
      overdueFlights: 0,
      reasons: [expect.anything(), expect.anything(), expect.anything()],
    });
    const contributions = scored[0]?.value?.reasons.map(({ contribution }) => Math.abs(contribution)) ?? [];
    expect(contributions).toEqual(contributions.toSorted((a, b) => b - a));
    for (const { name } of scored[0]?.value?.reasons ?? []) {
      expect(model.card.inputs.map((field) => field.name)).toContain(name);
    }
  });

  it('keys a prediction by its flight, whatever key the flight came with', async () => {
    const topology = await driver(model);
    const [first, second] = october as [Flight, Flight];
    await topology.pipe(flights, [
      { ...input(first), key: null },
      { ...input(second), key: 'another' },
    ]);
    expect((await topology.read(predictions)).map(({ key }) => key)).toEqual([first.id, second.id]);
    expect(topology.readDeadLetters()).toEqual([]);
  });

  it('tells of a day all the same whose first records bear the time at which they were written, years later', async () => {
    const day = [...produce({ lap: 1, limit: 1_800, seed: 1 })];
    const worried: BatchScorer<object> = {
      name: 'worried',
      version: '1',
      score: (rows) => Promise.resolve(rows.map(() => ({ score: 0.9, decision: 'delayed' }))),
    };
    const toldOf = async (today: readonly DemoRecord[]): Promise<{ alerts: string[]; days: string[] }> => {
      const topology = await driver(worried);
      await topology.pipeAll(
        day.map((record) => {
          const { topic, key, value, eventTime } = record;
          const timestamp = today.includes(record) ? Date.parse('2026-03-05T12:00:00Z') : eventTime;
          return { topic, record: { key, value, timestamp } };
        }),
      );
      return {
        alerts: (await topology.read(alerts)).map(({ value }) => `${value?.airport} ${value?.state}`),
        days: (await topology.read(quality)).map(({ value }) => String(value?.airport)),
      };
    };
    const firstOf = [flights, weather, departures, outcomes].flatMap(
      (read) => day.find(({ topic }) => topic.name === read.name) ?? [],
    );
    expect(firstOf).toHaveLength(4);
    const undisturbed = await toldOf([]);
    expect(undisturbed.days).toEqual(['EWR', 'JFK', 'LGA']);
    expect(undisturbed.alerts).toEqual(expect.arrayContaining(['EWR opened', 'JFK opened', 'LGA opened']));
    expect(await toldOf(firstOf)).toEqual(undisturbed);
  });

  it('sets aside a departure that is none, and goes on', async () => {
    const topology = await driver(model);
    await topology.pipeRaw(departures, [{ key: 'EWR', value: Buffer.from('left'), timestamp: NOON }]);
    await topology.pipe(flights, [input(flight())]);
    expect(topology.readDeadLetters().map(({ reason }) => reason?.topic)).toEqual([departures.name]);
    expect(await topology.read(predictions)).toHaveLength(1);
  });

  it('sees the storm of Monday, 7 October 2013 come over all three airports, and the calm of Tuesday', async () => {
    const topology = await driver(model);
    const week = [...produce({ lap: 1, limit: 7_500, seed: 1 })];
    await topology.pipeAll(
      week.map(({ topic, key, value, eventTime }) => ({ topic, record: { key, value, timestamp: eventTime } })),
    );
    const told = (await topology.read(alerts)).flatMap(({ value }) => (value === null ? [] : [value]));
    const monday = told.filter(({ openedAt }) => openedAt >= Date.parse('2013-10-07T08:00:00Z'));
    expect(
      monday.map(({ airport, state, eventTime, predictedDelayed, flights }) => [
        `${airport} ${state} ${new Date(eventTime).toISOString().slice(8, 13)}`,
        `${predictedDelayed} of ${flights}`,
      ]),
    ).toEqual([
      ['LGA opened 07T16', '9 of 18'],
      ['EWR opened 07T17', '22 of 23'],
      ['JFK opened 07T18', '18 of 21'],
      ['EWR closed 08T09', '0 of 2'],
      ['JFK closed 08T09', '0 of 3'],
      ['LGA closed 08T09', '0 of 1'],
    ]);
    const days = (await topology.read(quality)).flatMap(({ value }) => (value === null ? [] : [value]));
    const landed = days.filter(({ from }) => from === Date.parse('2013-10-07T08:00:00Z'));
    // 924 flights landed on that day; 715 of the predictions were right.
    expect(landed.map(({ airport, flights, delayed, right }) => [airport, flights, delayed, right])).toEqual([
      ['EWR', 323, 161, 260],
      ['JFK', 298, 114, 213],
      ['LGA', 303, 156, 242],
    ]);
  });

  it('reads like the talk: tables of what is known, joined with what is asked, scored, and held against the truth', () => {
    const builder = new StreamsBuilder();
    buildTopology(builder, model);
    const description = builder.build().describe();
    expect(description.match(/Sub-topology/g)).toHaveLength(1);
    const stores = [...description.matchAll(/stores: \[([^\]]+)\]/g)].flatMap(([, names = '']) => names.split(', '));
    const known = ['due', 'departed', 'weather', 'last-landings'];
    const forAlerts = ['hours', 'hours-over-store', 'alerts'];
    const forQuality = ['labels-this-join-store', 'labels-other-join-store', 'days', 'days-over-store'];
    expect(new Set(stores)).toEqual(new Set([...known, ...forAlerts, ...forQuality]));
  });

  it('asks the model about all flights of a chunk at once, whatever landed in between', async () => {
    let calls = 0;
    const topology = await driver({
      name: 'counted',
      version: '1',
      score: (rows) => {
        calls += 1;
        return model.score(rows);
      },
    });
    const day = [...produce({ lap: 1, limit: 400, seed: 1 })];
    await topology.pipeAll(
      day.map(({ topic, key, value, eventTime }) => ({ topic, record: { key, value, timestamp: eventTime } })),
    );
    expect(calls).toBe(1);
    const asked = scoredUnit.expectedIds(
      day.filter(({ topic }) => topic === flights).map(({ value }) => value as Flight),
    );
    expect((await topology.read(predictions)).map(({ key }) => key)).toEqual(asked);
  });
});

it('gives the model each of its inputs, by the name that its card has for it', () => {
  const nothing = { weather: null, due: null, departed: null, landing: null };
  const card = JSON.parse(readFileSync(projectFile('demos/flight-delay/model/model.json'), 'utf8')) as {
    inputs: readonly { readonly name: string }[];
  };
  const given = Object.keys(toFeatures({ flight: flight(), ...nothing }));
  expect(given).toEqual(expect.arrayContaining(card.inputs.map(({ name }) => name)));
});
