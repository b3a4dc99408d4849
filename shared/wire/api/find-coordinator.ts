import { api } from '../api.js';
import { array, arrayOf, int8, int16, int32, string } from '../field.js';

export const findCoordinator = api({
  key: 10,
  name: 'FindCoordinator',
  versions: [0, 4],
  flexibleFrom: 3,
  request: { key: string.until(3), keyType: int8.since(1), coordinatorKeys: arrayOf(string).since(4) },
  response: {
    throttleTimeMs: int32.since(1),
    errorCode: int16.until(3),
    errorMessage: string.since(1).until(3).nullable(1),
    nodeId: int32.until(3),
    host: string.until(3),
    port: int32.until(3),
    coordinators: array({
      key: string,
      nodeId: int32,
      host: string,
      port: int32,
      errorCode: int16,
      errorMessage: string.nullable(),
    }).since(4),
  },
});
