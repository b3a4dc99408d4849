import { api } from '../api.js';
import { array, arrayOf, boolean, int8, int16, int32, int64, string, uuid } from '../field.js';

export const createTopics = api({
  key: 19,
  name: 'CreateTopics',
  versions: [0, 7],
  flexibleFrom: 5,
  request: {
    topics: array({
      name: string,
      numPartitions: int32,
      replicationFactor: int16,
      assignments: array({ partitionIndex: int32, brokerIds: arrayOf(int32) }),
      configs: array({ name: string, value: string.nullable() }),
    }),
    timeoutMs: int32,
    validateOnly: boolean.since(1),
  },
  response: {
    throttleTimeMs: int32.since(2),
    topics: array({
      name: string,
      topicId: uuid.since(7),
      errorCode: int16,
      errorMessage: string.since(1).nullable(),
      topicConfigErrorCode: int16.since(5).tagged(0),
      numPartitions: int32.since(5).or(-1),
      replicationFactor: int16.since(5).or(-1),
      configs: array({
        name: string,
        value: string.nullable(),
        readOnly: boolean,
        configSource: int8.or(-1),
        isSensitive: boolean,
      })
        .since(5)
        .nullable(5),
    }),
  },
});

export const deleteTopics = api({
  key: 20,
  name: 'DeleteTopics',
  versions: [0, 6],
  flexibleFrom: 4,
  request: {
    topics: array({ name: string.nullable(), topicId: uuid }).since(6),
    topicNames: arrayOf(string).until(5),
    timeoutMs: int32,
  },
  response: {
    throttleTimeMs: int32.since(1),
    responses: array({
      name: string.nullable(6),
      topicId: uuid.since(6),
      errorCode: int16,
      errorMessage: string.since(5).nullable(5),
    }),
  },
});

export const createPartitions = api({
  key: 37,
  name: 'CreatePartitions',
  versions: [0, 3],
  flexibleFrom: 2,
  request: {
    topics: array({ name: string, count: int32, assignments: array({ brokerIds: arrayOf(int32) }).nullable() }),
    timeoutMs: int32,
    validateOnly: boolean,
  },
  response: {
    throttleTimeMs: int32.or(0),
    results: array({ name: string, errorCode: int16, errorMessage: string.nullable() }),
  },
});

export const deleteRecords = api({
  key: 21,
  name: 'DeleteRecords',
  versions: [0, 2],
  flexibleFrom: 2,
  request: {
    topics: array({ name: string, partitions: array({ partitionIndex: int32, offset: int64 }) }),
    timeoutMs: int32,
  },
  response: {
    throttleTimeMs: int32.or(0),
    topics: array({
      name: string,
      partitions: array({ partitionIndex: int32, lowWatermark: int64, errorCode: int16 }),
    }),
  },
});
