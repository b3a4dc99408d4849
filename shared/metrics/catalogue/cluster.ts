import type { MetricDefinitions } from './definition.js';

/** The cluster as it looks from beside the page, and how far each group is on the demo's topics. */
export const clusterMetrics = {
  clusterUp: {
    kind: 'gauge',
    name: 'kafka_ml_cluster_up',
    unit: 'boolean',
    labels: [],
    help: 'Whether the cluster answered the last question for its metadata: 1 yes, 0 no.',
  },
  clusterRequestDuration: {
    kind: 'histogram',
    name: 'kafka_ml_cluster_request_duration_seconds',
    unit: 'seconds',
    labels: [],
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    help: 'How long the cluster took to answer a question for its metadata, asked about once a second.',
    openTelemetry: 'messaging.client.operation.duration',
  },
  clusterBrokers: {
    kind: 'gauge',
    name: 'kafka_ml_cluster_brokers',
    unit: 'brokers',
    labels: [],
    help: 'Brokers of the cluster that are alive.',
  },
  clusterOfflinePartitions: {
    kind: 'gauge',
    name: 'kafka_ml_cluster_offline_partitions',
    unit: 'partitions',
    labels: [],
    help: "Partitions of the demo's topics that have no leader.",
  },
  clusterUnderReplicatedPartitions: {
    kind: 'gauge',
    name: 'kafka_ml_cluster_under_replicated_partitions',
    unit: 'partitions',
    labels: [],
    help: "Partitions of the demo's topics that have fewer in-sync replicas than replicas.",
  },
  consumerLag: {
    kind: 'gauge',
    name: 'kafka_ml_consumer_lag_records',
    unit: 'records',
    labels: ['group', 'topic', 'partition'],
    help: 'Records of a partition from what the group has committed, or else from its beginning, to its end for read_committed. A marker of a transaction counts as a record, as in kafka-consumer-groups; the applications here commit beyond markers, and rest at 0.',
  },
  consumerCommitted: {
    kind: 'gauge',
    name: 'kafka_ml_consumer_committed_offset',
    unit: 'offset',
    labels: ['group', 'topic', 'partition'],
    help: 'Where the group would go on in a partition: the offset that it has committed, or the beginning.',
  },
} as const satisfies MetricDefinitions;
