import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { AnyDemo, DemoRecord } from '#shared/commands';
import { exactAuc } from '#shared/monitoring';
import { type InputProfile, inputProfiles, loadModel } from '#shared/scoring';
import { createTopologyTestDriver, StreamsBuilder } from '#shared/streams';
import { populationStability } from '../shared/monitoring/drift/population-stability.js';
import { demo as churn } from './churn/demo.js';
import { demo as flightDelay } from './flight-delay/demo.js';
import { demo as telcoAnomaly } from './telco-anomaly/demo.js';
import { demo as titanic } from './titanic/demo.js';

const TOGETHER = 1_000;
const DRIFTED_FROM = 0.25;

interface Case {
  readonly demo: AnyDemo;
  /** How many main records are played. */
  readonly limit: number;
  /** The share of drift's window from which on the input has drifted. */
  readonly share: number;
}

const cases: readonly Case[] = [
  { demo: flightDelay as AnyDemo, limit: 6_000, share: 0.2 },
  { demo: titanic as AnyDemo, limit: 1_309, share: 0.3 },
  { demo: telcoAnomaly as AnyDemo, limit: 36 * 60 * 24, share: 0.72 },
  { demo: churn as AnyDemo, limit: 20_000, share: 0.24 },
];

/** What the model is asked in a lap, and how right it is; with or without the demo's drift. */
async function play({ demo, limit }: Case, drifts: boolean) {
  const model = await loadModel(fileURLToPath(demo.modelFolder), { reasons: true });
  const [profile] = inputProfiles(model.card, () => undefined).filter(
    ({ input }) => input === demo.faults?.drift.input,
  );
  const counts = (profile?.expected ?? []).map(() => 0);
  const builder = new StreamsBuilder();
  demo.buildTopology(builder, {
    name: model.name,
    version: model.version,
    score: (rows: readonly object[]) => {
      for (const row of rows) if (profile) count(counts, profile, row);
      return model.score(rows);
    },
  });
  const topology = builder.build();
  const driver = await createTopologyTestDriver(topology, { deadLetterTopic: 'dead' });
  const scores = new Map<string, number>();
  const labelled: { readonly score: number; readonly positive: boolean }[] = [];
  let deadLetters = 0;
  let chunk: DemoRecord[] = [];
  const send = async (): Promise<void> => {
    const read = chunk.filter(({ topic }) => topology.describe().includes(topic.name));
    await driver.pipeAll(
      read.map(({ topic, key, value, eventTime }) => ({ topic, record: { key, value, timestamp: eventTime } })),
    );
    for (const { value } of await driver.read(demo.topics.predictions)) if (value) scores.set(value.id, value.score);
    deadLetters += driver.readDeadLetters().length;
    const { outcome } = demo.dashboard;
    for (const { topic, value } of chunk) {
      if (topic !== demo.topics.outcomes || !(outcome.counts?.(value) ?? true)) continue;
      const score = scores.get(outcome.id(value));
      if (score !== undefined) labelled.push({ score, positive: outcome.positive(value) });
    }
    chunk = [];
  };
  const shifts = drifts ? (demo.faults?.drift.shifts ?? []) : [];
  for (const record of demo.produce({ lap: 1, limit, seed: 1 })) {
    const shift = shifts.find(({ topic }) => topic === record.topic);
    chunk.push(shift && record.value !== null ? { ...record, value: shift.shift(record.value) } : record);
    if (chunk.length >= TOGETHER) await send();
  }
  await send();
  await model.close();
  const rows = counts.reduce((sum, one) => sum + one, 0);
  return {
    profile,
    rows,
    shares: counts.map((one) => one / rows),
    auc: exactAuc(
      labelled.map(({ score }) => score),
      labelled.map(({ positive }) => positive),
    ),
    deadLetters,
  };
}

function count(counts: number[], { input, placeOf }: InputProfile, row: object): void {
  const place = placeOf(Object.entries(row).find(([name]) => name === input)?.[1]);
  counts[place] = (counts[place] ?? 0) + 1;
}

describe.each(cases)('the drift of $demo.name', (one) => {
  it('is seen of its input from a part of the window on, while the model stays about as right as it was', async () => {
    const [healthy, drifted] = [await play(one, false), await play(one, true)];
    const index = (share: number): number =>
      populationStability(
        healthy.profile?.expected ?? [],
        healthy.shares.map((is, bin) => healthy.rows * (is * (1 - share) + (drifted.shares[bin] ?? 0) * share)),
      );
    expect(index(0)).toBeLessThan(0.1);
    expect(index(one.share)).toBeGreaterThan(DRIFTED_FROM);
    expect((healthy.auc ?? Number.NaN) - (drifted.auc ?? Number.NaN)).toBeLessThan(0.01);
    expect([drifted.deadLetters, drifted.rows]).toEqual([0, healthy.rows]);
  }, 120_000);

  it('says in a sentence what has happened', () => {
    expect(one.demo.faults?.drift.words).toMatch(/^[A-Z].*\.$/);
  });
});
