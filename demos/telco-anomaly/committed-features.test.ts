import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { loadModel, type Model } from '#shared/scoring';
import { type BatchScorer, createTopologyTestDriver, StreamsBuilder } from '#shared/streams';
import { type AlarmFigures, alarmFigures } from './alarm-figures.js';
import type { Features } from './features.js';
import { produce } from './producer.js';
import { rows } from './rows.js';
import { buildTopology } from './scorer.js';
import { type Alarm, alarms, cells, reports } from './topics.js';

/** The four days, played once through the topology with the demo's own model. */
const asked = new Map<string, Features>();
let told: Alarm[];
let model: Model;
beforeAll(async () => {
  model = await loadModel(fileURLToPath(projectFile('demos/telco-anomaly/model')), { reasons: true });
  const noting: BatchScorer<object> = {
    name: model.name,
    version: model.version,
    score: (questions) => {
      for (const features of questions as readonly Features[]) asked.set(features.id, features);
      return model.score(questions);
    },
  };
  const builder = new StreamsBuilder();
  buildTopology(builder, noting);
  const topology = await createTopologyTestDriver(builder.build());
  let chunk: Parameters<typeof topology.pipeAll>[0][number][] = [];
  for (const { topic, key, value, eventTime } of produce({ lap: 1, limit: Number.POSITIVE_INFINITY, seed: 1 })) {
    if (topic !== reports && topic !== cells) continue;
    chunk.push({ topic, record: { key, value, timestamp: eventTime } });
    if (chunk.length < 5_000) continue;
    await topology.pipeAll(chunk);
    chunk = [];
  }
  await topology.pipeAll(chunk);
  told = (await topology.read(alarms)).map(({ value }) => value);
}, 120_000);
afterAll(() => model.close());

it('asks the model in every window of the four days what the committed row has, to the last digit', () => {
  const inputs = model.card.inputs.map(({ name }) => name) as readonly (keyof Features)[];
  const different = [...rows()]
    .map((row) => [row('id'), inputs.map(row).join(), inputs.map((name) => asked.get(row('id'))?.[name]).join()])
    .filter(([, committed, computed]) => committed !== computed);
  expect(different.slice(0, 5)).toEqual([]);
  expect(asked.size).toBe(41_472);
});

describe('the alarms of the four days', () => {
  let figures: AlarmFigures;
  beforeAll(() => {
    figures = alarmFigures(told, [...rows()]);
  });

  it('are each opened once and closed once, in that order, but for what is still open at the end', () => {
    const states = new Map<string, string[]>();
    for (const { id, state } of told) states.set(id, [...(states.get(id) ?? []), state]);
    const courses = [...states.values()].map((course) => course.join(' then '));
    expect(courses.filter((course) => course !== 'opened then closed')).toEqual([]);
  });

  it('are what the README says of them', () => {
    expect(figures).toEqual({
      alarms: 44,
      repeated: 9,
      falseAlarms: 13,
      falseAlarmsACellAndDay: 0.09,
      medianMinutes: 17.5,
      minutesToAlarm: {
        backhaulDegradation: [15, 15, 15, 10],
        slowDrift: [1_185, 1_190, 495, 1_890],
        clockShift: [15, 285, 15, 15],
        neighbourOutage: [null, 15, null, 20],
        sleepingCell: [25, 40, 55, 35],
        externalInterference: [15, 15, 15, 120],
      },
    });
  });
});
