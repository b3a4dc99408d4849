import { apis, errorCode } from '#shared/wire';
import type { BrokerState } from '../broker-state.js';
import { refusedJoin, refusedSync } from '../groups/member.js';
import { type Handler, handler } from '../handler.js';

const maxSessionTimeoutMs = 30 * 60 * 1000;

/** The classic group protocol: join, sync, heartbeat, leave. */
export function groupMembershipHandlers({ groups }: BrokerState): Handler[] {
  const joinGroup = handler(apis.joinGroup, (request, context) => {
    const refused = (code: number) => refusedJoin(code, request.memberId);
    if (request.groupId === '') return refused(errorCode.invalidGroupId);
    // Kafka asks for six seconds at least; a workshop wants to see a take-over sooner, so here any time will do.
    const { sessionTimeoutMs } = request;
    if (sessionTimeoutMs < 1 || sessionTimeoutMs > maxSessionTimeoutMs) return refused(errorCode.invalidSessionTimeout);
    const known = groups.find(request.groupId);
    if (known === undefined && request.memberId !== '') return refused(errorCode.unknownMemberId);
    const group = known ?? groups.admit(request.groupId);
    if (group === undefined) return refused(errorCode.groupMaxSizeReached);
    const rebalanceTimeoutMs = request.rebalanceTimeoutMs < 0 ? sessionTimeoutMs : request.rebalanceTimeoutMs;
    return group.join(
      { ...request, rebalanceTimeoutMs },
      { mustKnowId: context.version >= 4, canSkipAssignment: context.version >= 9 },
      context,
    );
  });

  const syncGroup = handler(
    apis.syncGroup,
    (request) =>
      groups
        .find(request.groupId)
        ?.sync(request, { type: request.protocolType, name: request.protocolName }, request.assignments) ??
      refusedSync(errorCode.unknownMemberId),
  );

  const heartbeat = handler(apis.heartbeat, (request) => ({
    errorCode: groups.find(request.groupId)?.heartbeat(request) ?? errorCode.unknownMemberId,
  }));

  const leaveGroup = handler(apis.leaveGroup, (request, { version }) => {
    const group = groups.find(request.groupId);
    const leave = (memberId: string, groupInstanceId: string | null) =>
      group?.leave({ memberId, groupInstanceId }) ?? errorCode.unknownMemberId;
    if (version < 3) return { errorCode: leave(request.memberId, null) };
    return {
      errorCode: errorCode.none,
      members: request.members.map(({ memberId, groupInstanceId }) => ({
        memberId,
        groupInstanceId,
        errorCode: leave(memberId, groupInstanceId),
      })),
    };
  });

  return [joinGroup, syncGroup, heartbeat, leaveGroup];
}
