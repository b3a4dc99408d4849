import { api } from '../api.js';
import { array, arrayOf, boolean, int16, int32, string, struct, uuid } from '../field.js';

/** Where the next page begins. */
const cursor = struct({ topicName: string, partitionIndex: int32 }).nullable();

export const describeTopicPartitions = api({
  key: 75,
  name: 'DescribeTopicPartitions',
  versions: [0, 0],
  flexibleFrom: 0,
  request: { topics: array({ name: string }), responsePartitionLimit: int32.or(2000), cursor },
  response: {
    throttleTimeMs: int32.or(0),
    topics: array({
      errorCode: int16,
      name: string.nullable(),
      topicId: uuid,
      isInternal: boolean,
      partitions: array({
        errorCode: int16,
        partitionIndex: int32,
        leaderId: int32,
        leaderEpoch: int32,
        replicaNodes: arrayOf(int32),
        isrNodes: arrayOf(int32),
        eligibleLeaderReplicas: arrayOf(int32).nullable(),
        lastKnownElr: arrayOf(int32).nullable(),
        offlineReplicas: arrayOf(int32),
      }),
      topicAuthorizedOperations: int32.or(-2147483648),
    }),
    nextCursor: cursor,
  },
});
