import { api } from '../api.js';
import { array, arrayOf, boolean, int16, int32, int64, string } from '../field.js';

export const describeLogDirs = api({
  key: 35,
  name: 'DescribeLogDirs',
  versions: [1, 4],
  flexibleFrom: 2,
  request: { topics: array({ topic: string, partitions: arrayOf(int32) }).nullable() },
  response: {
    throttleTimeMs: int32.or(0),
    errorCode: int16.since(3),
    results: array({
      errorCode: int16,
      logDir: string,
      topics: array({
        name: string,
        partitions: array({ partitionIndex: int32, partitionSize: int64, offsetLag: int64, isFutureKey: boolean }),
      }),
      totalBytes: int64.since(4).or(-1),
      usableBytes: int64.since(4).or(-1),
    }),
  },
});
