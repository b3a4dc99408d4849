import { api } from '../api.js';
import { array, arrayOf, boolean, int16, int32, int64, string } from '../field.js';

const wantedTopics = array({ name: string, partitionIndexes: arrayOf(int32) });

const foundTopics = array({
  name: string,
  partitions: array({
    partitionIndex: int32,
    committedOffset: int64,
    committedLeaderEpoch: int32.since(5).or(-1),
    metadata: string.nullable(),
    errorCode: int16,
  }),
});

export const offsetFetch = api({
  key: 9,
  name: 'OffsetFetch',
  versions: [1, 9],
  flexibleFrom: 6,
  request: {
    groupId: string.until(7),
    topics: wantedTopics.nullable(2).until(7),
    groups: array({
      groupId: string,
      memberId: string.since(9).nullable(9),
      memberEpoch: int32.since(9).or(-1),
      topics: wantedTopics.nullable(8),
    }).since(8),
    requireStable: boolean.since(7),
  },
  response: {
    throttleTimeMs: int32.since(3),
    topics: foundTopics.until(7),
    errorCode: int16.since(2).until(7),
    groups: array({ groupId: string, topics: foundTopics, errorCode: int16 }).since(8),
  },
});
