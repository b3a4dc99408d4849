import { apis, errorCode, noUuid } from '#shared/wire';
import { type BrokerState, nodeId } from '../broker-state.js';
import { type Handler, handler } from '../handler.js';
import { leaderEpoch } from '../log/partition-log.js';
import { topicNameFault } from '../topics/topics.js';

/** Kafka's own `max.request.partition.size.limit`. */
const maxPartitions = 2000;

/** Tells of topics in the order of their names, a page of partitions at a time (KIP-966). */
export function topicPartitionsHandler({ topics }: BrokerState): Handler {
  return handler(apis.describeTopicPartitions, ({ topics: asked, responsePartitionLimit, cursor }) => {
    const names = asked.length > 0 ? asked.map(({ name }) => name) : Array.from(topics.all(), ({ name }) => name);
    const first = cursor?.topicName ?? '';
    const sorted = [...new Set(names)].filter((name) => name >= first).sort();
    let left = Math.max(1, Math.min(responsePartitionLimit, maxPartitions));
    const described = [];
    let nextCursor: typeof cursor = null;
    for (const name of sorted) {
      const topic = topics.find(name);
      const from = name === first && cursor !== null ? cursor.partitionIndex : 0;
      const until = Math.min(topic?.partitions.length ?? 0, from + left);
      if (topic !== undefined && left === 0) {
        nextCursor = { topicName: name, partitionIndex: from };
        break;
      }
      const missing = topicNameFault(name) === undefined ? errorCode.unknownTopicOrPartition : errorCode.invalidTopic;
      described.push({
        errorCode: topic === undefined ? missing : errorCode.none,
        name,
        topicId: topic?.id ?? noUuid,
        isInternal: false,
        partitions: Array.from({ length: Math.max(0, until - from) }, (_, i) => partition(from + i)),
      });
      left -= Math.max(0, until - from);
      if (until < (topic?.partitions.length ?? 0)) {
        nextCursor = { topicName: name, partitionIndex: until };
        break;
      }
    }
    return { topics: described, nextCursor };
  });
}

const partition = (partitionIndex: number) => ({
  errorCode: errorCode.none,
  partitionIndex,
  leaderId: nodeId,
  leaderEpoch,
  replicaNodes: [nodeId],
  isrNodes: [nodeId],
  // The Java client takes no null here.
  eligibleLeaderReplicas: [],
  lastKnownElr: [],
  offlineReplicas: [],
});
