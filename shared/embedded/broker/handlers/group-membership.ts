import { apis, errorCode, type RequestOf } from '#shared/wire';
import type { BrokerState } from '../broker-state.js';
import { refusedJoin, refusedSync } from '../groups/membership.js';
import { type Handler, handler, type RequestContext } from '../handler.js';

const maxSessionTimeoutMs = 30 * 60 * 1000;

/** The classic group protocol: join, sync, heartbeat, leave. */
export function groupMembershipHandlers({ groups }: BrokerState): Handler[] {
  const join = (request: RequestOf<typeof apis.joinGroup>, context: RequestContext) => {
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
  };

  const joinGroup = handler(apis.joinGroup, async (request, context) => {
    const result = await join(request, context);
    // Before version 7 there is no null here.
    return context.version < 7 ? { ...result, protocolName: result.protocolName ?? '' } : result;
  });

  const syncGroup = handler(apis.syncGroup, (request, { version }) => {
    const { protocolType: type, protocolName: name } = request;
    if (request.groupId === '') return refusedSync(errorCode.invalidGroupId);
    // From version 5 on a member says what it takes the group to be.
    if (version >= 5 && (type === null || name === null)) return refusedSync(errorCode.inconsistentGroupProtocol);
    const group = groups.find(request.groupId);
    return group?.sync(request, { type, name }, request.assignments) ?? refusedSync(errorCode.unknownMemberId);
  });

  const heartbeat = handler(apis.heartbeat, (request) => {
    if (request.groupId === '') return { errorCode: errorCode.invalidGroupId };
    return { errorCode: groups.find(request.groupId)?.heartbeat(request) ?? errorCode.unknownMemberId };
  });

  const leaveGroup = handler(apis.leaveGroup, (request, { version }) => {
    if (request.groupId === '') return { errorCode: errorCode.invalidGroupId };
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
