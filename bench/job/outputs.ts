import type { Cluster, PartitionReader } from '#shared/kafka';
import { knownSchemas, numberOf, type Score } from './payments.js';

const TOLERANCE = 1e-5;

/** Reads a topic from its beginning, what is committed of it. */
export async function readFromBeginning(cluster: Cluster, topic: string): Promise<PartitionReader> {
  const reader = await cluster.reader({ isolation: 'read_committed' });
  reader.seek((await partitionsOf(cluster, topic)).map((partition) => ({ ...partition, offset: 0 })));
  return reader;
}

async function partitionsOf(cluster: Cluster, topic: string) {
  const ends = (await cluster.endOffsets([topic])).get(topic) ?? [];
  return Array.from(ends, (_, partition) => ({ topic, partition }));
}

/** Waits for the first record that can be read as committed; gives up when `isOver`. */
export async function firstOutput(cluster: Cluster, topic: string, isOver: () => boolean): Promise<void> {
  const reader = await readFromBeginning(cluster, topic);
  while ((await reader.poll(100)).every(({ records }) => records.length === 0) && !isOver());
  await reader.close();
}

/**
 * Reads all scores that are committed.
 * @throws Error unless there is one for each payment, and it is the model's own.
 */
export async function checkScores(cluster: Cluster, topic: string, expected: Float32Array): Promise<void> {
  const { schemas } = await knownSchemas();
  const deserializer = schemas.deserializer<Score>();
  const reader = await readFromBeginning(cluster, topic);
  const partitions = await partitionsOf(cluster, topic);
  const isAtEnd = (): boolean =>
    partitions.every((one) => (reader.position(one) ?? 0) >= (reader.knownEnd(one) ?? Number.POSITIVE_INFINITY));
  const seen = new Uint32Array(expected.length);
  let wrong = 0;
  let first = '';
  const reject = (what: string): void => {
    wrong += 1;
    first ||= what;
  };
  for (let chunks = await reader.poll(200); chunks.length > 0 || !isAtEnd(); chunks = await reader.poll(200)) {
    for (const { records } of chunks) {
      await deserializer.prepare(records.map(({ value }) => value));
      for (const { key, value } of records) {
        const { id, score } = deserializer.decode(value);
        const number = numberOf(id);
        const wanted = expected[number];
        if (key?.toString() !== id) reject(`the score of ${id} has the key ${String(key)}`);
        else if (wanted === undefined) reject(`there was no payment "${id}"`);
        else if (!(Math.abs(score - wanted) <= TOLERANCE)) reject(`${id} has the score ${score}, not ${wanted}`);
        else seen[number] = (seen[number] ?? 0) + 1;
      }
    }
  }
  await reader.close();
  const lost = seen.filter((count) => count === 0).length;
  const duplicated = seen.reduce((sum, count) => sum + Math.max(0, count - 1), 0);
  if (wrong + lost + duplicated === 0) return;
  const example = first === '' ? '' : `; the first that is wrong: ${first}`;
  throw new Error(
    `Of ${expected.length} scores ${lost} are lost, ${duplicated} duplicated, ${wrong} wrong in ${topic}${example}.`,
  );
}

/** @throws Error unless the group has committed that it has read all records of the topic. */
export async function checkCommitted(cluster: Cluster, groupId: string, topic: string, count: number): Promise<void> {
  const committed = await cluster.committedOffsets(groupId, [topic]);
  const ends = (await cluster.endOffsets([topic])).get(topic);
  const behind = (await partitionsOf(cluster, topic)).filter(
    ({ partition }) => (committed.get(topic)?.[partition] ?? 0) < (ends?.[partition] ?? 0),
  );
  if (behind.length === 0) return;
  throw new Error(`${groupId} has not committed all of its ${count} records: ${behind.length} partitions are behind.`);
}
