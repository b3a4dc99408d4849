import { api } from '../api.js';
import { array, int16, int32, int64, records, string } from '../field.js';

export const produce = api({
  key: 0,
  name: 'Produce',
  versions: [0, 11],
  flexibleFrom: 9,
  request: {
    transactionalId: string.since(3).nullable(3),
    acks: int16,
    timeoutMs: int32,
    topicData: array({
      name: string,
      partitionData: array({ index: int32, records: records.nullable() }),
    }),
  },
  response: {
    responses: array({
      name: string,
      partitionResponses: array({
        index: int32,
        errorCode: int16,
        baseOffset: int64,
        logAppendTimeMs: int64.since(2).or(-1),
        logStartOffset: int64.since(5).or(-1),
        recordErrors: array({ batchIndex: int32, batchIndexErrorMessage: string.nullable() }).since(8),
        errorMessage: string.since(8).nullable(8),
      }),
    }),
    throttleTimeMs: int32.since(1),
  },
});
