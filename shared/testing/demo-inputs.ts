import { fileURLToPath } from 'node:url';
import type { DemoDefinition, DemoRecord } from '#shared/commands';
import type { PredictionFields } from '#shared/dashboard';
import type { RunCounts } from '#shared/monitoring';
import type { Topic } from '#shared/schema';
import { championWithVotes, loadModel, type Model } from '#shared/scoring';
import { createTopologyTestDriver, StreamsBuilder } from '#shared/streams';

const RECORDS_PER_CHUNK = 5_000;

/** What a demo's producer makes first, lap after lap: so many records of the main input, and what belongs to them. */
function* firstRecords<I, P extends PredictionFields, O>(
  { topics, produce }: DemoDefinition<I, P, O>,
  records: number,
): Generator<DemoRecord> {
  let produced = 0;
  for (let lap = 1; produced < records; lap++) {
    for (const record of produce({ lap, limit: records - produced, seed: 1 })) {
      if (record.topic.name === topics.input.name) produced += 1;
      yield record;
    }
  }
}

/** The first records of a demo's main input. */
function firstInputs<I, P extends PredictionFields, O>(demo: DemoDefinition<I, P, O>, records: number): I[] {
  return (
    Array.from(firstRecords(demo, records))
      .filter(({ topic }) => topic.name === demo.topics.input.name)
      // What is produced to the topic of the main input has its type; DemoRecord forgets which.
      .map(({ value }) => value as I)
  );
}

/** The units that must be predicted of the first records of a demo's main input, by its stated rules. */
export function expectedIdsOf<I, P extends PredictionFields, O>(
  demo: DemoDefinition<I, P, O>,
  records: number,
): string[] {
  return [...new Set(demo.scoredUnit.expectedIds(firstInputs(demo, records)))];
}

/** What a run of so many records must report where nothing goes wrong, by the demo's stated rules. */
export function expectedCounts<I, P extends PredictionFields, O>(
  demo: DemoDefinition<I, P, O>,
  records: number,
): RunCounts {
  const produced = new Set(demo.scoredUnit.unitIds(firstInputs(demo, records))).size;
  const scored = expectedIdsOf(demo, records).length;
  return { produced, filtered: produced - scored, scored, deadLettered: 0, lost: 0, duplicated: 0 };
}

/**
 * What a demo's topology writes to a topic when nothing disturbs it, with its own model, and its challenger's votes where it
 * has one: the records of the main input, so many of them, and what belongs to them, go through it in one process.
 */
export async function undisturbed<I, P extends PredictionFields, O, V>(
  demo: DemoDefinition<I, P, O>,
  topic: Topic<V>,
  records: number,
): Promise<{ readonly key: string; readonly value: V }[]> {
  const load = (folder: URL): Promise<Model> => loadModel(fileURLToPath(folder), { reasons: demo.explains ?? false });
  const champion = await load(demo.modelFolder);
  const challenger = demo.challengerFolder && (await load(demo.challengerFolder));
  try {
    const builder = new StreamsBuilder();
    demo.buildTopology(builder, challenger ? championWithVotes(champion, challenger) : champion);
    const topology = builder.build();
    const read = new Set(topology.sourceTopics.map(({ name }) => name));
    const driver = await createTopologyTestDriver(topology, { deadLetterTopic: `${demo.name}.dead-letters` });
    // Some of what a demo produces is not for its scorer.
    const all = Array.from(firstRecords(demo, records))
      .filter(({ topic: to }) => read.has(to.name))
      .map(({ topic: to, key, value, eventTime }) => ({ topic: to, record: { key, value, timestamp: eventTime } }));
    for (let from = 0; from < all.length; from += RECORDS_PER_CHUNK) {
      await driver.pipeAll(all.slice(from, from + RECORDS_PER_CHUNK));
    }
    const written = await driver.read<string, V>(topic);
    driver.close();
    return written.map(({ key, value }) => ({ key: String(key), value: value as V }));
  } finally {
    await champion.close();
    await challenger?.close();
  }
}
