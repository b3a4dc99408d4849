import { apis, errorCode, type InputOf } from '#shared/wire';
import type { BrokerState } from '../broker-state.js';
import { type Handler, handler } from '../handler.js';
import type { Transaction } from '../transactions/transaction.js';

type TransactionDescription = InputOf<typeof apis.describeTransactions.response>['transactionStates'][number];
type ProducersOfPartition = InputOf<typeof apis.describeProducers.response>['topics'][number]['partitions'][number];

const states: readonly string[] = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
];

/** Lists and describes transactions and the producers of partitions (KIP-664). */
export function transactionAdminHandlers({ transactions, topics, now }: BrokerState): Handler[] {
  const listTransactions = handler(apis.listTransactions, (request) => {
    const { stateFilters, producerIdFilters, durationFilter } = request;
    const isListed = ({ state, producerId, startedAt }: Transaction) =>
      (stateFilters.length === 0 || stateFilters.includes(state)) &&
      (producerIdFilters.length === 0 || producerIdFilters.includes(producerId)) &&
      // An id without a transaction counts as one that began at -1, as in Kafka.
      (durationFilter < 0 || now() - startedAt > durationFilter);
    return {
      errorCode: errorCode.none,
      unknownStateFilters: stateFilters.filter((state) => !states.includes(state)),
      transactionStates: [...transactions.all()]
        .filter(isListed)
        .map(({ id, producerId, state }) => ({ transactionalId: id, producerId, transactionState: state })),
    };
  });

  const describeTransactions = handler(apis.describeTransactions, ({ transactionalIds }) => ({
    transactionStates: transactionalIds.map((id) => describe(id, transactions.find(id))),
  }));

  const producersOf = (name: string, partitionIndex: number): ProducersOfPartition => {
    const log = topics.log(name, partitionIndex);
    if (log === undefined) {
      const code = errorCode.unknownTopicOrPartition;
      return { partitionIndex, errorCode: code, errorMessage: null, activeProducers: [] };
    }
    return {
      partitionIndex,
      errorCode: errorCode.none,
      errorMessage: null,
      activeProducers: log
        .activeProducers()
        .map(({ openSince, ...producer }) => ({ ...producer, currentTxnStartOffset: openSince ?? -1 })),
    };
  };

  const describeProducers = handler(apis.describeProducers, (request) => ({
    topics: request.topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partition) => producersOf(name, partition)),
    })),
  }));

  return [listTransactions, describeTransactions, describeProducers];
}

function describe(transactionalId: string, known: Transaction | undefined): TransactionDescription {
  if (known === undefined) {
    return {
      errorCode: transactionalId === '' ? errorCode.invalidRequest : errorCode.transactionalIdNotFound,
      transactionalId,
      transactionState: '',
      transactionTimeoutMs: 0,
      transactionStartTimeMs: 0,
      producerId: 0,
      producerEpoch: 0,
      topics: [],
    };
  }
  return {
    errorCode: errorCode.none,
    transactionalId,
    transactionState: known.state,
    transactionTimeoutMs: known.timeoutMs,
    transactionStartTimeMs: known.startedAt,
    producerId: known.producerId,
    producerEpoch: known.producerEpoch,
    topics: known.partitions().map(([topic, partitions]) => ({ topic, partitions })),
  };
}
