import { api } from '../api.js';
import { array, arrayOf, boolean, int16, int32, string, uuid } from '../field.js';

/** What a field of authorized operations holds where nobody asked (KIP-430). */
const notAsked = -2147483648;

export const metadata = api({
  key: 3,
  name: 'Metadata',
  versions: [0, 13],
  flexibleFrom: 9,
  request: {
    topics: array({ topicId: uuid.since(10), name: string.nullable(10) }).nullable(1),
    allowAutoTopicCreation: boolean.since(4).or(true),
    includeClusterAuthorizedOperations: boolean.since(8).until(10),
    includeTopicAuthorizedOperations: boolean.since(8),
  },
  response: {
    throttleTimeMs: int32.since(3),
    brokers: array({ nodeId: int32, host: string, port: int32, rack: string.since(1).nullable(1) }),
    clusterId: string.since(2).nullable(2),
    controllerId: int32.since(1).or(-1),
    topics: array({
      errorCode: int16,
      name: string.nullable(12),
      topicId: uuid.since(10),
      isInternal: boolean.since(1),
      partitions: array({
        errorCode: int16,
        partitionIndex: int32,
        leaderId: int32,
        leaderEpoch: int32.since(7).or(-1),
        replicaNodes: arrayOf(int32),
        isrNodes: arrayOf(int32),
        offlineReplicas: arrayOf(int32).since(5),
      }),
      topicAuthorizedOperations: int32.since(8).or(notAsked),
    }),
    clusterAuthorizedOperations: int32.since(8).until(10).or(notAsked),
    errorCode: int16.since(13),
  },
});
