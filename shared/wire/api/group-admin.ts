import { api } from '../api.js';
import { array, arrayOf, boolean, bytes, int16, int32, string } from '../field.js';

export const describeGroups = api({
  key: 15,
  name: 'DescribeGroups',
  versions: [0, 5],
  flexibleFrom: 5,
  request: { groups: arrayOf(string), includeAuthorizedOperations: boolean.since(3) },
  response: {
    throttleTimeMs: int32.since(1),
    groups: array({
      errorCode: int16,
      groupId: string,
      groupState: string,
      protocolType: string,
      protocolData: string,
      members: array({
        memberId: string,
        groupInstanceId: string.since(4).nullable(4),
        clientId: string,
        clientHost: string,
        memberMetadata: bytes,
        memberAssignment: bytes,
      }),
      authorizedOperations: int32.since(3).or(-2147483648),
    }),
  },
});

export const listGroups = api({
  key: 16,
  name: 'ListGroups',
  versions: [0, 5],
  flexibleFrom: 3,
  request: { statesFilter: arrayOf(string).since(4), typesFilter: arrayOf(string).since(5) },
  response: {
    throttleTimeMs: int32.since(1),
    errorCode: int16,
    groups: array({
      groupId: string,
      protocolType: string,
      groupState: string.since(4),
      groupType: string.since(5),
    }),
  },
});

export const deleteGroups = api({
  key: 42,
  name: 'DeleteGroups',
  versions: [0, 2],
  flexibleFrom: 2,
  request: { groupsNames: arrayOf(string) },
  response: { throttleTimeMs: int32.or(0), results: array({ groupId: string, errorCode: int16 }) },
});
