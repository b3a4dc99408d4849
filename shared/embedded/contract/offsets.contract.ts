import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest } from '#shared/testing';
import { apis, errorCode } from '#shared/wire';
import { bytesOf, connectTo, createTopic, eventually } from './ask.contract.js';
import { commitOffset, committedOffset, GroupMember, newGroup, stateOf } from './ask-groups.contract.js';

/** What a consumer joins with: a version, its topics, and no data of its own. */
function subscriptionTo(...topics: string[]): Buffer {
  const names = topics.flatMap((topic) => [bytesOf(topic.length).subarray(2), Buffer.from(topic)]);
  return Buffer.concat([bytesOf(0).subarray(2), bytesOf(topics.length), ...names, bytesOf(-1)]);
}

/** What groups can rely on where they keep how far they have read. */
export function specifyOffsets(kafka: KafkaUnderTest): void {
  const { none, unknownMemberId, illegalGeneration, unknownTopicOrPartition } = errorCode;

  const start = async ({ partitions = 2 } = {}) => {
    const client = await connectTo(kafka);
    const topic = await createTopic(kafka, client, { partitions });
    const group = await newGroup(kafka, client);
    const commit = (offset: number, how?: Parameters<typeof commitOffset>[4]) =>
      commitOffset(client, group, topic, offset, how);
    return {
      client,
      topic,
      group,
      commit,
      stored: (partition = 0) => committedOffset(client, group, topic, { partition }),
    };
  };

  describe('OffsetCommit', () => {
    it.each([2, 3, 4, 5, 6, 7, 8, 9])('keeps an offset with its metadata, in version %i', async (version) => {
      const { group, client, commit, stored } = await start();
      expect(await commit(5, { version, metadata: 'five' })).toBe(none);
      expect(await stored()).toMatchObject({ errorCode: none, committedOffset: 5, metadata: 'five' });
      expect(await stateOf(client, group)).toBe('Empty');
    });

    it('keeps the epoch of the leader from version 6 on, and forgets it when an older client commits', async () => {
      const { commit, stored } = await start();
      await commit(5, { version: 6, leaderEpoch: 7 });
      expect(await stored()).toMatchObject({ committedOffset: 5, committedLeaderEpoch: 7 });
      await commit(6, { version: 5 });
      expect(await stored()).toMatchObject({ committedOffset: 6, committedLeaderEpoch: -1 });
    });

    it('keeps no metadata as empty metadata', async () => {
      const { commit, stored } = await start();
      expect(await commit(5, { metadata: null })).toBe(none);
      expect(await stored()).toMatchObject({ committedOffset: 5, metadata: '' });
    });

    it('takes offsets back, and any number', async () => {
      const { commit, stored } = await start();
      for (const offset of [9, 2, 0, 2 ** 40]) {
        expect(await commit(offset)).toBe(none);
        expect(await stored()).toMatchObject({ committedOffset: offset });
      }
    });

    it('takes 4096 letters of metadata, whatever their bytes, and no more', async () => {
      const { commit, stored } = await start();
      expect(await commit(1, { metadata: 'é'.repeat(4_096) })).toBe(none);
      expect(await commit(2, { metadata: 'x'.repeat(4_097) })).toBe(errorCode.offsetMetadataTooLarge);
      expect(await stored()).toMatchObject({ committedOffset: 1, metadata: 'é'.repeat(4_096) });
    });

    it('keeps the others where one partition is not known', async () => {
      const { client, topic, group, stored } = await start();
      const partition = (partitionIndex: number) => ({ partitionIndex, committedOffset: 5, committedMetadata: null });
      const { topics } = await client.request(apis.offsetCommit, 7, {
        groupId: group,
        generationIdOrMemberEpoch: -1,
        memberId: '',
        topics: [
          { name: topic, partitions: [partition(0), partition(2)] },
          { name: kafka.unique('missing'), partitions: [partition(0)] },
        ],
      });
      const codes = topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, errorCode: code }) => [name === topic, partitionIndex, code]),
      );
      expect(codes.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
        [false, 0, unknownTopicOrPartition],
        [true, 0, none],
        [true, 2, unknownTopicOrPartition],
      ]);
      expect(await stored()).toMatchObject({ committedOffset: 5 });
    });

    it('is for members of the current generation, while there are any', async () => {
      const { client, group, commit, stored } = await start();
      expect(await commit(5)).toBe(none);
      const { id: memberId, generationId } = await GroupMember.startGroup(client, group);
      expect(await commit(7, { memberId, generationId })).toBe(none);
      expect(await commit(9, { memberId, generationId: generationId + 1 })).toBe(illegalGeneration);
      expect(await commit(9, { memberId })).toBe(illegalGeneration);
      expect(await commit(9, { memberId: 'stranger', generationId })).toBe(unknownMemberId);
      expect(await commit(9, { generationId })).toBe(unknownMemberId);
      expect(await commit(9, { memberId, generationId, groupInstanceId: 'nobody' })).toBe(unknownMemberId);
      expect(await commit(9)).toBe(unknownMemberId);
      expect(await stored()).toMatchObject({ committedOffset: 7 });
    });

    it('is not for members whose leader is assigning', async () => {
      const { client, group, commit } = await start();
      const { id: memberId, generationId } = await GroupMember.join(client, group);
      expect(await commit(5, { memberId, generationId })).toBe(errorCode.rebalanceInProgress);
    });

    it('is not for a static member whose place another has taken', async () => {
      const { client, group, commit } = await start();
      const groupInstanceId = 'scorer-1';
      const before = await GroupMember.startGroup(client, group, { groupInstanceId });
      const after = await GroupMember.join(client, group, { groupInstanceId });
      const { generationId } = after;
      const { fencedInstanceId } = errorCode;
      expect(await commit(5, { memberId: before.id, generationId, groupInstanceId })).toBe(fencedInstanceId);
      expect(await commit(5, { memberId: after.id, generationId, groupInstanceId })).toBe(none);
    });

    it('is of no generation in a group that has no members', async () => {
      const { commit } = await start();
      expect(await commit(5, { generationId: 1, memberId: 'stranger' })).toBe(illegalGeneration);
      expect(await commit(5, { generationId: 1 })).toBe(illegalGeneration);
      expect(await commit(5, { memberId: 'stranger' })).toBe(none);
      expect(await commit(5, { groupInstanceId: 'nobody' })).toBe(none);
      expect(await commit(5, { generationId: 1, memberId: 'stranger' })).toBe(unknownMemberId);
    });

    it('makes a group even without a name', async () => {
      const { client, topic } = await start();
      expect(await commitOffset(client, '', topic, 5)).toBe(none);
      expect(await committedOffset(client, '', topic)).toMatchObject({ errorCode: none, committedOffset: 5 });
    });
  });

  describe('OffsetFetch', () => {
    const nothing = { committedOffset: -1, metadata: '', errorCode: none };

    it.each([1, 2, 3, 4, 5, 6, 7])(
      'gives the offsets of a group, -1 where it has none, in version %i',
      async (version) => {
        const { client, topic, group, commit } = await start();
        await commit(5);
        const missing = kafka.unique('missing');
        const answer = await client.request(apis.offsetFetch, version, {
          groupId: group,
          topics: [
            { name: topic, partitionIndexes: [0, 1, 9] },
            { name: missing, partitionIndexes: [0] },
          ],
        });
        expect(answer.errorCode).toBe(none);
        expect(answer.topics).toMatchObject([
          {
            name: topic,
            partitions: [
              { partitionIndex: 0, committedOffset: 5, metadata: 'm', errorCode: none },
              { ...nothing, partitionIndex: 1 },
              { ...nothing, partitionIndex: 9 },
            ],
          },
          { name: missing, partitions: [{ ...nothing, partitionIndex: 0 }] },
        ]);
      },
    );

    it.each([2, 5, 7])('gives all that a group has, in version %i', async (version) => {
      const { client, topic, group, commit } = await start();
      const ask = async (topics: [] | null) =>
        (await client.request(apis.offsetFetch, version, { groupId: group, topics })).topics;
      expect(await ask(null)).toEqual([]);
      await commit(5);
      await commit(6, { partition: 1 });
      const [all, ...more] = await ask(null);
      expect([all?.name, more]).toEqual([topic, []]);
      expect(all?.partitions.map((one) => [one.partitionIndex, one.committedOffset]).toSorted()).toEqual([
        [0, 5],
        [1, 6],
      ]);
      expect(await ask([])).toEqual([]);
    });

    it.each([8, 9])('answers for several groups, in version %i', async (version) => {
      const { client, topic, group, commit } = await start();
      const [empty, nobody] = [await newGroup(kafka, client), await newGroup(kafka, client)];
      await commit(5);
      const answer = await client.request(apis.offsetFetch, version, {
        groups: [
          { groupId: group, topics: null },
          { groupId: empty, topics: null },
          { groupId: nobody, topics: [{ name: topic, partitionIndexes: [0] }] },
        ],
      });
      const of = (groupId: string) => answer.groups.find((one) => one.groupId === groupId);
      const partition = { partitionIndex: 0, committedLeaderEpoch: -1, metadata: 'm', errorCode: none };
      expect(answer.groups).toHaveLength(3);
      expect(of(group)).toEqual({
        groupId: group,
        errorCode: none,
        topics: [{ name: topic, partitions: [{ ...partition, committedOffset: 5 }] }],
      });
      expect(of(empty)).toEqual({ groupId: empty, errorCode: none, topics: [] });
      expect(of(nobody)?.topics).toEqual([
        { name: topic, partitions: [{ ...partition, committedOffset: -1, metadata: '' }] },
      ]);
    });

    it('gives nothing of a topic that is deleted', async () => {
      const { client, topic, group, commit } = await start();
      const other = await createTopic(kafka, client);
      await commit(5);
      await commitOffset(client, group, other, 6);
      await client.request(apis.deleteTopics, 3, { topicNames: [topic], timeoutMs: 10_000 });
      await eventually(async () => {
        const { topics } = await client.request(apis.offsetFetch, 5, { groupId: group, topics: null });
        expect(topics.map(({ name }) => name)).toEqual([other]);
      });
    });
  });

  describe('OffsetDelete', () => {
    const startWithOffset = async () => {
      const started = await start();
      const { client, topic, group, commit } = started;
      expect(await commit(5)).toBe(none);
      const remove = async ({ groupId = group, name = topic, partitions = [0] } = {}) => {
        const wanted = partitions.map((partitionIndex) => ({ partitionIndex }));
        const answer = await client.request(apis.offsetDelete, 0, { groupId, topics: [{ name, partitions: wanted }] });
        const codes = answer.topics[0]?.partitions.map((one) => [one.partitionIndex, one.errorCode]).toSorted();
        return { code: answer.errorCode, codes };
      };
      return { ...started, remove };
    };

    it('forgets the offsets of a group without members', async () => {
      const { stored, remove } = await startWithOffset();
      expect(await remove({ partitions: [0, 1, 2] })).toEqual({
        code: none,
        codes: [
          [0, none],
          [1, none],
          [2, unknownTopicOrPartition],
        ],
      });
      expect(await stored()).toMatchObject({ committedOffset: -1 });
    });

    it('knows no group without a name, and none that nobody has heard of', async () => {
      const { client, remove } = await startWithOffset();
      expect((await remove({ groupId: '' })).code).toBe(errorCode.invalidGroupId);
      expect((await remove({ groupId: await newGroup(kafka, client) })).code).toBe(errorCode.groupIdNotFound);
    });

    it('leaves the offsets of topics that a member consumes', async () => {
      const { client, topic, group, remove, stored } = await startWithOffset();
      const other = await createTopic(kafka, client);
      await commitOffset(client, group, other, 6);
      await GroupMember.startGroup(client, group, { protocols: { range: subscriptionTo(topic) } });
      expect((await remove()).codes).toEqual([[0, errorCode.groupSubscribedToTopic]]);
      expect((await remove({ name: other })).codes).toEqual([[0, none]]);
      expect(await stored()).toMatchObject({ committedOffset: 5 });
      expect(await committedOffset(client, group, other)).toMatchObject({ committedOffset: -1 });
    });

    it('leaves all offsets where a member does not say what it consumes', async () => {
      const { client, group, remove } = await startWithOffset();
      await GroupMember.startGroup(client, group, { protocols: { range: '?' } });
      expect((await remove()).codes).toEqual([[0, errorCode.groupSubscribedToTopic]]);
    });

    it('leaves all offsets of a group whose members are no consumers', async () => {
      const { client, group, remove, stored } = await startWithOffset();
      await GroupMember.startGroup(client, group, { protocolType: 'connect' });
      expect(await remove()).toEqual({ code: errorCode.nonEmptyGroup, codes: undefined });
      expect(await stored()).toMatchObject({ committedOffset: 5 });
    });
  });
}
