import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { AnyDemo, DemoRecord } from '#shared/commands';
import { type Moment, nextTime } from '#shared/dashboard';
import { loadModel } from '#shared/scoring';
import { createTopologyTestDriver, StreamsBuilder } from '#shared/streams';
import { demo as churn } from './churn/demo.js';
import { demo as flightDelay } from './flight-delay/demo.js';
import { demo as telcoAnomaly } from './telco-anomaly/demo.js';
import { demo as titanic } from './titanic/demo.js';

const TOGETHER = 200;
const HOUR_MS = 3_600_000;

/** What each moment of a story is told as on the page. */
const told = {
  'flight-delay': [
    /^Newark: 17 of the next 26 flights are expected late/,
    /^Newark: 20 of the next 26 flights are expected late \(visibility/,
    /^LaGuardia: 9 of the next 18 flights are expected late/,
  ],
  'telco-anomaly': [
    /^cell-020, transport, Thu 06:45: unusual speed/,
    /^cell-009, business, Thu 16:45: unusual radio load/,
    /^cell-025, business, Fri 02:55: unusual speed/,
  ],
  churn: [
    /^New prices: From tomorrow on/,
    /^60 calls to the service within an hour/,
    /^The period is closed: 224 of 1667/,
  ],
  titanic: [
    /^Noon: the Titanic leaves/,
    /^The ship strikes an iceberg/,
    /^The first boat is lowered/,
    /^The Carpathia/,
  ],
};

/** What the board tells of a lap, as far as its story goes, by the demo's own model. */
async function toldOf(demo: AnyDemo): Promise<Moment[]> {
  const { dashboard, topics, alsoWrites = [] } = demo;
  const model = await loadModel(fileURLToPath(demo.modelFolder), { reasons: true });
  const builder = new StreamsBuilder();
  demo.buildTopology(builder, model);
  const topology = builder.build();
  const driver = await createTopologyTestDriver(topology);
  const moments: Moment[] = [];
  const board = dashboard.board?.create((moment) => moments.push(moment));
  const until = Math.max(...(dashboard.story ?? []).map(({ at }) => at(1))) + 6 * HOUR_MS;
  let chunk: DemoRecord[] = [];
  const play = async (): Promise<void> => {
    const read = chunk.filter(({ topic }) => topology.describe().includes(topic.name));
    await driver.pipeAll(
      read.map(({ topic, key, value, eventTime }) => ({ topic, record: { key, value, timestamp: eventTime } })),
    );
    for (const { value } of await driver.read(topics.predictions)) if (value) board?.prediction?.(value);
    for (const { topic, take } of board?.listens ?? []) {
      if (alsoWrites.includes(topic)) {
        for (const { value, timestamp } of await driver.read(topic)) if (value) take(value, timestamp);
      }
      for (const record of chunk) if (record.topic === topic) take(record.value, record.eventTime);
    }
    for (const { topic, value } of chunk) if (topic === topics.outcomes) board?.outcome?.(value);
    chunk = [];
  };
  for (const record of demo.produce({ lap: 1, limit: Number.POSITIVE_INFINITY, seed: 1 })) {
    if (record.eventTime > until) break;
    chunk.push(record);
    if (chunk.length >= TOGETHER) await play();
  }
  await play();
  await model.close();
  return moments;
}

describe.each([flightDelay, telcoAnomaly, churn, titanic] as readonly AnyDemo[])('the story of $name', (demo) => {
  const story = demo.dashboard.story ?? [];

  it('comes true: soon after each of its moments the page tells of it, and not before', async () => {
    const moments = await toldOf(demo);
    const expected = told[demo.name as keyof typeof told];
    expect(story).toHaveLength(expected.length);
    for (const [index, { at, label }] of story.entries()) {
      const moment = moments.find(({ text }) => expected[index]?.test(text));
      const hours = ((moment?.eventTime ?? Number.NaN) - at(1)) / HOUR_MS;
      expect(hours, `${label}: ${moment?.text}`).toBeGreaterThan(0);
      // Not longer than some ten seconds at the demo's own pace, but for the night in which accounts are closed.
      expect(hours, label).toBeLessThan(demo.name === 'churn' ? 4 : 6.5);
    }
  }, 60_000);

  it('goes forward, and comes again in the next lap', () => {
    for (const [index, moment] of story.entries()) {
      const lapMs = moment.at(2) - moment.at(1);
      expect(moment.at(3) - moment.at(2)).toBe(lapMs);
      expect(moment.at(1)).toBeGreaterThan(story[index - 1]?.at(1) ?? 0);
      expect(nextTime(moment, { lap: 1, eventTime: moment.at(1) - 1 })).toBe(moment.at(1));
      expect(nextTime(moment, { lap: 1, eventTime: moment.at(1) })).toBe(moment.at(2));
    }
  });
});
