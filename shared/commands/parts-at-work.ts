import { setTimeout as delay } from 'node:timers/promises';
import { controlTopic } from '#shared/control';
import { KitError } from '#shared/errors';
import { type MonitorStatus, monitoringTopics, type ScorerStatus, statusTopic } from '#shared/monitoring';
import { decodedRecords } from './decoded-records.js';
import type { DemoCluster } from './demo-cluster.js';
import { type ChunkHandler, TopicObserver } from './topic-observer.js';

/** Scorers and monitors are heard each second, producers and demos as a whole every two. */
const HEARD_WITHIN_MS = 5_000;

/** A part of a demo that is heard. */
export interface PartAtWork {
  /** What it is, for people; a supervisor, which has other parts of its own, is a "demo as a whole". */
  readonly what: string;
  readonly instance: string;
}

/** What whoever has a demo's parts start and end together is called. */
export const WHOLE_DEMO = 'demo as a whole';

/** The parts of a demo that are heard within 5 s. A live page alone is not heard of. */
export async function partsAtWork(
  demo: string,
  { cluster, schemas, topicName }: Pick<DemoCluster, 'cluster' | 'schemas' | 'topicName'>,
  signal: AbortSignal,
): Promise<readonly PartAtWork[]> {
  const heard = new Map<string, PartAtWork>();
  const isHeard = (what: string, instance: string, isThere = true): void => {
    if (isThere) heard.set(`${what} ${instance}`, { what, instance });
    else heard.delete(`${what} ${instance}`);
  };
  // Whoever writes there is at work, whatever it says.
  const foreign = (): void => undefined;
  const status = statusTopic(demo);
  const { monitorStatus } = monitoringTopics(demo);
  const scorer = ({ instance, state }: ScorerStatus): void => isHeard('scorer', instance, state !== 'NOT_RUNNING');
  const monitor = ({ instance }: MonitorStatus): void => isHeard('monitor', instance);
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
          const [kind, role = '', instance = ''] = String(key).split('/');
          if (kind === 'part') isHeard(role === 'supervisor' ? WHOLE_DEMO : role, instance, value !== null);
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
  return [...heard.keys()].toSorted().flatMap((key) => heard.get(key) ?? []);
}
