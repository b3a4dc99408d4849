import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { loadModel, type Model } from '#shared/scoring';
import { createTopologyTestDriver, StreamsBuilder, type TopologyTestDriver } from '#shared/streams';
import { produce } from './producer.js';
import { buildTopology } from './scorer.js';
import { type Flight, flights, type Outcome, outcomes, predictions, scoredUnit } from './topics.js';

const QUARTER = Date.parse('2013-10-01T08:00:00Z');

/** The first hundred flights of October, as the producer makes them. */
const october = [...produce({ lap: 1, limit: 100, seed: 1 })]
  .filter(({ topic }) => topic === flights)
  .map(({ value }) => value as Flight);

let model: Model;
beforeAll(async () => {
  model = await loadModel(fileURLToPath(projectFile('demos/flight-delay/model')), { reasons: true });
});
afterAll(() => model.close());

async function driver(): Promise<TopologyTestDriver> {
  const builder = new StreamsBuilder();
  buildTopology(builder, model);
  return createTopologyTestDriver(builder.build(), { wallClockMs: 1_234, deadLetterTopic: 'dead' });
}

const input = (flight: Flight) => ({ key: flight.id, value: flight, timestamp: flight.eventTime });

describe('the topology', () => {
  it('scores each flight that was not cancelled, an hour before departure, in order', async () => {
    const topology = await driver();
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
      scheduledDeparture: first.eventTime + 3_600_000,
      reasons: [expect.anything(), expect.anything(), expect.anything()],
    });
    const contributions = scored[0]?.value?.reasons.map(({ contribution }) => Math.abs(contribution)) ?? [];
    expect(contributions).toEqual(contributions.toSorted((a, b) => b - a));
    for (const { name } of scored[0]?.value?.reasons ?? []) {
      expect(model.card.inputs.map((field) => field.name)).toContain(name);
    }
  });

  it('keys a prediction by its flight, whatever key the flight came with', async () => {
    const topology = await driver();
    const [first, second] = october as [Flight, Flight];
    await topology.pipe(flights, [
      { ...input(first), key: null },
      { ...input(second), key: 'another' },
    ]);
    expect((await topology.read(predictions)).map(({ key }) => key)).toEqual([first.id, second.id]);
  });

  it('gives a golden row the score that H2O gave, weather and all', async () => {
    const golden = JSON.parse(readFileSync(projectFile('demos/flight-delay/model/golden.json'), 'utf8')) as {
      rows: { input: Record<string, number | string | null>; score: number }[];
    };
    const topology = await driver();
    const [template] = october;
    const rows = golden.rows.slice(0, 200);
    await topology.pipe(
      flights,
      rows.map(({ input: row }, index) => {
        const field = <T>(name: string): T => (row[name] ?? null) as T;
        const flight = {
          ...(template as Flight),
          id: `golden-${index}`,
          ...Object.fromEntries(
            [
              'carrier',
              'origin',
              'dest',
              'distance',
              'dayOfWeek',
              'departureMinute',
              'arrivalMinute',
              'planeYear',
              'planeSeats',
            ]
              .filter((name) => name in row || name.startsWith('plane'))
              .map((name) => [name, field(name)]),
          ),
          ...('month' in row && { month: field<number>('month') }),
          weather: {
            observedAt: 0,
            temperature: field<number | null>('temperature'),
            dewPoint: field<number | null>('dewPoint'),
            humidity: field<number | null>('humidity'),
            windDirection: field<number | null>('windDirection'),
            windSpeed: field<number | null>('windSpeed'),
            windGust: field<number | null>('windGust'),
            precipitation: field<number | null>('precipitation'),
            pressure: field<number | null>('pressure'),
            visibility: field<number | null>('visibility'),
          },
        };
        return input(flight);
      }),
    );
    const scored = await topology.read(predictions);
    expect(topology.readDeadLetters()).toEqual([]);
    scored.forEach(({ value }, index) => {
      expect(Math.abs(value.score - (rows[index]?.score ?? Number.NaN))).toBeLessThanOrEqual(1e-5);
    });
    expect(scored).toHaveLength(rows.length);
  });

  it('reads like the talk', async () => {
    const builder = new StreamsBuilder();
    buildTopology(builder, model);
    const nodes = builder
      .build()
      .describe()
      .match(/KSTREAM-[A-Z]+/g);
    expect([...new Set(nodes)]).toEqual([
      'KSTREAM-SOURCE',
      'KSTREAM-FILTER',
      'KSTREAM-MAPVALUES',
      'KSTREAM-SCORE',
      'KSTREAM-KEY',
      'KSTREAM-SINK',
    ]);
  });
});

describe('the producer', () => {
  const lap = (number: number, limit = 84_292) => [...produce({ lap: number, limit, seed: 1 })];

  it('plays the quarter in event-time order, outcomes when the planes have landed', () => {
    const records = lap(1);
    expect(records[0]?.eventTime).toBe(QUARTER);
    let last = 0;
    for (const { eventTime } of records) {
      expect(eventTime).toBeGreaterThanOrEqual(last);
      last = eventTime;
    }
    const published = records.filter(({ topic }) => topic === flights);
    expect(published).toHaveLength(84_292);
    expect(new Set(published.map(({ key }) => key)).size).toBe(84_292);
    const landed = records.filter(({ topic }) => topic === outcomes);
    const seen = new Set<string>();
    for (const { topic, key } of records) {
      if (topic === flights) seen.add(key);
      else expect(seen.has(key)).toBe(true);
    }
    expect(landed).toHaveLength(82_609);
    expect(landed.every(({ value, eventTime }) => (value as Outcome).landedAt === eventTime)).toBe(true);
  });

  it('never lets the flight record know how the flight ends', () => {
    const known = Object.keys(october[0] ?? {});
    expect(known).not.toContain('arrivalDelay');
    expect(known).not.toContain('landedAt');
    for (const flight of october) {
      expect(flight.scheduledDeparture - flight.eventTime).toBe(3_600_000);
      expect(flight.weather?.observedAt ?? 0).toBeLessThanOrEqual(flight.eventTime);
    }
  });

  it('makes other flights at later times of a second lap, on the same days of the week', () => {
    const first = lap(1, 50);
    const second = lap(2, 50);
    const ids = new Set(first.map(({ key }) => key));
    second.forEach(({ key, eventTime }, index) => {
      expect(ids.has(key)).toBe(false);
      expect((eventTime - (first[index]?.eventTime ?? 0)) % (7 * 24 * 3_600_000)).toBe(0);
    });
    const end = lap(1).at(-1)?.eventTime ?? 0;
    expect(second[0]?.eventTime).toBeGreaterThan(end);
  });

  it('still lands what is in the air when the flights end', () => {
    const records = lap(1, 10);
    expect(records.filter(({ topic }) => topic === flights)).toHaveLength(10);
    expect(records.filter(({ topic }) => topic === outcomes)).toHaveLength(10);
  });
});

it('every flight is a unit, and each but the cancelled must come out', () => {
  const [first, second] = october as [Flight, Flight];
  const inputs = [first, { ...second, cancelled: true }];
  expect(scoredUnit.unitIds(inputs)).toEqual([first.id, second.id]);
  expect(scoredUnit.expectedIds(inputs)).toEqual([first.id]);
});
