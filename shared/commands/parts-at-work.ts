import { setTimeout as delay } from 'node:timers/promises';
import { controlTopic } from '#shared/control';
import { KitError } from '#shared/errors';
import { type MonitorStatus, monitoringTopics, type ScorerStatus, statusTopic } from '#shared/monitoring';
import { decodedRecords } from './decoded-records.js';
import type { DemoCluster } from './demo-cluster.js';
import { type ChunkHandler, TopicObserver } from './topic-observer.js';

/** Scorers and monitors are heard each second, producers and demos as a whole every two. */
const HEARD_WITHIN_MS = 5_000;

/**
 * The parts of a demo that are heard within 5 s, for people: "scorer host-123". A live page that nobody supervises is not
 * heard of.
 */
export async function partsAtWork(
  demo: string,
  { cluster, schemas, topicName }: Pick<DemoCluster, 'cluster' | 'schemas' | 'topicName'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const heard = new Set<string>();
  // Whoever writes there is at work, whatever it says.
  const foreign = (): void => undefined;
  const status = statusTopic(demo);
  const { monitorStatus } = monitoringTopics(demo);
  const scorer = ({ instance, state }: ScorerStatus): void => {
    if (state === 'NOT_RUNNING') heard.delete(`scorer ${instance}`);
    else heard.add(`scorer ${instance}`);
  };
  const monitor = ({ instance }: MonitorStatus): unknown => heard.add(`monitor ${instance}`);
  const handlers = new Map<string, ChunkHandler>([
    [topicName(status), decodedRecords(schemas.deserializer<ScorerStatus>({ reader: status.schema }), scorer, foreign)],
    [
      topicName(monitorStatus),
      decodedRecords(schemas.deserializer<MonitorStatus>({ reader: monitorStatus.schema }), monitor, foreign),
    ],
    [
      topicName(controlTopic(demo)),
      async ({ records }) => {
        for (const { key, value } of records) {
          const [kind, role, instance] = String(key).split('/');
          if (kind !== 'part') continue;
          const part = `${role === 'supervisor' ? 'demo as a whole' : role} ${instance}`;
          if (value === null) heard.delete(part);
          else heard.add(part);
        }
      },
    ],
  ]);
  const there = await cluster.partitionCounts([...handlers.keys()]);
  const topics = [...handlers.keys()].filter((topic) => there.has(topic));
  if (topics.length === 0) return [];
  const observer = await TopicObserver.start(cluster, new Map([...handlers].filter(([topic]) => there.has(topic))), {
    urgent: topics[0] ?? '',
    from: await cluster.endOffsets(topics),
    onWarning: () => undefined,
  });
  try {
    await Promise.race([
      observer.finished,
      delay(HEARD_WITHIN_MS, undefined, { signal }).catch((error: unknown) => {
        throw KitError.from(error, 'run-failed', 'Ended before it was known who is at work');
      }),
    ]);
  } finally {
    await observer.close();
  }
  return [...heard].toSorted();
}
