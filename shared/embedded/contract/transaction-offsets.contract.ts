import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest } from '#shared/testing';
import { apis, errorCode } from '#shared/wire';
import { createTopic } from './ask.contract.js';
import { commitOffset, committedOffset, GroupMember, newGroup } from './ask-groups.contract.js';
import { TransactionalProducer } from './ask-transactions.contract.js';

/** What holds of offsets that are committed in a transaction (KIP-98, KIP-447). */
export function specifyTransactionOffsets(kafka: KafkaUnderTest): void {
  const start = async () => {
    const producer = await TransactionalProducer.start(kafka);
    const { client } = producer;
    const topic = await createTopic(kafka, client, { partitions: 2 });
    const group = await newGroup(kafka, client);
    const stored = (requireStable = false, partition = 0) =>
      committedOffset(client, group, topic, { requireStable, partition });
    return { producer, client, topic, group, stored };
  };
  const { none, unstableOffsetCommit } = errorCode;

  describe('offsets that are committed in a transaction', () => {
    it('are there when it is committed', async () => {
      const { producer, topic, group, stored } = await start();
      expect(await producer.addGroup(group)).toBe(none);
      expect(await producer.addGroup(group)).toBe(none);
      expect(await producer.commitOffset(group, topic, 5, { metadata: 'five' })).toBe(none);
      expect(await stored()).toMatchObject({ errorCode: none, committedOffset: -1 });
      await producer.finish(true);
      expect(await stored()).toMatchObject({ errorCode: none, committedOffset: 5, metadata: 'five' });
    });

    it('are dropped when it is aborted', async () => {
      const { producer, client, topic, group, stored } = await start();
      expect(await commitOffset(client, group, topic, 3)).toBe(none);
      await producer.addGroup(group);
      await producer.commitOffset(group, topic, 5);
      await producer.finish(false);
      expect(await stored(true)).toMatchObject({ errorCode: none, committedOffset: 3 });
    });

    it('make the offset before them unstable to those who ask for that (KIP-447)', async () => {
      const { producer, client, topic, group, stored } = await start();
      await commitOffset(client, group, topic, 3);
      await producer.addGroup(group);
      await producer.commitOffset(group, topic, 5);
      expect(await stored(false)).toMatchObject({ errorCode: none, committedOffset: 3 });
      const unstable = { errorCode: unstableOffsetCommit, committedOffset: -1, committedLeaderEpoch: -1, metadata: '' };
      expect(await stored(true)).toMatchObject(unstable);
      expect(await stored(true, 1)).toMatchObject({ errorCode: none, committedOffset: -1 });
      const all = await client.request(apis.offsetFetch, 8, {
        groups: [{ groupId: group, topics: null }],
        requireStable: true,
      });
      expect(all.groups[0]?.topics).toMatchObject([{ name: topic, partitions: [unstable] }]);
      await producer.finish(true);
      expect(await stored(true)).toMatchObject({ errorCode: none, committedOffset: 5 });
    });

    it('give way to those that were committed after them, with a transaction or without', async () => {
      const { producer, client, topic, group, stored } = await start();
      const other = await TransactionalProducer.start(kafka);
      await producer.addGroup(group);
      await producer.commitOffset(group, topic, 20);
      expect(await commitOffset(client, group, topic, 30)).toBe(none);
      await producer.finish(true);
      expect(await stored(true)).toMatchObject({ committedOffset: 30 });

      await producer.addGroup(group);
      await producer.commitOffset(group, topic, 40);
      await other.addGroup(group);
      await other.commitOffset(group, topic, 50);
      await other.finish(true);
      expect(await stored()).toMatchObject({ committedOffset: 50 });
      expect(await stored(true)).toMatchObject({ errorCode: unstableOffsetCommit });
      await producer.finish(true);
      expect(await stored(true)).toMatchObject({ errorCode: none, committedOffset: 50 });
    });

    it('are refused where their group is not in the transaction', async () => {
      const { producer, topic, group } = await start();
      expect(await producer.commitOffset(group, topic, 5)).toBe(errorCode.invalidTxnState);
      await producer.add({ [topic]: [0] });
      expect(await producer.end(true)).toBe(none);
    });

    it.each([0, 3, 4])(
      'are refused to a fenced producer, and to one with another id, in version %i',
      async (version) => {
        const { producer, topic, group } = await start();
        const next = await producer.next();
        await next.addGroup(group);
        expect(await producer.commitOffset(group, topic, 5, { version })).toBe(errorCode.invalidProducerEpoch);
        const stranger = next.as({ producerId: 999_999 });
        expect(await stranger.commitOffset(group, topic, 5, { version })).toBe(errorCode.invalidProducerIdMapping);
        expect(await next.commitOffset(group, topic, 5, { version })).toBe(none);
        await next.finish(false);
      },
    );

    it('are refused where the topic is not known, the metadata is too long, or the group has no name', async () => {
      const { producer, topic, group, stored } = await start();
      await producer.addGroup(group);
      expect(await producer.commitOffset(group, kafka.unique('missing'), 5)).toBe(errorCode.unknownTopicOrPartition);
      expect(await producer.commitOffset(group, topic, 5, { partition: 2 })).toBe(errorCode.unknownTopicOrPartition);
      const metadata = 'x'.repeat(4_097);
      expect(await producer.commitOffset(group, topic, 5, { metadata })).toBe(errorCode.offsetMetadataTooLarge);
      expect(await producer.commitOffset('', topic, 5)).toBe(errorCode.invalidGroupId);
      await producer.finish(true);
      expect(await stored()).toMatchObject({ committedOffset: -1 });
    });

    it('make a group, which is empty, and go with it', async () => {
      const { producer, client, topic, group, stored } = await start();
      const groupState = async () =>
        (await client.request(apis.describeGroups, 4, { groups: [group] })).groups[0]?.groupState;
      await producer.addGroup(group);
      expect(await groupState()).toBe('Dead');
      await producer.commitOffset(group, topic, 5);
      expect(await groupState()).toBe('Empty');
      const deleted = await client.request(apis.deleteGroups, 1, { groupsNames: [group] });
      expect(deleted.results).toEqual([{ groupId: group, errorCode: none }]);
      expect(await stored(true)).toMatchObject({ errorCode: none, committedOffset: -1 });
      await producer.finish(true);
      expect(await stored(true)).toMatchObject({ errorCode: none, committedOffset: -1 });
    });

    it('are forgotten when the offsets of their partition are deleted', async () => {
      const { producer, client, topic, group, stored } = await start();
      await producer.addGroup(group);
      await producer.commitOffset(group, topic, 5);
      await producer.commitOffset(group, topic, 6, { partition: 1 });
      await client.request(apis.offsetDelete, 0, {
        groupId: group,
        topics: [{ name: topic, partitions: [{ partitionIndex: 0 }] }],
      });
      expect(await stored(true)).toMatchObject({ errorCode: none, committedOffset: -1 });
      await producer.finish(true);
      expect(await stored(true)).toMatchObject({ committedOffset: -1 });
      expect(await stored(true, 1)).toMatchObject({ committedOffset: 6 });
    });
  });

  describe('a member that commits offsets in a transaction (KIP-447)', () => {
    const startMember = async () => {
      const { producer, client, topic, group } = await start();
      const member = await GroupMember.join(client, group);
      await producer.addGroup(group);
      const commit = (how: Parameters<TransactionalProducer['commitOffset']>[3]) =>
        producer.commitOffset(group, topic, 5, how);
      return { producer, member, commit, generationId: member.generationId, memberId: member.id };
    };

    it('may do so in its generation, also while the leader assigns', async () => {
      const { producer, member, commit, generationId, memberId } = await startMember();
      expect(await commit({ generationId, memberId })).toBe(none);
      await member.assign({ [memberId]: 'all' });
      expect(await commit({ generationId, memberId })).toBe(none);
      await producer.finish(true);
    });

    it('is fenced in any other generation, and if nobody knows it', async () => {
      const { producer, member, commit, generationId, memberId } = await startMember();
      await member.assign({ [memberId]: 'all' });
      const { illegalGeneration, unknownMemberId } = errorCode;
      expect(await commit({ generationId: generationId + 1, memberId })).toBe(illegalGeneration);
      expect(await commit({ memberId })).toBe(illegalGeneration);
      expect(await commit({ generationId, memberId: 'stranger' })).toBe(unknownMemberId);
      expect(await commit({ generationId })).toBe(unknownMemberId);
      expect(await commit({ generationId, memberId, groupInstanceId: 'nobody' })).toBe(unknownMemberId);
      await producer.finish(false);
    });

    it('is fenced by whoever has taken its place', async () => {
      const { producer, topic, client } = await start();
      const group = await newGroup(kafka, client);
      const groupInstanceId = 'scorer-1';
      const member = await GroupMember.join(client, group, { groupInstanceId });
      await member.assign({ [member.id]: 'all' });
      const { generationId } = member;
      await producer.addGroup(group);
      const commit = (memberId: string) =>
        producer.commitOffset(group, topic, 5, { generationId, memberId, groupInstanceId });
      expect(await commit(member.id)).toBe(none);
      expect(await commit('who it was before')).toBe(errorCode.fencedInstanceId);
      await producer.finish(true);
    });

    it.each([0, 2, 3])('need not say who it is, as clients before KIP-447 do not, in version %i', async (version) => {
      const { producer, member, commit, memberId } = await startMember();
      await member.assign({ [memberId]: 'all' });
      expect(await commit({ version })).toBe(none);
      await producer.finish(true);
    });

    it('is of a generation that a group without members does not have', async () => {
      const { producer, topic, group } = await start();
      await producer.addGroup(group);
      const stranger = { generationId: 1, memberId: 'stranger' };
      expect(await producer.commitOffset(group, topic, 5, stranger)).toBe(errorCode.illegalGeneration);
      expect(await producer.commitOffset(group, topic, 5, { memberId: 'stranger' })).toBe(none);
      expect(await producer.commitOffset(group, topic, 5, stranger)).toBe(errorCode.unknownMemberId);
      await producer.finish(false);
    });
  });
}
