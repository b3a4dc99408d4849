import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type AnyDemo, isDemo } from '#shared/commands';
import { buildDrift, monitoringTopics } from '#shared/monitoring';
import { projectFile } from '#shared/project-file';
import { loadModel } from '#shared/scoring';
import { type BatchScorer, createTopologyTestDriver, StreamsBuilder } from '#shared/streams';

/** Above it an input is another population, and an alert is raised of those that are not seasonal. */
const LIMIT = 0.25;
/** Rows that are counted at a time: the model's counter takes each of so few. */
const COUNTED_ROWS = 500;

const folders = readdirSync(projectFile('demos'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
const modules: { readonly demo?: unknown }[] = await Promise.all(
  folders.map(({ name }) => import(projectFile(`demos/${name}/demo.ts`).href)),
);
const demos = modules.map(({ demo }) => demo).filter(isDemo);

/** Plays two laps of all that a demo has, and gives of each input the highest index that drift reports have of it. */
async function highestIndices({ name: demo, drift: window, modelFolder, ...definition }: AnyDemo) {
  const highest = new Map<string, number>();
  const { inputCounts, driftReports } = monitoringTopics(demo);
  const monitor = new StreamsBuilder();
  buildDrift(monitor, { demo, window });
  const drift = await createTopologyTestDriver(monitor.build());
  const model = await loadModel(fileURLToPath(modelFolder), { onNotice: () => undefined });
  const version = { modelName: model.name, modelVersion: model.version };
  const report = async (): Promise<void> => {
    const counted = model.inputCounter?.take();
    if (counted === undefined) return;
    const value = { instance: 'scorer', ...version, countedAt: 0, ...counted };
    await drift.pipe(inputCounts, [{ key: 'model', value, timestamp: 0 }]);
    await drift.advanceWallClockTime(1_000);
    for (const { value: told } of await drift.read(driftReports)) {
      for (const [input, index] of Object.entries(told?.inputs ?? {})) {
        highest.set(input, Math.max(index, highest.get(input) ?? 0));
      }
    }
  };
  // The first taking is what begins the counting.
  await report();

  let uncounted = 0;
  const counting: BatchScorer<object> = {
    name: model.name,
    version: model.version,
    async score(rows) {
      for (const row of rows) {
        model.inputCounter?.add([row as Readonly<Record<string, unknown>>]);
        uncounted += 1;
        if (uncounted % COUNTED_ROWS === 0) await report();
      }
      return rows.map(() => ({ score: 0, decision: null }));
    },
  };
  const builder = new StreamsBuilder();
  definition.buildTopology(builder, counting);
  const built = builder.build();
  const read = new Set(built.sources.map(({ topic }) => topic.name));
  const topology = await createTopologyTestDriver(built);
  for (const lap of [1, 2]) {
    let chunk: Parameters<typeof topology.pipeAll>[0][number][] = [];
    for (const { topic, key, value, eventTime } of definition.produce({
      lap,
      limit: Number.POSITIVE_INFINITY,
      seed: 1,
    })) {
      if (!read.has(topic.name)) continue;
      chunk.push({ topic, record: { key, value, timestamp: eventTime } });
      if (chunk.length < 5_000) continue;
      await topology.pipeAll(chunk);
      chunk = [];
    }
    await topology.pipeAll(chunk);
  }
  await report();
  await model.close();
  return highest;
}

it.each(demos.map((demo) => [demo.name, demo] as const))(
  'moves no input of %s to another population, but for those of which the demo says that they are seasonal',
  async (_, demo) => {
    const highest = await highestIndices(demo);
    expect(highest.size).toBeGreaterThan(0);
    const above = [...highest].filter(([, index]) => index > LIMIT).map(([input]) => input);
    expect(demo.drift?.seasonal ?? []).toEqual(expect.arrayContaining(above));
    expect([...highest.keys()]).toEqual(expect.arrayContaining([...(demo.drift?.seasonal ?? [])]));
  },
  120_000,
);
