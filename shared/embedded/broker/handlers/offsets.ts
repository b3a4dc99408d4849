import { apis, errorCode } from '#shared/wire';
import type { BrokerState } from '../broker-state.js';
import { maxMetadataLength } from '../groups/committed-offsets.js';
import { type Handler, handler } from '../handler.js';
import type { JournaledOffset } from '../storage/storage.js';

interface WantedTopic {
  readonly name: string;
  readonly partitionIndexes: readonly number[];
}

/** Keeps, gives and forgets the offsets of groups. */
export function offsetHandlers({ groups, topics, transactions }: BrokerState): Handler[] {
  const offsetCommit = handler(apis.offsetCommit, (request) => {
    const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch: generationId } = request;
    const identity = { memberId, groupInstanceId, generationId };
    const refusal = groups.mayCommit(groupId, identity, { isTransactional: false });
    const known = groups.find(groupId);
    const accepted: JournaledOffset[] = [];
    const commit = (topic: string, one: (typeof request.topics)[number]['partitions'][number]) => {
      if (topics.log(topic, one.partitionIndex) === undefined) return errorCode.unknownTopicOrPartition;
      if (refusal !== errorCode.none) return refusal;
      if ((one.committedMetadata?.length ?? 0) > maxMetadataLength) return errorCode.offsetMetadataTooLarge;
      const { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata } = one;
      accepted.push([topic, partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata]);
      return errorCode.none;
    };
    const answered = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((one) => ({ partitionIndex: one.partitionIndex, errorCode: commit(name, one) })),
    }));
    if (known !== undefined) groups.commit(known, accepted);
    return { topics: answered };
  });

  const committed = (groupId: string, wanted: readonly WantedTopic[] | null, requireStable: boolean) => {
    const offsets = groups.find(groupId)?.offsets;
    const all = () => (offsets?.topics() ?? []).map(([name, partitionIndexes]) => ({ name, partitionIndexes }));
    return (wanted ?? all()).map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => {
        const isUnstable = requireStable && transactions.hasPendingOffset(groupId, name, partitionIndex);
        const found = isUnstable ? undefined : offsets?.get(name, partitionIndex);
        return {
          partitionIndex,
          committedOffset: found?.offset ?? -1,
          committedLeaderEpoch: found?.leaderEpoch ?? -1,
          metadata: found?.metadata ?? '',
          errorCode: isUnstable ? errorCode.unstableOffsetCommit : errorCode.none,
        };
      }),
    }));
  };

  const offsetFetch = handler(apis.offsetFetch, (request, { version }) =>
    version < 8
      ? { topics: committed(request.groupId, request.topics, request.requireStable) }
      : {
          groups: [...new Map(request.groups.map((group) => [group.groupId, group])).values()].map((group) => ({
            groupId: group.groupId,
            topics: committed(group.groupId, group.topics, request.requireStable),
            errorCode: errorCode.none,
          })),
        },
  );

  const offsetDelete = handler(apis.offsetDelete, (request) => {
    const { groupId } = request;
    const refused = (code: number) => ({ errorCode: code, topics: [] });
    if (groupId === '') return refused(errorCode.invalidGroupId);
    const group = groups.find(groupId);
    if (group === undefined) return refused(errorCode.groupIdNotFound);
    // What members that are no consumers are assigned, nobody here can tell.
    if (!group.isDeletable && group.protocolType !== 'consumer') return refused(errorCode.nonEmptyGroup);
    const remove = (topic: string, partition: number) => {
      if (topics.log(topic, partition) === undefined) return errorCode.unknownTopicOrPartition;
      if (group.isSubscribedTo(topic)) return errorCode.groupSubscribedToTopic;
      groups.uncommit(group, topic, partition);
      transactions.forgetOffsets(groupId, { topic, partition });
      return errorCode.none;
    };
    return {
      errorCode: errorCode.none,
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          errorCode: remove(name, partitionIndex),
        })),
      })),
    };
  });

  return [offsetCommit, offsetFetch, offsetDelete];
}
