import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest } from '#shared/testing';
import { apis, errorCode } from '#shared/wire';
import { createTopic, listOffset } from './ask.contract.js';
import { newTransactionalId, TransactionalProducer } from './ask-transactions.contract.js';

const startWithTopic = async (kafka: KafkaUnderTest, { partitions = 1 } = {}) => {
  const producer = await TransactionalProducer.start(kafka);
  return { producer, client: producer.client, topic: await createTopic(kafka, producer.client, { partitions }) };
};

/** What may be done in a transaction, and how one ends. */
export function specifyTransactionCourse(kafka: KafkaUnderTest): void {
  describe('a transaction', () => {
    it.each([true, false])('that has not begun can not be ended (commit: %s)', async (committed) => {
      const { producer } = await startWithTopic(kafka);
      expect(await producer.end(committed)).toBe(errorCode.invalidTxnState);
    });

    it.each([true, false])('may be ended twice the same way, and no other (commit: %s)', async (committed) => {
      const { producer, client, topic } = await startWithTopic(kafka);
      await producer.write(topic, 0, 'a');
      await producer.finish(committed);
      expect(await producer.end(committed)).toBe(errorCode.none);
      expect(await producer.end(!committed)).toBe(errorCode.invalidTxnState);
      expect((await listOffset(client, topic, -1)).offset).toBe(2);
    });

    it('may be ended without a record in it', async () => {
      const { producer, client, topic } = await startWithTopic(kafka);
      expect(await producer.add({ [topic]: [0] })).toEqual([errorCode.none]);
      await producer.finish(true);
      expect((await listOffset(client, topic, -1)).offset).toBe(1);
    });

    it('takes partitions twice, and none at all when one of them is not there', async () => {
      const { producer, topic } = await startWithTopic(kafka, { partitions: 2 });
      const missing = kafka.unique('missing');
      const answered = await producer.add({ [topic]: [0, 1], [missing]: [0] });
      const { operationNotAttempted, unknownTopicOrPartition } = errorCode;
      expect(answered).toEqual([operationNotAttempted, operationNotAttempted, unknownTopicOrPartition]);
      expect(await producer.add({ [topic]: [0, 2] })).toEqual([operationNotAttempted, unknownTopicOrPartition]);
      expect((await producer.describe())?.transactionState).toBe('Empty');
      expect(await producer.add({ [topic]: [0] })).toEqual([errorCode.none]);
      expect(await producer.add({ [topic]: [0, 1] })).toEqual([errorCode.none, errorCode.none]);
      await producer.finish(true);
    });

    it.each([
      { version: 3, code: errorCode.invalidTxnState },
      { version: 10, code: errorCode.invalidTxnState },
      { version: 11, code: errorCode.abortableTransaction },
    ])(
      'has no records in partitions that were not added to it, in Produce version $version',
      async ({ version, code }) => {
        const { producer, client, topic } = await startWithTopic(kafka, { partitions: 2 });
        expect((await producer.produce(topic, 0, ['a'], { version })).errorCode).toBe(code);
        expect(await producer.add({ [topic]: [0] })).toEqual([errorCode.none]);
        expect((await producer.produce(topic, 0, ['a'], { version })).errorCode).toBe(errorCode.none);
        expect((await producer.produce(topic, 0, ['a'], { version, partition: 1 })).errorCode).toBe(code);
        await producer.finish(true);
        expect((await producer.produce(topic, 1, ['b'], { version })).errorCode).toBe(code);
        expect((await listOffset(client, topic, -1)).offset).toBe(2);
        expect((await listOffset(client, topic, -1, { partition: 1 })).offset).toBe(0);
      },
    );

    it('has no records that do not belong to it between its own', async () => {
      const { producer, topic } = await startWithTopic(kafka);
      await producer.write(topic, 0, 'a');
      const plain = { transactional: false, transactionalId: null };
      expect((await producer.produce(topic, 1, ['b'], plain)).errorCode).toBe(errorCode.invalidTxnState);
      await producer.finish(true);
      expect((await producer.produce(topic, 1, ['b'], plain)).errorCode).toBe(errorCode.none);
    });

    it('has no records of requests that name no transactional id, or another', async () => {
      const { producer, topic } = await startWithTopic(kafka);
      expect(await producer.add({ [topic]: [0] })).toEqual([errorCode.none]);
      const unnamed = await producer.produce(topic, 0, ['a'], { transactionalId: null });
      expect(unnamed.errorCode).toBe(errorCode.transactionalIdAuthorizationFailed);
      const other = await producer.produce(topic, 0, ['a'], { transactionalId: newTransactionalId(kafka) });
      expect(other.errorCode).toBe(errorCode.invalidProducerIdMapping);
      await producer.finish(false);
    });

    it('goes on with the sequence of the one before, also of one that was aborted', async () => {
      const { producer, topic } = await startWithTopic(kafka);
      await producer.write(topic, 0, 'a', 'b');
      await producer.finish(false);
      expect(await producer.add({ [topic]: [0] })).toEqual([errorCode.none]);
      expect((await producer.produce(topic, 3, ['c'])).errorCode).toBe(errorCode.outOfOrderSequenceNumber);
      expect(await producer.produce(topic, 2, ['c'])).toMatchObject({ errorCode: errorCode.none, baseOffset: 3 });
      expect(await producer.produce(topic, 2, ['c'])).toMatchObject({ errorCode: errorCode.none, baseOffset: 3 });
      await producer.finish(true);
    });
  });

  describe('what is told of transactions (KIP-664)', () => {
    it('of an id: its state, its producer, how long it may take, when it began, and where it writes', async () => {
      const { producer, topic } = await startWithTopic(kafka, { partitions: 2 });
      const { id: transactionalId, producerId, producerEpoch } = producer;
      const always = {
        errorCode: errorCode.none,
        transactionalId,
        producerId,
        producerEpoch,
        transactionTimeoutMs: 60_000,
      };
      const empty = { ...always, transactionState: 'Empty', transactionStartTimeMs: -1, topics: [] };
      expect(await producer.describe()).toEqual(empty);
      const before = Date.now();
      await producer.add({ [topic]: [1, 0] });
      const ongoing = await producer.describe();
      expect(ongoing).toMatchObject({ ...always, transactionState: 'Ongoing', topics: [{ topic }] });
      expect(ongoing?.topics[0]?.partitions.toSorted()).toEqual([0, 1]);
      expect(ongoing?.transactionStartTimeMs).toBeGreaterThanOrEqual(before);
      await producer.finish(true);
      const { transactionStartTimeMs } = ongoing ?? {};
      expect(await producer.describe()).toEqual({
        ...always,
        transactionState: 'CompleteCommit',
        transactionStartTimeMs,
        topics: [],
      });
      await producer.next();
      expect(await producer.describe()).toEqual({ ...empty, producerEpoch: producerEpoch + 1 });
    });

    it('of an id that nobody knows', async () => {
      const { producer } = await startWithTopic(kafka);
      const unknown = await producer.as({ id: newTransactionalId(kafka) }).describe();
      expect(unknown).toMatchObject({ errorCode: errorCode.transactionalIdNotFound, transactionState: '' });
    });

    it('of all, or of some states, producers and durations', async () => {
      const { producer, client, topic } = await startWithTopic(kafka);
      const { id: transactionalId, producerId } = producer;
      const other = await TransactionalProducer.start(kafka);
      await producer.write(topic, 0, 'a');
      const list = async (
        request: Partial<Record<'stateFilters', string[]> & Record<'producerIdFilters', number[]>>,
        durationFilter = -1,
      ) => {
        const answer = await client.request(apis.listTransactions, 1, {
          stateFilters: [],
          producerIdFilters: [],
          durationFilter,
          ...request,
        });
        const own = answer.transactionStates.filter((one) => [transactionalId, other.id].includes(one.transactionalId));
        return { own: own.toSorted((a, b) => a.producerId - b.producerId), unknown: answer.unknownStateFilters };
      };
      const ongoing = { transactionalId, producerId, transactionState: 'Ongoing' };
      const empty = { transactionalId: other.id, producerId: other.producerId, transactionState: 'Empty' };
      const both = [ongoing, empty].toSorted((a, b) => a.producerId - b.producerId);
      expect(await list({})).toEqual({ own: both, unknown: [] });
      expect(await list({ stateFilters: ['Ongoing', 'Asleep'] })).toEqual({ own: [ongoing], unknown: ['Asleep'] });
      expect(await list({ stateFilters: ['Asleep'] })).toEqual({ own: [], unknown: ['Asleep'] });
      expect(await list({ producerIdFilters: [other.producerId] })).toEqual({ own: [empty], unknown: [] });
      expect((await list({ stateFilters: ['Ongoing'] }, 600_000)).own).toEqual([]);
      await producer.finish(false);
      expect((await list({ stateFilters: ['CompleteAbort'] })).own).toEqual([
        { transactionalId, producerId, transactionState: 'CompleteAbort' },
      ]);
    });

    it('of the producers of a partition: what they wrote last, and where their transaction begins', async () => {
      const { producer, client, topic } = await startWithTopic(kafka);
      const { producerId, producerEpoch } = producer;
      const ask = async (name: string, partition: number) => {
        const { topics } = await client.request(apis.describeProducers, 0, {
          topics: [{ name, partitionIndexes: [partition] }],
        });
        return topics[0]?.partitions[0];
      };
      expect(await ask(topic, 0)).toMatchObject({ errorCode: errorCode.none, activeProducers: [] });
      expect((await ask(topic, 1))?.errorCode).toBe(errorCode.unknownTopicOrPartition);
      expect((await ask(kafka.unique('missing'), 0))?.errorCode).toBe(errorCode.unknownTopicOrPartition);
      await producer.write(topic, 0, 'a', 'b');
      const always = { producerId, producerEpoch, lastSequence: 1, lastTimestamp: expect.any(Number) };
      expect((await ask(topic, 0))?.activeProducers).toEqual([
        { ...always, coordinatorEpoch: -1, currentTxnStartOffset: 0 },
      ]);
      await producer.finish(true);
      expect((await ask(topic, 0))?.activeProducers).toEqual([
        { ...always, coordinatorEpoch: 0, currentTxnStartOffset: -1 },
      ]);
    });
  });
}
