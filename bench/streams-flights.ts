import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { OutgoingRecord } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { type AvroSchema, defineTopic, offlineSchemas, type Schemas, type Serializer } from '#shared/schema';
import { loadModel, type Model } from '#shared/scoring';
import { type Scored, StreamsBuilder, type Topology } from '#shared/streams';

// What bench/streams.ts scores: the golden rows of the flight-delay model again and again, one in twenty of them cancelled.

const folder = fileURLToPath(projectFile('demos/flight-delay/model'));
const golden = JSON.parse(readFileSync(`${folder}/golden.json`, 'utf8')) as {
  rows: { input: Record<string, number | string | null> }[];
};
const card = JSON.parse(readFileSync(`${folder}/model.json`, 'utf8')) as {
  inputs: { name: string; type: string; optional?: boolean }[];
};

export interface Flight {
  readonly id: string;
  readonly cancelled: boolean;
}

export interface Score {
  readonly id: string;
  readonly score: number;
  readonly modelVersion: string;
}

const inputSchema: AvroSchema = {
  type: 'record',
  name: 'Flight',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'cancelled', type: 'boolean' },
    ...card.inputs.map(({ name, type, optional }) => {
      const plain = type === 'number' ? 'double' : type;
      return { name, type: optional ? ['null', plain] : plain };
    }),
  ],
};

const outputSchema: AvroSchema = {
  type: 'record',
  name: 'Score',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'score', type: 'double' },
    { name: 'modelVersion', type: 'string' },
  ],
};

export const PARTITIONS = 4;
export const flights = defineTopic<Flight>({ name: 'flights', partitions: PARTITIONS, schema: inputSchema });
export const scores = defineTopic<Score>({ name: 'scores', partitions: PARTITIONS, schema: outputSchema });

const CANCELLED_EVERY = 20;
export const isCancelled = (number: number): boolean => number % CANCELLED_EVERY === 0;
/** How many of so many flights are scored. */
export const scoredOf = (flightCount: number): number => flightCount - Math.ceil(flightCount / CANCELLED_EVERY);

/** Schemas that every process of a run numbers alike, so that none needs a registry. */
export async function knownSchemas(): Promise<{
  readonly schemas: Schemas;
  readonly writeFlight: Serializer<Flight>;
  readonly writeScore: Serializer<Score>;
}> {
  const schemas = offlineSchemas();
  const writeFlight = await schemas.register(flights, flights.name);
  const writeScore = await schemas.register(scores, scores.name);
  return { schemas, writeFlight, writeScore };
}

export const loadFlightModel = (): Promise<Model> => loadModel(folder);

const rows = golden.rows.map(({ input }) =>
  Object.fromEntries(card.inputs.map(({ name }) => [name, input[name] ?? null])),
);

/** The flight of a number, as it is sent. */
export function flightRecord(
  topic: string,
  number: number,
  timestamp: number,
  write: Serializer<Flight>,
): OutgoingRecord {
  const id = `flight-${number}`;
  const value = write({ ...rows[number % rows.length], id, cancelled: isCancelled(number) });
  return { topic, key: id, value, timestamp, partition: number % PARTITIONS };
}

/** filter → score → to */
export function scoringTopology(model: Model): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream(flights)
    .filter((_id, { cancelled }) => !cancelled)
    .score(model)
    .mapValues(toScore)
    .to(scores);
  return builder.build();
}

function toScore({ input, score, modelVersion }: Scored<Flight>): Score {
  return { id: input.id, score, modelVersion };
}
