import { apis, errorCode } from '#shared/wire';
import { type BrokerState, nodeId } from '../broker-state.js';
import type { Group } from '../groups/group.js';
import { type Handler, handler, type RequestContext } from '../handler.js';

const groupKeyType = 0;
const transactionKeyType = 1;

/** Finds, lists, describes and deletes groups. */
export function groupAdminHandlers({ groups, transactions }: BrokerState): Handler[] {
  const coordinator = (keyType: number, { advertised }: RequestContext) =>
    keyType === groupKeyType || keyType === transactionKeyType
      ? { errorCode: errorCode.none, errorMessage: null, nodeId, ...advertised }
      : {
          errorCode: errorCode.invalidRequest,
          errorMessage: 'This broker coordinates groups and transactions',
          nodeId: -1,
          host: '',
          port: -1,
        };

  const findCoordinator = handler(apis.findCoordinator, (request, context) => {
    const found = coordinator(request.keyType, context);
    return { ...found, coordinators: request.coordinatorKeys.map((key) => ({ key, ...found })) };
  });

  const listGroups = handler(apis.listGroups, ({ statesFilter, typesFilter }) => ({
    errorCode: errorCode.none,
    groups: Array.from(groups.all(), (group) => ({
      groupId: group.id,
      protocolType: group.protocolType,
      groupState: group.state as string,
      groupType: 'classic',
    })).filter(({ groupState, groupType }) => isListed(statesFilter, groupState) && isListed(typesFilter, groupType)),
  }));

  const describeGroups = handler(apis.describeGroups, (request) => ({
    groups: [...new Set(request.groups)].map((groupId) => describe(groupId, groups.find(groupId))),
  }));

  const deleteGroups = handler(apis.deleteGroups, ({ groupsNames }) => ({
    results: groupsNames.map((groupId) => {
      const group = groups.find(groupId);
      if (group === undefined) return { groupId, errorCode: errorCode.groupIdNotFound };
      if (!group.isDeletable) return { groupId, errorCode: errorCode.nonEmptyGroup };
      groups.delete(group);
      transactions.forgetOffsets(groupId);
      return { groupId, errorCode: errorCode.none };
    }),
  }));

  return [findCoordinator, listGroups, describeGroups, deleteGroups];
}

const isListed = (wanted: readonly string[], found: string) =>
  wanted.length === 0 || wanted.some((one) => one.toLowerCase() === found.toLowerCase());

/** A group that nobody has heard of is described as dead, as Kafka does. */
const describe = (groupId: string, group: Group | undefined) => ({
  errorCode: errorCode.none,
  groupId,
  groupState: group?.state ?? 'Dead',
  protocolType: group?.protocolType ?? '',
  protocolData: group?.protocolName ?? '',
  members: Array.from(group?.members ?? [], (member) => ({
    memberId: member.id,
    groupInstanceId: member.groupInstanceId,
    clientId: member.clientId,
    clientHost: `/${member.clientHost}`,
    memberMetadata: member.metadataFor(group?.protocolName ?? ''),
    memberAssignment: member.assignment,
  })),
});
