import type { Cluster } from '#shared/kafka';
import type { Schemas } from '#shared/schema';

/** Where a demo's control topic is found: a cluster, its registry, and how topics are called there. */
export interface ControlAccess {
  readonly cluster: Pick<Cluster, 'partitionCounts' | 'endOffsets' | 'reader' | 'produce'>;
  readonly schemas: Schemas;
  readonly topicName: (topic: { readonly name: string }) => string;
}
