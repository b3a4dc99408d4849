export { readCertificateAuthority } from './certificate-authority.js';
export { type Cluster, connectCluster } from './cluster.js';
export { type ClusterConfig, parseBrokers, type SaslCredentials, securityFromEnvironment } from './cluster-config.js';
export type { ClusterHealth, TopicHealth } from './cluster-health.js';
export type { Assignment, Consumer, ConsumerOptions } from './consumer.js';
export type { GroupLag, WatchedGroup } from './consumer-lag.js';
export type { GroupMember } from './group-member.js';
export type { GroupAssignor, GroupOptions, JoinedMember, Membership, Share, SharedGroup } from './group-options.js';
export type { PartitionReader, ReaderOptions } from './partition-reader.js';
export type { Producer } from './producer.js';
export type {
  Chunk,
  ConsumedRecord,
  LazyChunk,
  OffsetReset,
  OutgoingRecord,
  PartialOffsets,
  PlacedRecord,
  RecordHeaders,
  RecordList,
  TopicOffsets,
  TopicPartition,
} from './records.js';
export type { TopicRequest } from './topics.js';
export type { ConsumedOffsets } from './transaction-coordination.js';
export type { TransactionalProducer, TransactionalProducerOptions } from './transactional-producer.js';
