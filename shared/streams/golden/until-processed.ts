import { setTimeout as delay } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import type { Cluster, TopicOffsets } from '#shared/kafka';
import type { KafkaStreams, Topology } from '#shared/streams';
import type { InputRecord } from './case.js';
import type { LastRecords } from './last-records.js';
import type { CaseKey, CaseValue } from './values.js';

interface Running {
  readonly cluster: Cluster;
  readonly applicationId: string;
  readonly streams: KafkaStreams;
  readonly topology: Topology;
  /** Of the topics that its tasks read. */
  readonly lastRecords: LastRecords;
}

const PROCESSED_WITHIN_MS = 25_000;
const LOOK_EVERY_MS = 5;

/**
 * Waits until an application has nothing left to do: it has committed all that lies on the topics that it reads, its own
 * among them, or its global table shows the records just written.
 * @throws KitError 'run-failed' where that does not come about, or the reason for which the application ended.
 */
export async function untilProcessed(portion: readonly InputRecord[], running: Running): Promise<void> {
  const { streams, topology, applicationId } = running;
  const deadline = performance.now() + PROCESSED_WITHIN_MS;
  const isDone = topology.globalStores.some(({ topic }) => topic.name === portion[0]?.topic)
    ? () => Promise.resolve(globalTableShows(portion, running))
    : () => isCommitted(running);
  while (!(await isDone())) {
    if (streams.state === 'ERROR') await streams.finished;
    if (performance.now() > deadline) {
      const within = `${PROCESSED_WITHIN_MS / 1_000} s`;
      throw new KitError('run-failed', `Waiting for ${applicationId}: it has not processed its input after ${within}.`);
    }
    await delay(LOOK_EVERY_MS);
  }
}

/** Outputs are written before offsets are committed: where nothing has come meanwhile, nothing more will. */
async function isCommitted({ cluster, applicationId, lastRecords }: Running): Promise<boolean> {
  const { topics } = lastRecords;
  const ends = await cluster.endOffsets(topics);
  const nexts = await lastRecords.before(ends);
  const committed = await cluster.committedOffsets(applicationId, topics);
  if (topics.some((topic) => (committed.get(topic)?.[0] ?? 0) < (nexts.get(topic) ?? 0))) return false;
  const now: TopicOffsets = await cluster.endOffsets(topics);
  return topics.every((topic) => now.get(topic)?.[0] === ends.get(topic)?.[0]);
}

/** A record that changes nothing of the table need not be waited for: nobody sees whether it is there. */
function globalTableShows(portion: readonly InputRecord[], { streams, topology }: Running): boolean {
  const store = topology.globalStores.find(({ topic }) => topic.name === portion[0]?.topic)?.store;
  if (store === undefined) return true;
  const expected = new Map(portion.flatMap(({ key, value }) => (key === null ? [] : [[key, value] as const])));
  const table = streams.stores.keyValue<CaseKey, CaseValue>(store);
  return Array.from(expected).every(([key, value]) => table.get(key) === value);
}
