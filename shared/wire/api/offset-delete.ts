import { api } from '../api.js';
import { array, int16, int32, string } from '../field.js';

export const offsetDelete = api({
  key: 47,
  name: 'OffsetDelete',
  versions: [0, 0],
  request: { groupId: string, topics: array({ name: string, partitions: array({ partitionIndex: int32 }) }) },
  response: {
    errorCode: int16,
    throttleTimeMs: int32.or(0),
    topics: array({ name: string, partitions: array({ partitionIndex: int32, errorCode: int16 }) }),
  },
});
