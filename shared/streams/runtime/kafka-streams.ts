import type { TopicPartition } from '#shared/kafka';
import { hasSerdes } from '../topics.js';
import type { Topology } from '../topology/topology.js';
import { Application } from './application.js';
import { type Names, prepareTopics } from './cluster-topics.js';
import { GlobalTables } from './global-tables.js';
import type { TaskSurroundings } from './instance-tasks.js';
import type { QueryableStores } from './queryable-stores.js';
import type { StreamsConfig, StreamsState } from './streams-config.js';
import { StreamsMetrics } from './streams-metrics.js';
import { TaskDisks } from './task-disks.js';
import { openCodecs } from './topic-codec.js';
import { TopologyCounts } from './topology-counts.js';

/** A topology at work on a cluster. */
export interface KafkaStreams {
  readonly state: StreamsState;
  readonly metrics: StreamsMetrics;
  /**
   * Records along each edge of the topology since the start, and those that failed at each of its nodes, in the order of the
   * text of `topology.describe()`.
   */
  readonly counts: { readonly edges: readonly number[]; readonly failed: readonly number[] };
  /** The input partitions that this instance has now, by the topics' names on the cluster. */
  readonly partitions: readonly TopicPartition[];
  /** The stores of the tasks that this instance has now, to be read from outside. */
  readonly stores: QueryableStores;
  /** Ends when the application does: resolves after `close`, rejects with the KitError that stopped it. */
  readonly finished: Promise<void>;
  /** Finishes the records in work, commits and leaves the group. */
  close(): Promise<void>;
}

/**
 * Starts a topology: checks its topics, registers the schemas it writes, joins the group, restores stores and processes.
 * @throws KitError 'topic-mismatch' where topics are missing or do not fit together; another where the cluster or the
 * registry refuses.
 */
export async function startStreams(topology: Topology, config: StreamsConfig): Promise<KafkaStreams> {
  const topicName = config.topicName ?? (({ name }: { readonly name: string }) => name);
  const names: Names = {
    topic: (topic) =>
      hasSerdes(topic) && topic.internal === true ? `${config.applicationId}-${topic.name}` : topicName(topic),
    changelog: (store) => `${config.applicationId}-${store}-changelog`,
  };
  const metrics = new StreamsMetrics();
  const counts = new TopologyCounts(topology);
  const codecs = await openCodecs(topology, config.schemas, names.topic);
  const topics = await prepareTopics(
    topology,
    config.cluster,
    names,
    config.deadLetterTopic && topicName(config.deadLetterTopic),
  );
  const globalTables = await GlobalTables.open(topology, config.cluster, names, codecs, { metrics, counts });
  const surroundings: TaskSurroundings = {
    topology,
    config,
    names,
    topics,
    codecs,
    globalStores: globalTables.stores,
    disks: new TaskDisks(config.stateDir, config.applicationId),
    onDropped: (reason) => metrics.dropped(reason),
    counts,
    onFailed: ({ operator }) => {
      metrics.failed();
      counts.failedAt(operator);
    },
    onLate: (behindMs) => metrics.late(behindMs),
  };
  const application = new Application(surroundings, globalTables, metrics);
  try {
    await application.start();
  } catch (error) {
    await application.abort();
    throw error;
  }
  return application;
}
