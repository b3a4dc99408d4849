import { apis, errorCode, type InputOf } from '#shared/wire';
import type { BrokerState } from '../broker-state.js';
import { maxMetadataLength } from '../groups/committed-offsets.js';
import { type Handler, handler } from '../handler.js';
import type { JournaledOffset } from '../storage/storage.js';
import type { Claim } from '../transactions/transactions.js';

/** From this version of the transaction APIs on, clients know that they can be fenced by a newer producer (KIP-588). */
const firstFencedVersion = 2;

/** Older clients know only that their epoch is too low. */
export const fencedCode = (code: number, isKnown: boolean) =>
  code === errorCode.producerFenced && !isKnown ? errorCode.invalidProducerEpoch : code;

type OffsetTopics = InputOf<typeof apis.txnOffsetCommit.response>['topics'];

/** Transactions: what belongs to one, and how it ends. */
export function transactionHandlers({ transactions, topics, groups }: BrokerState): Handler[] {
  const addPartitions = handler(apis.addPartitionsToTxn, (request, { version }) => {
    const wanted = request.v3AndBelowTopics;
    const isKnown = (name: string, partition: number) => topics.log(name, partition) !== undefined;
    const areAllKnown = wanted.every(({ name, partitions }) => partitions.every((one) => isKnown(name, one)));
    const result = areAllKnown
      ? transactions.begin({
          transactionalId: request.v3AndBelowTransactionalId,
          producerId: request.v3AndBelowProducerId,
          producerEpoch: request.v3AndBelowProducerEpoch,
        })
      : errorCode.operationNotAttempted;
    const add = (name: string, partition: number) => {
      if (!isKnown(name, partition)) return errorCode.unknownTopicOrPartition;
      if (typeof result === 'number') return fencedCode(result, version >= firstFencedVersion);
      result.addPartition(name, partition);
      return errorCode.none;
    };
    return {
      resultsByTopicV3AndBelow: wanted.map(({ name, partitions }) => ({
        name,
        resultsByPartition: partitions.map((partitionIndex) => ({
          partitionIndex,
          partitionErrorCode: add(name, partitionIndex),
        })),
      })),
    };
  });

  const addOffsets = handler(apis.addOffsetsToTxn, (request, { version }) => {
    const result = transactions.begin(request);
    if (typeof result === 'number') return { errorCode: fencedCode(result, version >= firstFencedVersion) };
    result.addGroup(request.groupId);
    return { errorCode: errorCode.none };
  });

  const mayCommitOffsets = (request: Claim & { readonly groupId: string }): number => {
    if (request.groupId === '') return errorCode.invalidGroupId;
    const transaction = transactions.find(request.transactionalId);
    if (transaction?.producerId !== request.producerId) return errorCode.invalidProducerIdMapping;
    if (transaction.producerEpoch !== request.producerEpoch) return errorCode.invalidProducerEpoch;
    const isOpen = transaction.state === 'Ongoing' && transaction.hasGroup(request.groupId);
    return isOpen ? errorCode.none : errorCode.invalidTxnState;
  };

  const commitOffsets = handler(apis.txnOffsetCommit, (request): { topics: OffsetTopics } => {
    const { groupId, generationId, memberId, groupInstanceId } = request;
    const ofTransaction = mayCommitOffsets(request);
    const ofGroup = () =>
      groups.mayCommit(groupId, { generationId, memberId, groupInstanceId }, { isTransactional: true });
    const refusal = ofTransaction === errorCode.none ? ofGroup() : ofTransaction;
    const commit = (name: string, one: (typeof request.topics)[number]['partitions'][number]) => {
      const { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata } = one;
      if (topics.log(name, partitionIndex) === undefined) return errorCode.unknownTopicOrPartition;
      if (refusal !== errorCode.none) return refusal;
      if ((committedMetadata?.length ?? 0) > maxMetadataLength) return errorCode.offsetMetadataTooLarge;
      const offset: JournaledOffset = [name, partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata];
      transactions.find(request.transactionalId)?.addOffset(groupId, offset, groups.nextOrder());
      return errorCode.none;
    };
    return {
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map((one) => ({
          partitionIndex: one.partitionIndex,
          errorCode: commit(name, one),
        })),
      })),
    };
  });

  const endTxn = handler(apis.endTxn, (request, { version }) => ({
    errorCode: fencedCode(transactions.end(request, request.committed), version >= firstFencedVersion),
  }));

  return [addPartitions, addOffsets, commitOffsets, endTxn];
}
