import type { Cluster } from '#shared/kafka';
import type { DemoCluster } from './demo-cluster.js';
import type { DemoBasics } from './demo-definition.js';
import { RUN_HEADER } from './run-id.js';

/** As many as strangers may have put at the end of a partition, by hand. */
const LOOKED_AT = 100;

/**
 * The lap that a run begins with: the first that begins after all that lies on the main input's topic. Event time must not
 * go back, as windows that are closed do not open again. Laps are equally long.
 */
export async function firstLap(
  definition: Pick<DemoBasics, 'topics' | 'produce'>,
  demo: Pick<DemoCluster, 'cluster' | 'topicName'>,
  seed: number,
): Promise<number> {
  const latest = await latestTime(demo.cluster, demo.topicName(definition.topics.input));
  if (latest === 0) return 1;
  const [first, second] = [1, 2].map((lap) => {
    const [record] = definition.produce({ lap, limit: 1, seed });
    return record?.eventTime ?? 0;
  });
  if (first === undefined || second === undefined || latest < first) return 1;
  return Math.floor((latest - first) / (second - first)) + 2;
}

/**
 * The latest of the last records of a topic's partitions that a run has made; 0 where there is none. What somebody else has
 * put there bears the time of today, and need not be what the scorer can read.
 */
async function latestTime(cluster: Cluster, topic: string): Promise<number> {
  const ends = (await cluster.endOffsets([topic])).get(topic) ?? [];
  const partitions = ends.map((end, partition) => ({ topic, partition, end })).filter(({ end }) => end > 0);
  if (partitions.length === 0) return 0;
  const reader = await cluster.reader({ isolation: 'read_uncommitted', onOutOfRange: 'earliest' });
  try {
    reader.seek(partitions.map((partition) => ({ ...partition, offset: Math.max(0, partition.end - LOOKED_AT) })));
    let latest = 0;
    while (partitions.some((partition) => (reader.position(partition) ?? 0) < partition.end)) {
      for (const { records } of await reader.poll(1_000)) {
        for (const { timestamp, headers } of records) {
          if (headers[RUN_HEADER] !== undefined) latest = Math.max(latest, Number(timestamp));
        }
      }
    }
    return latest;
  } finally {
    await reader.close();
  }
}
