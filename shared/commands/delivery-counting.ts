import { monitoringTopics } from '#shared/monitoring';
import { auditedTopics } from './audited-topics.js';
import type { DemoCluster } from './demo-cluster.js';
import type { DemoBasics } from './demo-definition.js';
import { instanceName } from './instance-name.js';

/** What this process counts for the audit of delivery, and where to: topics by their names on the cluster. */
export async function deliveryCounting(definition: DemoBasics, { schemas, topicName }: DemoCluster) {
  const { deliveryCounts } = monitoringTopics(definition.name);
  const countsTopic = topicName(deliveryCounts);
  const serialize = await schemas.register(deliveryCounts, countsTopic);
  const audited: ReadonlySet<string> = new Set(auditedTopics(definition).map(topicName));
  return { audited, counting: { instance: instanceName(), countsTopic, serialize } };
}
