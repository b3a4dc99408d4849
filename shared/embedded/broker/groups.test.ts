import { describe, expect, it } from 'vitest';
import type { WireClient } from '#shared/testing';
import { apis, errorCode } from '#shared/wire';
import { eventually, startTestBroker, type TestBroker } from './test-broker.js';

const bytes = (text: string) => Buffer.from(text);

interface Joining {
  readonly memberId?: string;
  readonly groupInstanceId?: string | null;
  readonly sessionTimeoutMs?: number;
  readonly rebalanceTimeoutMs?: number;
  readonly protocolType?: string;
  readonly protocols?: readonly string[];
}

const join = (client: WireClient, joining: Joining = {}, version = 5) => {
  const { protocols = ['range'], ...rest } = joining;
  return client.request(apis.joinGroup, version, {
    groupId: 'g',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    memberId: '',
    groupInstanceId: null,
    protocolType: 'consumer',
    protocols: protocols.map((name) => ({ name, metadata: bytes(`${name} of ${rest.memberId ?? 'new'}`) })),
    ...rest,
  });
};

/** Joins as clients since KIP-394 do: once to be told an id, once with it. */
async function joinTwice(client: WireClient, joining: Joining = {}) {
  const told = await join(client, joining);
  expect(told.errorCode).toBe(errorCode.memberIdRequired);
  return join(client, { ...joining, memberId: told.memberId });
}

const sync = (client: WireClient, memberId: string, generationId: number, assignments: Record<string, string> = {}) =>
  client.request(apis.syncGroup, 3, {
    groupId: 'g',
    generationId,
    memberId,
    groupInstanceId: null,
    assignments: Object.entries(assignments).map(([id, text]) => ({ memberId: id, assignment: bytes(text) })),
  });

const heartbeat = async (client: WireClient, memberId: string, generationId: number) =>
  (await client.request(apis.heartbeat, 3, { groupId: 'g', generationId, memberId, groupInstanceId: null })).errorCode;

const leave = async (client: WireClient, memberId: string) =>
  (await client.request(apis.leaveGroup, 3, { groupId: 'g', members: [{ memberId, groupInstanceId: null }] }))
    .members[0]?.errorCode;

const stateOf = async (client: WireClient) =>
  (await client.request(apis.describeGroups, 4, { groups: ['g'] })).groups[0]?.groupState;

/** One member that leads a stable group. */
async function startStableGroup(test: TestBroker, joining: Joining = {}) {
  const joined = await joinTwice(test.client, joining);
  const synced = await sync(test.client, joined.memberId, joined.generationId, { [joined.memberId]: 'all' });
  expect(synced).toMatchObject({ errorCode: 0, assignment: bytes('all') });
  return { client: test.client, memberId: joined.memberId, generationId: joined.generationId };
}

describe('a group with one member', () => {
  it('is complete at once, and the member leads it', async () => {
    await using test = await startTestBroker();
    const joined = await joinTwice(test.client);
    expect(joined).toMatchObject({ errorCode: 0, generationId: 1, protocolName: 'range', leader: joined.memberId });
    expect(joined.members).toEqual([
      { memberId: joined.memberId, groupInstanceId: null, metadata: bytes(`range of ${joined.memberId}`) },
    ]);
  });

  it('lets clients before version 4 join without knowing their id', async () => {
    await using test = await startTestBroker();
    const joined = await join(test.client, {}, 3);
    expect(joined).toMatchObject({ errorCode: 0, generationId: 1 });
  });

  it('goes from stable to empty when the member leaves, and begins a new generation with the next', async () => {
    await using test = await startTestBroker();
    const { memberId } = await startStableGroup(test);
    expect(await stateOf(test.client)).toBe('Stable');
    expect(await leave(test.client, memberId)).toBe(0);
    expect(await stateOf(test.client)).toBe('Empty');
    expect((await joinTwice(test.client)).generationId).toBe(3);
  });

  it('refuses strangers, and members of another generation', async () => {
    await using test = await startTestBroker();
    const { memberId, generationId } = await startStableGroup(test);
    expect(await heartbeat(test.client, memberId, generationId)).toBe(0);
    expect(await heartbeat(test.client, memberId, generationId + 1)).toBe(errorCode.illegalGeneration);
    expect(await heartbeat(test.client, 'stranger', generationId)).toBe(errorCode.unknownMemberId);
    expect((await join(test.client, { memberId: 'stranger' })).errorCode).toBe(errorCode.unknownMemberId);
    expect((await sync(test.client, memberId, generationId + 1)).errorCode).toBe(errorCode.illegalGeneration);
    expect(await leave(test.client, 'stranger')).toBe(errorCode.unknownMemberId);
  });

  it('loses the member when nothing is heard of it for its session time', async () => {
    await using test = await startTestBroker();
    const { memberId, generationId } = await startStableGroup(test, { sessionTimeoutMs: 300 });
    await eventually(async () => expect(await stateOf(test.client)).toBe('Empty'));
    expect(await heartbeat(test.client, memberId, generationId)).toBe(errorCode.unknownMemberId);
  });

  it.each([
    { what: 'no group id', asked: { groupId: '' }, code: errorCode.invalidGroupId },
    { what: 'no time for a session', asked: { sessionTimeoutMs: 0 }, code: errorCode.invalidSessionTimeout },
    { what: 'no protocol', asked: { protocols: [] }, code: errorCode.inconsistentGroupProtocol },
  ])('refuses a member with $what', async ({ asked, code }) => {
    await using test = await startTestBroker();
    expect((await join(test.client, asked)).errorCode).toBe(code);
  });
});

describe('a group that a second member joins', () => {
  it('calls the first to join again, tells the leader of both, and gives each its assignment', async () => {
    await using test = await startTestBroker();
    const first = await startStableGroup(test);
    const other = await test.connect();
    const told = await join(other);
    const secondJoins = join(other, { memberId: told.memberId });
    await eventually(async () =>
      expect(await heartbeat(first.client, first.memberId, first.generationId)).toBe(errorCode.rebalanceInProgress),
    );
    const [firstJoined, secondJoined] = await Promise.all([
      join(first.client, { memberId: first.memberId }),
      secondJoins,
    ]);
    expect([firstJoined.generationId, secondJoined.generationId]).toEqual([2, 2]);
    expect(firstJoined.leader).toBe(first.memberId);
    expect(firstJoined.members.map(({ memberId }) => memberId)).toEqual([first.memberId, told.memberId]);
    expect(secondJoined.members).toEqual([]);

    const [firstSynced, secondSynced] = await Promise.all([
      sync(first.client, first.memberId, 2, { [first.memberId]: 'left', [told.memberId]: 'right' }),
      sync(other, told.memberId, 2),
    ]);
    expect([firstSynced.assignment, secondSynced.assignment].map(String)).toEqual(['left', 'right']);
    expect(await stateOf(test.client)).toBe('Stable');
  });

  it('goes on without a member that does not come back within the time for a rebalance', async () => {
    await using test = await startTestBroker();
    const first = await startStableGroup(test, { rebalanceTimeoutMs: 50 });
    const other = await test.connect();
    const second = await joinTwice(other, { rebalanceTimeoutMs: 50 });
    expect(second).toMatchObject({ errorCode: 0, generationId: 2, leader: second.memberId });
    expect(second.members.map(({ memberId }) => memberId)).toEqual([second.memberId]);
    expect(await heartbeat(first.client, first.memberId, first.generationId)).toBe(errorCode.unknownMemberId);
  });

  it('takes the protocol that both know', async () => {
    await using test = await startTestBroker();
    await startStableGroup(test, { protocols: ['sticky', 'range'], rebalanceTimeoutMs: 50 });
    const other = await test.connect();
    expect((await join(other, { protocols: ['unheard-of'] })).errorCode).toBe(errorCode.inconsistentGroupProtocol);
    expect((await join(other, { protocolType: 'connect' })).errorCode).toBe(errorCode.inconsistentGroupProtocol);
    expect((await joinTwice(other, { protocols: ['range'], rebalanceTimeoutMs: 50 })).protocolName).toBe('range');
  });

  it('sends those who wait for their assignment back to join when somebody comes or goes', async () => {
    await using test = await startTestBroker();
    const leader = await join(test.client, {}, 3);
    const other = await test.connect();
    const followerJoins = join(other, {}, 3);
    const rejoined = await eventually(async () => {
      expect(await heartbeat(test.client, leader.memberId, 1)).toBe(errorCode.rebalanceInProgress);
      return join(test.client, { memberId: leader.memberId }, 3);
    });
    const follower = await followerJoins;
    expect(rejoined.generationId).toBe(2);
    const followerSyncs = sync(other, follower.memberId, 2);
    expect(await leave(test.client, leader.memberId)).toBe(0);
    expect((await followerSyncs).errorCode).toBe(errorCode.rebalanceInProgress);
    expect(await join(other, { memberId: follower.memberId }, 3)).toMatchObject({
      generationId: 3,
      leader: follower.memberId,
    });
  });

  it('tells a follower that asks again what it knows already, without a rebalance', async () => {
    await using test = await startTestBroker();
    const first = await startStableGroup(test);
    const other = await test.connect();
    const told = await join(other);
    const secondJoins = join(other, { memberId: told.memberId });
    await eventually(async () =>
      expect(await heartbeat(first.client, first.memberId, 1)).toBe(errorCode.rebalanceInProgress),
    );
    await Promise.all([join(first.client, { memberId: first.memberId }), secondJoins]);
    await sync(first.client, first.memberId, 2, { [told.memberId]: 'right' });
    expect(await join(other, { memberId: told.memberId })).toMatchObject({ errorCode: 0, generationId: 2 });
    expect(String((await sync(other, told.memberId, 2)).assignment)).toBe('right');
    expect(await heartbeat(first.client, first.memberId, 2)).toBe(0);
  });
});

describe('a static member (KIP-345)', () => {
  it('that starts again keeps its assignment without a rebalance, and fences the one it was', async () => {
    await using test = await startTestBroker();
    const groupInstanceId = 'scorer-1';
    const before = await join(test.client, { groupInstanceId });
    expect(before).toMatchObject({ errorCode: 0, generationId: 1 });
    await sync(test.client, before.memberId, 1, { [before.memberId]: 'all' });

    const restarted = await test.connect();
    const after = await join(restarted, { groupInstanceId, protocols: ['range'] });
    expect(after).toMatchObject({ errorCode: 0, generationId: 1 });
    expect(after.memberId).not.toBe(before.memberId);
    expect(after.leader).not.toBe(after.memberId);
    expect(String((await sync(restarted, after.memberId, 1)).assignment)).toBe('all');

    const fenced = await test.client.request(apis.heartbeat, 3, {
      groupId: 'g',
      generationId: 1,
      memberId: before.memberId,
      groupInstanceId,
    });
    expect(fenced.errorCode).toBe(errorCode.fencedInstanceId);
  });
});

describe('committed offsets', () => {
  const topics = [{ name: 't', partitions: 2 }];

  const commit = async (client: WireClient, memberId: string, generationId: number, offset: number, topic = 't') => {
    const response = await client.request(apis.offsetCommit, 7, {
      groupId: 'g',
      generationIdOrMemberEpoch: generationId,
      memberId,
      groupInstanceId: null,
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset: offset, committedMetadata: 'm' }] }],
    });
    return response.topics[0]?.partitions[0]?.errorCode;
  };

  const committed = async (client: WireClient) => {
    const response = await client.request(apis.offsetFetch, 8, { groups: [{ groupId: 'g', topics: null }] });
    return response.groups[0]?.topics.map(({ name, partitions }) => [
      name,
      partitions.map((one) => one.committedOffset),
    ]);
  };

  it('are taken from members of the current generation, and from clients without a group', async () => {
    await using test = await startTestBroker({ topics });
    expect(await commit(test.client, '', -1, 5)).toBe(0);
    expect(await committed(test.client)).toEqual([['t', [5]]]);
    const { memberId, generationId } = await startStableGroup(test);
    expect(await commit(test.client, memberId, generationId, 7)).toBe(0);
    expect(await commit(test.client, memberId, generationId + 1, 9)).toBe(errorCode.illegalGeneration);
    expect(await commit(test.client, 'stranger', generationId, 9)).toBe(errorCode.unknownMemberId);
    expect(await commit(test.client, '', -1, 9)).toBe(errorCode.unknownMemberId);
    expect(await commit(test.client, memberId, generationId, 9, 'missing')).toBe(errorCode.unknownTopicOrPartition);
    expect(await committed(test.client)).toEqual([['t', [7]]]);
  });

  it('are -1 where nothing was committed', async () => {
    await using test = await startTestBroker({ topics });
    const response = await test.client.request(apis.offsetFetch, 5, {
      groupId: 'nobody',
      topics: [{ name: 't', partitionIndexes: [0, 1] }],
    });
    expect(response.topics[0]?.partitions).toEqual(
      [0, 1].map((partitionIndex) => ({
        partitionIndex,
        committedOffset: -1,
        committedLeaderEpoch: -1,
        metadata: '',
        errorCode: 0,
      })),
    );
  });

  it('go with their topic, with their group, and when they are deleted', async () => {
    await using test = await startTestBroker({ topics: [...topics, { name: 'u', partitions: 1 }] });
    await commit(test.client, '', -1, 5);
    await commit(test.client, '', -1, 6, 'u');
    await test.client.request(apis.deleteTopics, 3, { topicNames: ['u'], timeoutMs: 1000 });
    expect(await committed(test.client)).toEqual([['t', [5]]]);
    const partitions = [{ partitionIndex: 0 }];
    await test.client.request(apis.offsetDelete, 0, { groupId: 'g', topics: [{ name: 't', partitions }] });
    expect(await committed(test.client)).toEqual([]);
    const deleted = await test.client.request(apis.deleteGroups, 1, { groupsNames: ['g', 'nobody'] });
    expect(deleted.results.map((one) => one.errorCode)).toEqual([0, errorCode.groupIdNotFound]);
    expect(await stateOf(test.client)).toBe('Dead');
  });

  it('are safe from deletion while the group has members', async () => {
    await using test = await startTestBroker({ topics });
    await startStableGroup(test);
    const deleted = await test.client.request(apis.deleteGroups, 1, { groupsNames: ['g'] });
    expect(deleted.results[0]?.errorCode).toBe(errorCode.nonEmptyGroup);
  });
});
