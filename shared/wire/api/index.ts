export { apiVersions } from './api-versions.js';
export { alterConfigs, describeConfigs, incrementalAlterConfigs } from './configs.js';
export { describeCluster } from './describe-cluster.js';
export { describeLogDirs } from './describe-log-dirs.js';
export { describeTopicPartitions } from './describe-topic-partitions.js';
export { fetch } from './fetch.js';
export { findCoordinator } from './find-coordinator.js';
export { deleteGroups, describeGroups, listGroups } from './group-admin.js';
export { heartbeat, joinGroup, leaveGroup, syncGroup } from './group-membership.js';
export { initProducerId } from './init-producer-id.js';
export { listOffsets } from './list-offsets.js';
export { metadata } from './metadata.js';
export { offsetCommit } from './offset-commit.js';
export { offsetDelete } from './offset-delete.js';
export { offsetFetch } from './offset-fetch.js';
export { offsetForLeaderEpoch } from './offset-for-leader-epoch.js';
export { produce } from './produce.js';
export { createPartitions, createTopics, deleteRecords, deleteTopics } from './topics.js';
export {
  addOffsetsToTxn,
  addPartitionsToTxn,
  describeProducers,
  describeTransactions,
  endTxn,
  listTransactions,
  txnOffsetCommit,
} from './transactions.js';
