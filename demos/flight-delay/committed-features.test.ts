import { expect, it } from 'vitest';
import { type BatchScorer, createTopologyTestDriver, StreamsBuilder } from '#shared/streams';
import { produce } from './producer.js';
import { rows } from './rows.js';
import { buildTopology } from './scorer.js';

/** What of a flight the topology has from elsewhere: other flights, and the weather station. */
const joined = [
  'airportDelay',
  'overdueFlights',
  'aircraftDelay',
  'aircraftMinutes',
  'temperature',
  'dewPoint',
  'humidity',
  'windDirection',
  'windSpeed',
  'windGust',
  'precipitation',
  'pressure',
  'visibility',
] as const;

it('computes for every flight of the quarter what the model was trained on, as the committed rows have it', async () => {
  const committed = new Map<string, string>();
  for (const row of rows()) {
    if (row('cancelled') === '0') committed.set(row('id'), joined.map(row).join());
  }
  const computed = new Map<string, string>();
  const notes: BatchScorer<object> = {
    name: 'notes',
    version: '1',
    score: (asked) => {
      for (const features of asked as readonly Record<string, string | number | undefined>[]) {
        computed.set(String(features.id), joined.map((name) => features[name] ?? '').join());
      }
      return Promise.resolve(asked.map(() => ({ score: 0, decision: null })));
    },
  };
  const builder = new StreamsBuilder();
  buildTopology(builder, notes);
  const topology = await createTopologyTestDriver(builder.build());
  let chunk: Parameters<typeof topology.pipeAll>[0][number][] = [];
  for (const { topic, key, value, eventTime } of produce({ lap: 1, limit: Number.POSITIVE_INFINITY, seed: 1 })) {
    chunk.push({ topic, record: { key, value, timestamp: eventTime } });
    if (chunk.length < 5_000) continue;
    await topology.pipeAll(chunk);
    chunk = [];
  }
  await topology.pipeAll(chunk);
  expect(computed.size).toBe(82_798);
  const different = [...committed].filter(([id, features]) => computed.get(id) !== features);
  expect(different.slice(0, 5).map(([id, features]) => [id, features, computed.get(id)])).toEqual([]);
}, 120_000);
