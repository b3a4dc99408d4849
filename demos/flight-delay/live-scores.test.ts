import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { connectSchemas } from '#shared/schema';
import { loadModel } from '#shared/scoring';
import { startProgram } from '#shared/testing';
import { committedFlights } from './committed-inputs.js';
import { type Prediction, predictions } from './topics.js';

const FLIGHTS = 20_000;

/** The scores of the first flights of the quarter as the committed rows have them, by id. */
async function committedScores(): Promise<Map<string, number>> {
  const model = await loadModel(fileURLToPath(projectFile('demos/flight-delay/model')));
  const scores = new Map<string, number>();
  const asked = committedFlights().slice(0, FLIGHTS);
  for (let from = 0; from < asked.length; from += 1_000) {
    const some = asked.slice(from, from + 1_000);
    for (const [at, row] of (await model.score(some.map(({ inputs }) => inputs))).entries()) {
      scores.set(some[at]?.row('id') ?? '', row instanceof KitError ? Number.NaN : row.score);
    }
  }
  await model.close();
  return scores;
}

it('scores each flight as the committed rows have it, as fast as records come from four topics at once', async () => {
  const expected = await committedScores();
  await using program = startProgram('demos/flight-delay/demo.js', ['--rate', '0', '--broker-port', '0', '--headless']);
  const brokers = await program.said(/embedded Kafka at ([\d.:]+)/);
  const registry = await program.said(/Registry\s+(http\S+)/);
  const cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
  const decode = connectSchemas({ url: registry }).deserializer<Prediction>({ reader: predictions.schema });
  const reader = await cluster.consume({ groupId: 'test', topics: [predictions.name], from: 'beginning' });
  const waited = new Map(expected);
  const different: [string, number, number][] = [];
  while (waited.size > 0) {
    const records = (await reader.poll(1_000))?.records ?? [];
    await decode.prepare(records.map(({ value }) => value));
    for (const { value } of records) {
      const { id, score } = decode.decode(value);
      const wanted = waited.get(id);
      if (wanted === undefined) continue;
      waited.delete(id);
      if (score !== wanted) different.push([id, score, wanted]);
    }
  }
  await cluster.close();
  expect(different).toEqual([]);
}, 120_000);
