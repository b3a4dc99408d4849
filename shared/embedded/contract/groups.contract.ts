import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest } from '#shared/testing';
import { apis, errorCode } from '#shared/wire';
import { connectTo, eventually } from './ask.contract.js';
import { describeGroup, GroupMember, join, joinTwice, newGroup, stateOf } from './ask-groups.contract.js';

/** How the members of a group in the classic protocol come together, stay and go. */
export function specifyGroups(kafka: KafkaUnderTest): void {
  const start = async () => {
    const client = await connectTo(kafka);
    return { client, group: await newGroup(kafka, client) };
  };

  describe('a group with one member', () => {
    it('is complete at once, and the member leads it', async () => {
      const { client, group } = await start();
      const joined = await joinTwice(client, group);
      expect(joined).toMatchObject({
        errorCode: 0,
        generationId: 1,
        protocolType: 'consumer',
        protocolName: 'range',
        leader: joined.memberId,
        members: [{ memberId: joined.memberId, groupInstanceId: null, metadata: Buffer.from('m') }],
      });
    });

    it('first tells the member its id, and asks it to join with that (KIP-394)', async () => {
      const { client, group } = await start();
      const told = await join(client, group);
      expect(told).toMatchObject({ errorCode: errorCode.memberIdRequired, generationId: -1, members: [] });
      expect(told.memberId).toMatch(/^wire-client-/);
    });

    it('lets clients before version 4 join without knowing their id', async () => {
      const { client, group } = await start();
      expect(await join(client, group, {}, 3)).toMatchObject({ errorCode: 0, generationId: 1 });
    });

    it('waits for its assignment, gives it, and gives it again', async () => {
      const { client, group } = await start();
      const member = await GroupMember.join(client, group);
      expect(await stateOf(client, group)).toBe('CompletingRebalance');
      expect(await member.heartbeat()).toBe(errorCode.none);
      expect(await member.assign({ [member.id]: 'all', stranger: 'more' })).toMatchObject({ assignment: 'all' });
      expect(await stateOf(client, group)).toBe('Stable');
      expect(await member.assign({ [member.id]: 'other' })).toMatchObject({ errorCode: 0, assignment: 'all' });
    });

    it('goes from stable to empty when the member leaves, and begins a new generation with the next', async () => {
      const { client, group } = await start();
      const member = await GroupMember.startGroup(client, group);
      expect(await member.leave()).toBe(errorCode.none);
      expect(await stateOf(client, group)).toBe('Empty');
      expect(await member.leave()).toBe(errorCode.unknownMemberId);
      expect((await joinTwice(client, group)).generationId).toBe(3);
    });

    it('begins a new generation when its leader joins again', async () => {
      const { client, group } = await start();
      const member = await GroupMember.startGroup(client, group);
      expect(await member.rejoin()).toMatchObject({ errorCode: 0, generationId: 2, leader: member.id });
    });

    it('refuses strangers, and members of another generation', async () => {
      const { client, group } = await start();
      const member = await GroupMember.startGroup(client, group);
      const { generationId } = member;
      const stranger = new GroupMember(client, group, 'stranger', generationId);
      const { illegalGeneration, unknownMemberId } = errorCode;
      expect(await member.heartbeat({ generationId: generationId + 1 })).toBe(illegalGeneration);
      expect((await member.assign({}, { generationId: generationId + 1 })).errorCode).toBe(illegalGeneration);
      expect(await stranger.heartbeat()).toBe(unknownMemberId);
      expect((await stranger.assign()).errorCode).toBe(unknownMemberId);
      expect((await stranger.rejoin()).errorCode).toBe(unknownMemberId);
      expect(await stranger.leave()).toBe(unknownMemberId);
      const elsewhere = new GroupMember(client, await newGroup(kafka, client), member.id, generationId);
      expect(await elsewhere.heartbeat()).toBe(unknownMemberId);
      expect((await elsewhere.assign()).errorCode).toBe(unknownMemberId);
      expect(await elsewhere.leave()).toBe(unknownMemberId);
    });

    it('refuses a member that takes the group for another, from SyncGroup version 5 on', async () => {
      const { client, group } = await start();
      const member = await GroupMember.startGroup(client, group);
      const as = async (protocolType: string | null, protocolName: string | null) =>
        (await member.assign({}, { version: 5, protocolType, protocolName })).errorCode;
      expect(await as('consumer', 'range')).toBe(errorCode.none);
      expect(await as('consumer', 'sticky')).toBe(errorCode.inconsistentGroupProtocol);
      expect(await as('connect', 'range')).toBe(errorCode.inconsistentGroupProtocol);
      expect(await as(null, null)).toBe(errorCode.inconsistentGroupProtocol);
    });

    it('loses the member when nothing is heard of it for its session time', async () => {
      const { client, group } = await start();
      const member = await GroupMember.startGroup(client, group, { sessionTimeoutMs: 300 });
      await eventually(async () => expect(await stateOf(client, group)).toBe('Empty'));
      expect(await member.heartbeat()).toBe(errorCode.unknownMemberId);
    });

    it.each([
      { what: 'no time for a session', asked: { sessionTimeoutMs: 0 }, code: errorCode.invalidSessionTimeout },
      { what: 'too long a session', asked: { sessionTimeoutMs: 1_800_001 }, code: errorCode.invalidSessionTimeout },
      { what: 'no protocol', asked: { protocols: {} }, code: errorCode.inconsistentGroupProtocol },
      { what: 'no protocol type', asked: { protocolType: '' }, code: errorCode.inconsistentGroupProtocol },
      { what: 'an id that nobody gave it', asked: { memberId: 'stranger' }, code: errorCode.unknownMemberId },
    ])('refuses a member with $what', async ({ asked, code }) => {
      const { client, group } = await start();
      expect(await join(client, group, asked)).toMatchObject({ errorCode: code, generationId: -1 });
    });

    it('is nothing without a name', async () => {
      const { client } = await start();
      const nobody = new GroupMember(client, '', 'stranger', 1);
      expect((await nobody.rejoin()).errorCode).toBe(errorCode.invalidGroupId);
      expect(await nobody.heartbeat()).toBe(errorCode.invalidGroupId);
      expect((await nobody.assign()).errorCode).toBe(errorCode.invalidGroupId);
      const members = [{ memberId: 'x', groupInstanceId: null }];
      expect(await client.request(apis.leaveGroup, 3, { groupId: '', members })).toMatchObject({
        errorCode: errorCode.invalidGroupId,
        members: [],
      });
    });
  });

  describe('a group that a second member joins', () => {
    it('calls the first to join again, tells the leader of both, and gives each its assignment', async () => {
      const { client, group } = await start();
      const first = await GroupMember.startGroup(client, group);
      const other = await connectTo(kafka);
      const told = await join(other, group);
      const secondJoins = join(other, group, { memberId: told.memberId });
      await eventually(async () => expect(await first.heartbeat()).toBe(errorCode.rebalanceInProgress));
      const [firstJoined, secondJoined] = await Promise.all([first.rejoin(), secondJoins]);
      expect([firstJoined.generationId, secondJoined.generationId]).toEqual([2, 2]);
      expect([firstJoined.leader, secondJoined.leader]).toEqual([first.id, first.id]);
      const ids = firstJoined.members.map(({ memberId }) => memberId);
      expect(ids.toSorted()).toEqual([first.id, told.memberId].toSorted());
      expect(secondJoined.members).toEqual([]);

      const [leader, follower] = [
        new GroupMember(client, group, first.id, 2),
        new GroupMember(other, group, told.memberId, 2),
      ];
      const [left, right] = await Promise.all([
        leader.assign({ [leader.id]: 'left', [follower.id]: 'right' }),
        follower.assign(),
      ]);
      expect([left.assignment, right.assignment]).toEqual(['left', 'right']);
      expect(await stateOf(client, group)).toBe('Stable');

      // A follower that asks again is told what it knows already, without a rebalance.
      expect(await follower.rejoin()).toMatchObject({ errorCode: 0, generationId: 2 });
      expect((await follower.assign()).assignment).toBe('right');
      expect(await leader.heartbeat()).toBe(errorCode.none);
    });

    it('goes on without a member that does not come back within the time for a rebalance', async () => {
      const { client, group } = await start();
      const first = await GroupMember.startGroup(client, group, { rebalanceTimeoutMs: 200 });
      const second = await joinTwice(await connectTo(kafka), group, { rebalanceTimeoutMs: 200 });
      expect(second).toMatchObject({ errorCode: 0, generationId: 2, leader: second.memberId });
      expect(second.members.map(({ memberId }) => memberId)).toEqual([second.memberId]);
      expect(await first.heartbeat()).toBe(errorCode.unknownMemberId);
    });

    it('takes the protocol that both know', async () => {
      const { client, group } = await start();
      await GroupMember.startGroup(client, group, { protocols: { sticky: 's', range: 'r' }, rebalanceTimeoutMs: 200 });
      const other = await connectTo(kafka);
      const { inconsistentGroupProtocol } = errorCode;
      expect((await join(other, group, { protocols: { odd: 'o' } })).errorCode).toBe(inconsistentGroupProtocol);
      expect((await join(other, group, { protocolType: 'connect' })).errorCode).toBe(inconsistentGroupProtocol);
      const joined = await joinTwice(other, group, { rebalanceTimeoutMs: 200 });
      expect(joined).toMatchObject({ errorCode: 0, protocolName: 'range' });
    });

    it('sends those who wait for their assignment back to join when somebody goes', async () => {
      const { client, group } = await start();
      const first = await GroupMember.join(client, group);
      const other = await connectTo(kafka);
      const followerJoins = join(other, group, {}, 3);
      await eventually(async () => expect(await first.heartbeat()).toBe(errorCode.rebalanceInProgress));
      expect((await first.rejoin()).generationId).toBe(2);
      const { memberId } = await followerJoins;
      const follower = new GroupMember(other, group, memberId, 2);
      const followerSyncs = follower.assign();
      expect(await first.leave()).toBe(errorCode.none);
      expect((await followerSyncs).errorCode).toBe(errorCode.rebalanceInProgress);
      expect(await follower.rejoin()).toMatchObject({ generationId: 3, leader: memberId });
    });
  });

  describe('a static member (KIP-345)', () => {
    const groupInstanceId = 'scorer-1';

    it('that starts again keeps its assignment without a rebalance, and fences the one it was', async () => {
      const { client, group } = await start();
      const before = await GroupMember.startGroup(client, group, { groupInstanceId });
      const restarted = await connectTo(kafka);
      const joined = await join(restarted, group, { groupInstanceId }, 5);
      expect(joined).toMatchObject({ errorCode: 0, generationId: 1, leader: before.id });
      expect(joined.memberId).not.toBe(before.id);
      const after = new GroupMember(restarted, group, joined.memberId, 1, { groupInstanceId });
      expect((await after.assign()).assignment).toBe('all');
      expect(await after.heartbeat()).toBe(errorCode.none);
      expect(await before.heartbeat()).toBe(errorCode.fencedInstanceId);
      expect(await before.heartbeat({ groupInstanceId: null })).toBe(errorCode.unknownMemberId);
      expect((await before.rejoin()).errorCode).toBe(errorCode.fencedInstanceId);
    });

    it('that led the group is told to leave the assignments as they are, from version 9 on (KIP-814)', async () => {
      const { client, group } = await start();
      await GroupMember.startGroup(client, group, { groupInstanceId });
      const joined = await join(await connectTo(kafka), group, { groupInstanceId }, 9);
      expect(joined).toMatchObject({ errorCode: 0, generationId: 1, skipAssignment: true, leader: joined.memberId });
    });

    it('leaves by its instance', async () => {
      const { client, group } = await start();
      await GroupMember.startGroup(client, group, { groupInstanceId });
      const leaving = ['nobody', groupInstanceId].map((one) => ({ memberId: '', groupInstanceId: one }));
      const { members } = await client.request(apis.leaveGroup, 5, { groupId: group, members: leaving });
      expect(members).toMatchObject([
        { groupInstanceId: 'nobody', errorCode: errorCode.unknownMemberId },
        { groupInstanceId, errorCode: errorCode.none },
      ]);
      expect(await stateOf(client, group)).toBe('Empty');
    });
  });

  describe('what is told of groups', () => {
    it('is dead where nobody knows the group', async () => {
      const { client, group } = await start();
      expect(await describeGroup(client, group)).toMatchObject({
        errorCode: errorCode.none,
        groupState: 'Dead',
        protocolType: '',
        protocolData: '',
        members: [],
      });
    });

    it('is its state, its protocol and its members, with what they read and are assigned', async () => {
      const { client, group } = await start();
      const member = await GroupMember.startGroup(client, group);
      expect(await describeGroup(client, group)).toMatchObject({
        errorCode: errorCode.none,
        groupId: group,
        groupState: 'Stable',
        protocolType: 'consumer',
        protocolData: 'range',
        members: [
          {
            memberId: member.id,
            groupInstanceId: null,
            clientId: 'wire-client',
            memberMetadata: 'm',
            memberAssignment: 'all',
          },
        ],
      });
    });

    it('lists those of some states and types, whatever their letters', async () => {
      const { client, group } = await start();
      await GroupMember.startGroup(client, group);
      const listed = async (statesFilter: string[], typesFilter: string[] = []) => {
        const { groups } = await client.request(apis.listGroups, 5, { statesFilter, typesFilter });
        return groups.filter(({ groupId }) => groupId === group);
      };
      const own = { groupId: group, protocolType: 'consumer', groupState: 'Stable', groupType: 'classic' };
      expect(await listed([])).toEqual([own]);
      expect(await listed(['sTABLE'])).toEqual([own]);
      expect(await listed([], ['Classic'])).toEqual([own]);
      expect(await listed(['Empty'])).toEqual([]);
      expect(await listed([], ['consumer'])).toEqual([]);
    });
  });

  describe('DeleteGroups', () => {
    it('deletes groups without members, and no others', async () => {
      const { client, group } = await start();
      const nobody = kafka.unique('nobody');
      const remove = async () => {
        const { results } = await client.request(apis.deleteGroups, 1, { groupsNames: [group, nobody] });
        return [group, nobody].map((name) => results.find(({ groupId }) => groupId === name)?.errorCode);
      };
      const member = await GroupMember.startGroup(client, group);
      expect(await remove()).toEqual([errorCode.nonEmptyGroup, errorCode.groupIdNotFound]);
      await member.leave();
      expect(await remove()).toEqual([errorCode.none, errorCode.groupIdNotFound]);
      expect(await stateOf(client, group)).toBe('Dead');
    });
  });
}
