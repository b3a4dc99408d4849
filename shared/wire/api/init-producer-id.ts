import { api } from '../api.js';
import { int16, int32, int64, string } from '../field.js';

export const initProducerId = api({
  key: 22,
  name: 'InitProducerId',
  versions: [0, 4],
  flexibleFrom: 2,
  request: {
    transactionalId: string.nullable(),
    transactionTimeoutMs: int32,
    producerId: int64.since(3).or(-1),
    producerEpoch: int16.since(3).or(-1),
  },
  response: {
    throttleTimeMs: int32.or(0),
    errorCode: int16,
    producerId: int64,
    producerEpoch: int16,
  },
});
