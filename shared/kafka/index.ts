export { type Cluster, connectCluster } from './cluster.js';
export { type ClusterConfig, parseBrokers, securityFromEnvironment } from './cluster-config.js';
export type { Assignment, Consumer, ConsumerOptions } from './consumer.js';
export type { Producer } from './producer.js';
export type { Chunk, ConsumedRecord, OutgoingRecord, RecordHeaders, TopicOffsets } from './records.js';
export type { TopicRequest } from './topics.js';
