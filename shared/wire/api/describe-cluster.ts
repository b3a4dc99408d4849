import { api } from '../api.js';
import { array, boolean, int8, int16, int32, string } from '../field.js';

export const describeCluster = api({
  key: 60,
  name: 'DescribeCluster',
  versions: [0, 2],
  flexibleFrom: 0,
  request: {
    includeClusterAuthorizedOperations: boolean,
    endpointType: int8.since(1).or(1),
    includeFencedBrokers: boolean.since(2),
  },
  response: {
    throttleTimeMs: int32.or(0),
    errorCode: int16,
    errorMessage: string.nullable(),
    endpointType: int8.since(1).or(1),
    clusterId: string,
    controllerId: int32,
    brokers: array({
      brokerId: int32,
      host: string,
      port: int32,
      rack: string.nullable(),
      isFenced: boolean.since(2),
    }),
    clusterAuthorizedOperations: int32.or(-2147483648),
  },
});
