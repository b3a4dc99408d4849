import { KitError } from '#shared/errors';
import type { WatchedGroup } from '#shared/kafka';
import type { Metrics } from '#shared/metrics';
import { type BatchScorer, StreamsBuilder } from '#shared/streams';
import { type DemoCluster, demoTopics } from './demo-cluster.js';
import type { DemoBasics } from './demo-definition.js';
import type { DemoOptions } from './demo-options.js';
import { monitoringApplications } from './monitoring-applications.js';

/** What is watched of a demo from outside, and where that is written. */
export interface WatchedDemo {
  readonly cluster: DemoCluster['cluster'];
  readonly metrics: Metrics;
  /** Topics of the demo, by their names on the cluster. */
  readonly topics: readonly string[];
  readonly groups: readonly WatchedGroup[];
}

/** A demo as its cluster sees it. */
export function watchedDemo(
  definition: DemoBasics,
  options: Pick<DemoOptions, 'namespace' | 'monitoring'>,
  { cluster, topicName }: Pick<DemoCluster, 'cluster' | 'topicName'>,
  metrics: Metrics,
): WatchedDemo {
  const groupId = (application: string): string => `${options.namespace}${definition.name}.${application}`;
  const scorer = { groupId: groupId('scorer'), topics: scorerSources(definition).map(topicName) };
  // On a cluster nobody knows from here whether there are any: they are known by what they have committed.
  const monitoring = monitoringApplications.map(({ name }) => ({ groupId: groupId(name), topics: [] }));
  const topics = demoTopics(definition, options).map(topicName);
  return { cluster, metrics, topics, groups: [scorer, ...monitoring] };
}

/** The topics of others that a demo's scorer reads as a member of its group. */
function scorerSources(definition: DemoBasics): readonly { readonly name: string }[] {
  const builder = new StreamsBuilder();
  definition.buildTopology(builder, noModel);
  const topology = builder.build();
  const own = new Set(topology.repartitionTopics);
  const read = topology.sources.map(({ topic }) => topic).filter((topic) => !own.has(topic));
  return [...new Map(read.map((topic) => [topic.name, topic])).values()];
}

/** The topology is only looked at. */
const noModel: BatchScorer<object> = {
  name: 'none',
  version: '0',
  score: () => Promise.reject(new KitError('internal', 'A topology that is only looked at was given rows to score.')),
};
