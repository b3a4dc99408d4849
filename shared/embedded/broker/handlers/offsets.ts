import { apis, errorCode } from '#shared/wire';
import type { BrokerState } from '../broker-state.js';
import { type Handler, handler } from '../handler.js';
import type { JournaledOffset } from '../storage/storage.js';

/** Kafka's own `offset.metadata.max.bytes`. */
const maxMetadataBytes = 4096;
const offsetMetadataTooLarge = 12;

interface WantedTopic {
  readonly name: string;
  readonly partitionIndexes: readonly number[];
}

/** Keeps, gives and forgets the offsets of groups. */
export function offsetHandlers({ groups, topics, transactions }: BrokerState): Handler[] {
  const offsetCommit = handler(apis.offsetCommit, (request) => {
    const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch: generationId } = request;
    const known = generationId < 0 ? groups.admit(groupId) : groups.find(groupId);
    const refusal = known?.mayCommit({ memberId, groupInstanceId, generationId }) ?? errorCode.illegalGeneration;
    const accepted: JournaledOffset[] = [];
    const commit = (topic: string, one: (typeof request.topics)[number]['partitions'][number]) => {
      if (refusal !== errorCode.none || known === undefined) return refusal;
      if (topics.log(topic, one.partitionIndex) === undefined) return errorCode.unknownTopicOrPartition;
      if (Buffer.byteLength(one.committedMetadata ?? '') > maxMetadataBytes) return offsetMetadataTooLarge;
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
    const group = groups.find(request.groupId);
    if (group === undefined) return { errorCode: errorCode.groupIdNotFound, topics: [] };
    // Members would go on from offsets that are gone; what they subscribe to is the leader's business and unknown here.
    const code = group.isDeletable ? errorCode.none : errorCode.groupSubscribedToTopic;
    return {
      errorCode: errorCode.none,
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => {
          if (code === errorCode.none) groups.uncommit(group, name, partitionIndex);
          return { partitionIndex, errorCode: code };
        }),
      })),
    };
  });

  return [offsetCommit, offsetFetch, offsetDelete];
}
