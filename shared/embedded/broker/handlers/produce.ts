import { apis, errorCode, type InputOf } from '#shared/wire';
import type { BrokerState } from '../broker-state.js';
import { type Handler, handler } from '../handler.js';

type PartitionResponse = InputOf<typeof apis.produce.response>['responses'][number]['partitionResponses'][number];

/** From this version on clients know that a transaction can be beyond repair without a fenced producer (KIP-890). */
const firstAbortableVersion = 11;

/** Appends what producers send. */
export function produceHandler({ topics, transactions, now }: BrokerState): Handler {
  const appendTo = (
    name: string,
    index: number,
    records: Buffer | null,
    transactionalId: string | null,
    version: number,
  ): PartitionResponse => {
    const log = topics.log(name, index);
    if (log === undefined) {
      return failed(index, errorCode.unknownTopicOrPartition, `There is no partition ${index} of topic '${name}'`);
    }
    if (records === null || records.length === 0) {
      return failed(index, errorCode.invalidRecord, 'No record batch for the partition');
    }
    const outcome = log.append(records, now(), (header) => {
      if (transactionalId === null) return withoutTransactionalId;
      const refusal = transactions.refuseWrite(transactionalId, header, name, index);
      const isAbortable = refusal?.errorCode === errorCode.invalidTxnState && version >= firstAbortableVersion;
      return isAbortable ? { ...refusal, errorCode: errorCode.abortableTransaction } : refusal;
    });
    if ('errorCode' in outcome) return failed(index, outcome.errorCode, outcome.errorMessage);
    return {
      index,
      errorCode: errorCode.none,
      baseOffset: outcome.baseOffset,
      logAppendTimeMs: outcome.logAppendTimeMs,
      logStartOffset: log.startOffset,
    };
  };

  return handler(apis.produce, ({ acks, topicData, transactionalId }, { version }) => {
    const isKnownAcks = acks === 0 || acks === 1 || acks === -1;
    const responses = topicData.map(({ name, partitionData }) => ({
      name,
      partitionResponses: partitionData.map(({ index, records }) =>
        isKnownAcks
          ? appendTo(name, index, records, transactionalId, version)
          : failed(index, errorCode.invalidRequiredAcks, `acks of ${acks}; 0, 1 and -1 (all) are right`),
      ),
    }));
    return acks === 0 ? undefined : { responses };
  });
}

const withoutTransactionalId = {
  errorCode: errorCode.transactionalIdAuthorizationFailed,
  errorMessage: 'A transactional batch in a request that names no transactional id',
};

const failed = (index: number, code: number, errorMessage: string): PartitionResponse => ({
  index,
  errorCode: code,
  baseOffset: -1,
  errorMessage,
});
