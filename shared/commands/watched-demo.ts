import type { WatchedGroup } from '#shared/kafka';
import type { Metrics } from '#shared/metrics';
import { type DemoCluster, demoTopics } from './demo-cluster.js';
import type { DemoBasics } from './demo-definition.js';
import type { DemoOptions } from './demo-options.js';
import { monitoringApplications } from './monitoring-applications.js';
import { scorerSources } from './scorer-sources.js';

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
