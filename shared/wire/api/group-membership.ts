import { api } from '../api.js';
import { array, boolean, bytes, int16, int32, string } from '../field.js';

export const joinGroup = api({
  key: 11,
  name: 'JoinGroup',
  versions: [0, 9],
  flexibleFrom: 6,
  request: {
    groupId: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: int32.since(1).or(-1),
    memberId: string,
    groupInstanceId: string.since(5).nullable(5),
    protocolType: string,
    protocols: array({ name: string, metadata: bytes }),
    reason: string.since(8).nullable(8),
  },
  response: {
    throttleTimeMs: int32.since(2),
    errorCode: int16,
    generationId: int32,
    protocolType: string.since(7).nullable(7),
    protocolName: string.nullable(7),
    leader: string,
    skipAssignment: boolean.since(9),
    memberId: string,
    members: array({ memberId: string, groupInstanceId: string.since(5).nullable(5), metadata: bytes }),
  },
});

export const syncGroup = api({
  key: 14,
  name: 'SyncGroup',
  versions: [0, 5],
  flexibleFrom: 4,
  request: {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: string.since(3).nullable(3),
    protocolType: string.since(5).nullable(5),
    protocolName: string.since(5).nullable(5),
    assignments: array({ memberId: string, assignment: bytes }),
  },
  response: {
    throttleTimeMs: int32.since(1),
    errorCode: int16,
    protocolType: string.since(5).nullable(5),
    protocolName: string.since(5).nullable(5),
    assignment: bytes,
  },
});

export const heartbeat = api({
  key: 12,
  name: 'Heartbeat',
  versions: [0, 4],
  flexibleFrom: 4,
  request: {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: string.since(3).nullable(3),
  },
  response: { throttleTimeMs: int32.since(1), errorCode: int16 },
});

export const leaveGroup = api({
  key: 13,
  name: 'LeaveGroup',
  versions: [0, 5],
  flexibleFrom: 4,
  request: {
    groupId: string,
    memberId: string.until(2),
    members: array({
      memberId: string,
      groupInstanceId: string.nullable(),
      reason: string.since(5).nullable(5),
    }).since(3),
  },
  response: {
    throttleTimeMs: int32.since(1),
    errorCode: int16,
    members: array({ memberId: string, groupInstanceId: string.nullable(), errorCode: int16 }).since(3),
  },
});
