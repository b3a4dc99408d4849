import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest } from '#shared/testing';
import { apis, errorCode } from '#shared/wire';
import { connectTo, eventually } from './ask.contract.js';
import { describeGroup, GroupMember, type Joining, join, newGroup, stateOf } from './ask-groups.contract.js';

/** How groups of several members go from one generation to the next. */
export function specifyGroupRebalances(kafka: KafkaUnderTest): void {
  const { none, rebalanceInProgress, unknownMemberId } = errorCode;

  const start = async () => {
    const client = await connectTo(kafka);
    return { client, group: await newGroup(kafka, client) };
  };

  /** Members of one generation, each on a connection of its own; the first leads. The answers are those of their last joining. */
  async function startMembers(joinings: readonly Joining[]) {
    const { client, group } = await start();
    let members: GroupMember[] = [];
    let answers: Awaited<ReturnType<typeof join>>[] = [];
    for (const joining of joinings) {
      const own = await connectTo(kafka);
      const { memberId } = await join(own, group, joining);
      const joins = join(own, group, { ...joining, memberId });
      const others = members;
      await eventually(async () => {
        for (const member of others) expect(await member.heartbeat()).toBe(rebalanceInProgress);
      });
      answers = await Promise.all([...others.map((member) => member.rejoin()), joins]);
      members = answers.map(
        ({ memberId: id, generationId }, i) =>
          new GroupMember(others[i]?.client ?? own, group, id, generationId, joinings[i]),
      );
    }
    expect(answers.map(({ errorCode: code, leader }) => [code, leader])).toEqual(
      members.map(() => [none, members[0]?.id]),
    );
    return { client, group, members, answers };
  }

  /** Two members of a stable group, the leader first. */
  async function startPair(joining: Joining = {}) {
    const { client, group, members } = await startMembers([joining, joining]);
    const [leader, follower] = members;
    if (leader === undefined || follower === undefined) throw new Error('Two members are to join');
    await Promise.all([leader.assign({ [leader.id]: 'left', [follower.id]: 'right' }), follower.assign()]);
    expect(await stateOf(client, group)).toBe('Stable');
    return { client, group, leader, follower };
  }

  describe('a generation of several members', () => {
    /** Nothing but the time for a rebalance is over within the test. */
    const impatient = { rebalanceTimeoutMs: 500, sessionTimeoutMs: 60_000 };

    it('follows the protocol that most of them like best', async () => {
      const { answers } = await startMembers([
        { protocols: { range: 'r', sticky: 's' } },
        { protocols: { sticky: 's', range: 'r' } },
        { protocols: { sticky: 's', range: 'r', odd: 'o' } },
      ]);
      expect(answers.map(({ protocolName }) => protocolName)).toEqual(['sticky', 'sticky', 'sticky']);
    });

    it('has a leader who is told what each member brings for that protocol', async () => {
      const { members, answers } = await startMembers([
        { protocols: { 'cooperative-sticky': 'c0', range: '-' } },
        { protocols: { 'cooperative-sticky': 'c1' } },
      ]);
      const [told, ...untold] = answers.map((answer) => answer.members.map(({ metadata }) => String(metadata)));
      expect(told?.toSorted()).toEqual(['c0', 'c1']);
      expect(untold).toEqual([[]]);
      expect(answers.map(({ leader }) => leader)).toEqual([members[0]?.id, members[0]?.id]);
    });

    it('gives nothing to members whom the leader leaves out', async () => {
      const { members } = await startMembers([{}, {}]);
      const [leader, follower] = members;
      const [all, nothing] = await Promise.all([
        leader?.assign({ [leader.id]: 'all', stranger: 'nothing' }),
        follower?.assign(),
      ]);
      expect([all, nothing].map((one) => [one?.errorCode, one?.assignment])).toEqual([
        [none, 'all'],
        [none, ''],
      ]);
    });

    it('tells a member again what it has missed, while the leader assigns', async () => {
      const { members } = await startMembers([{}, {}]);
      const [leader, follower] = members;
      expect(await follower?.rejoin()).toMatchObject({ errorCode: none, generationId: follower?.generationId });
      const again = await leader?.rejoin();
      expect([again?.generationId, again?.members.length]).toEqual([leader?.generationId, 2]);
    });

    it('does without members that never fetch their assignment', async () => {
      const { client, group, members } = await startMembers([impatient, impatient]);
      const [leader, follower] = members;
      expect((await leader?.assign({}))?.errorCode).toBe(none);
      await eventually(async () => expect(await leader?.heartbeat()).toBe(rebalanceInProgress));
      expect(await follower?.heartbeat()).toBe(unknownMemberId);
      expect((await describeGroup(client, group)).members?.map(({ memberId }) => memberId)).toEqual([leader?.id]);
    });

    it('does without a leader that never assigns', async () => {
      const { members } = await startMembers([impatient, impatient]);
      const [leader, follower] = members;
      expect((await follower?.assign())?.errorCode).toBe(rebalanceInProgress);
      expect(await leader?.heartbeat()).toBe(unknownMemberId);
      expect(await follower?.rejoin()).toMatchObject({ errorCode: none, leader: follower?.id });
    });
  });

  describe('a stable group', () => {
    it('begins a new generation when a follower joins with something new to say', async () => {
      const { leader, follower } = await startPair();
      const rejoins = follower.rejoin({ protocols: { range: 'new' } });
      await eventually(async () => expect(await leader.heartbeat()).toBe(rebalanceInProgress));
      const [again, followed] = await Promise.all([leader.rejoin(), rejoins]);
      expect([again.generationId, followed.generationId]).toEqual([leader.generationId + 1, leader.generationId + 1]);
      expect(again.members.map(({ metadata }) => String(metadata)).toSorted()).toEqual(['m', 'new']);
    });

    it('calls the others when a member leaves, and when nothing is heard of one', async () => {
      const { leader, follower } = await startPair();
      expect(await follower.leave()).toBe(none);
      expect(await leader.heartbeat()).toBe(rebalanceInProgress);
      const other = await startPair({ sessionTimeoutMs: 1_500 });
      await eventually(async () => expect(await other.leader.heartbeat()).toBe(rebalanceInProgress));
      expect(await other.follower.heartbeat()).toBe(unknownMemberId);
      expect((await other.leader.rejoin()).members.map(({ memberId }) => memberId)).toEqual([other.leader.id]);
    });

    it('is left by several members at once', async () => {
      const { client, group, leader, follower } = await startPair();
      const members = [leader.id, 'stranger', follower.id].map((memberId) => ({ memberId, groupInstanceId: null }));
      const left = await client.request(apis.leaveGroup, 4, { groupId: group, members });
      expect(left.errorCode).toBe(none);
      expect(left.members.map((one) => one.errorCode)).toEqual([none, unknownMemberId, none]);
      expect(await stateOf(client, group)).toBe('Empty');
    });

    it('can be joined for something else once all have left', async () => {
      const { client, group, leader, follower } = await startPair();
      await Promise.all([leader.leave(), follower.leave()]);
      const worker = await GroupMember.join(client, group, { protocolType: 'connect', protocols: { compatible: 'c' } });
      expect(worker.generationId).toBeGreaterThan(leader.generationId);
      expect(await describeGroup(client, group)).toMatchObject({
        groupState: 'CompletingRebalance',
        protocolType: 'connect',
      });
    });
  });

  describe('a member that was told its id and has not joined with it yet (KIP-394)', () => {
    it('is waited for until it leaves', async () => {
      const { client, group } = await start();
      const member = await GroupMember.startGroup(client, group);
      const own = await connectTo(kafka);
      const told = await join(own, group);
      const rejoined = member.rejoin({ protocols: { range: 'new' } });
      await eventually(async () => expect(await stateOf(own, group)).toBe('PreparingRebalance'));
      const members = [{ memberId: told.memberId, groupInstanceId: null }];
      const left = await own.request(apis.leaveGroup, 3, { groupId: group, members });
      expect(left.members[0]?.errorCode).toBe(none);
      expect(await rejoined).toMatchObject({ errorCode: none, generationId: 2 });
    });

    it('is waited for no longer than a session', async () => {
      const { client, group } = await start();
      const member = await GroupMember.startGroup(client, group);
      const own = await connectTo(kafka);
      const told = await join(own, group, { sessionTimeoutMs: 300 });
      expect(await member.rejoin({ protocols: { range: 'new' } })).toMatchObject({ errorCode: none, generationId: 2 });
      expect((await join(own, group, { memberId: told.memberId })).errorCode).toBe(unknownMemberId);
    });
  });

  describe('a static member that is away (KIP-345)', () => {
    const groupInstanceId = 'scorer-1';

    it('stays in the generations that begin meanwhile, led by another', async () => {
      const { client, group } = await start();
      const away = await GroupMember.startGroup(client, group, { groupInstanceId, rebalanceTimeoutMs: 300 });
      const own = await connectTo(kafka);
      const joined = await join(own, group, { groupInstanceId: 'scorer-2', rebalanceTimeoutMs: 300 });
      expect(joined).toMatchObject({ errorCode: none, generationId: 2, leader: joined.memberId });
      const ids = Object.fromEntries(joined.members.map((one) => [one.groupInstanceId, one.memberId]));
      expect(ids).toEqual({ [groupInstanceId]: away.id, 'scorer-2': joined.memberId });
    });

    it('may come back with something new to say, which its leader learns at the next generation', async () => {
      const { client, group } = await start();
      const before = await GroupMember.startGroup(client, group, { groupInstanceId });
      const own = await connectTo(kafka);
      const after = await join(own, group, { groupInstanceId, protocols: { range: 'new' } }, 9);
      expect(after).toMatchObject({ errorCode: none, generationId: before.generationId });
      const { groupState, members } = await describeGroup(own, group);
      expect(groupState).toBe('Stable');
      expect(members).toMatchObject([{ groupInstanceId, memberMetadata: 'new', memberAssignment: 'all' }]);
    });

    it('is out when its session is over', async () => {
      const { client, group } = await start();
      const member = await GroupMember.startGroup(client, group, { groupInstanceId, sessionTimeoutMs: 300 });
      await eventually(async () => expect(await stateOf(client, group)).toBe('Empty'));
      expect(await member.heartbeat()).toBe(unknownMemberId);
    });
  });

  describe('the APIs of a group', () => {
    it.each([0, 1, 2, 3])('let a member in at once in JoinGroup version %i', async (version) => {
      const { client, group } = await start();
      const joined = await join(client, group, {}, version);
      expect(joined).toMatchObject({
        errorCode: none,
        generationId: 1,
        leader: joined.memberId,
        protocolName: 'range',
      });
    });

    it.each([4, 5, 6, 7, 8, 9])('let a member in that knows its id in JoinGroup version %i', async (version) => {
      const { client, group } = await start();
      const told = await join(client, group, {}, version);
      expect(told).toMatchObject({ errorCode: errorCode.memberIdRequired, generationId: -1, leader: '' });
      expect(told.protocolName).toBe(version < 7 ? '' : null);
      const joined = await join(client, group, { memberId: told.memberId }, version);
      expect(joined).toMatchObject({ errorCode: none, memberId: told.memberId, protocolName: 'range' });
      expect(joined.protocolType).toBe(version < 7 ? null : 'consumer');
    });

    it.each([0, 1, 2, 3, 4, 5])(
      'give an assignment in SyncGroup version %i, until a member leaves',
      async (version) => {
        const { client, group } = await start();
        const member = await GroupMember.join(client, group);
        const protocol = version < 5 ? {} : { protocolType: 'consumer', protocolName: 'range' };
        const synced = await member.assign({ [member.id]: 'all' }, { version, ...protocol });
        expect(synced).toMatchObject({ errorCode: none, assignment: 'all' });
        const heartbeat = { groupId: group, generationId: member.generationId, memberId: member.id };
        expect((await client.request(apis.heartbeat, Math.min(version, 4), heartbeat)).errorCode).toBe(none);
        const members = [{ memberId: member.id, groupInstanceId: null }];
        const left = await client.request(apis.leaveGroup, version, { groupId: group, memberId: member.id, members });
        expect(left.errorCode).toBe(none);
        expect(await stateOf(client, group)).toBe('Empty');
      },
    );
  });
}
