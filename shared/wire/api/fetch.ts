import { api } from '../api.js';
import { array, arrayOf, int8, int16, int32, int64, records, string, uuid } from '../field.js';

export const fetch = api({
  key: 1,
  name: 'Fetch',
  // Below 4 the answer is made of message sets, which nothing here writes.
  versions: [4, 16],
  flexibleFrom: 12,
  request: {
    clusterId: string.since(12).nullable(12).tagged(0),
    replicaId: int32.until(14).or(-1),
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: int32,
    isolationLevel: int8,
    sessionId: int32.since(7),
    sessionEpoch: int32.since(7).or(-1),
    topics: array({
      topic: string.until(12),
      topicId: uuid.since(13),
      partitions: array({
        partition: int32,
        currentLeaderEpoch: int32.since(9).or(-1),
        fetchOffset: int64,
        lastFetchedEpoch: int32.since(12).or(-1),
        logStartOffset: int64.since(5).or(-1),
        partitionMaxBytes: int32,
      }),
    }),
    forgottenTopicsData: array({
      topic: string.until(12),
      topicId: uuid.since(13),
      partitions: arrayOf(int32),
    }).since(7),
    rackId: string.since(11),
  },
  response: {
    throttleTimeMs: int32.or(0),
    errorCode: int16.since(7),
    sessionId: int32.since(7),
    responses: array({
      topic: string.until(12),
      topicId: uuid.since(13),
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        highWatermark: int64,
        lastStableOffset: int64,
        logStartOffset: int64.since(5).or(-1),
        abortedTransactions: array({ producerId: int64, firstOffset: int64 }).nullable(),
        preferredReadReplica: int32.since(11).or(-1),
        records: records.nullable(),
      }),
    }),
  },
});
