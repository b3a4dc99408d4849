import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest } from '#shared/testing';
import { attribute, errorCode } from '#shared/wire';
import { connectTo, createTopic, fetchPartition, listOffset, produceValues, valuesIn } from './ask.contract.js';
import {
  readAll,
  readCommitted,
  readUncommitted,
  shownValues,
  TransactionalProducer,
} from './ask-transactions.contract.js';

const latest = -1;
const earliest = -2;
const maxTimestamp = -3;

/** What readers get of transactions that are open, committed and aborted (KIP-98). */
export function specifyTransactionReading(kafka: KafkaUnderTest): void {
  const start = async () => {
    const producer = await TransactionalProducer.start(kafka);
    return { producer, client: producer.client, topic: await createTopic(kafka, producer.client) };
  };
  const startTwo = async () => ({ ...(await start()), other: await TransactionalProducer.start(kafka) });

  describe('an open transaction', () => {
    it('holds back whoever reads committed records, and nobody else', async () => {
      const { producer, client, topic } = await start();
      await produceValues(client, topic, 'before');
      await producer.write(topic, 0, 'a', 'b');
      await produceValues(client, topic, 'after');
      const committed = await readAll(client, topic, readCommitted);
      expect(committed).toMatchObject({ highWatermark: 4, lastStableOffset: 1, errorCode: errorCode.none });
      expect([shownValues(committed), committed.aborted]).toEqual([['before'], []]);
      const all = await readAll(client, topic, readUncommitted);
      expect(all).toMatchObject({ highWatermark: 4, lastStableOffset: 1, abortedTransactions: null });
      expect(shownValues(all)).toEqual(['before', 'a', 'b', 'after']);
      await producer.finish(true);
      expect(shownValues(await readAll(client, topic, readCommitted))).toEqual(['before', 'a', 'b', 'after']);
    });

    it('holds back from its first record on, not from when it began', async () => {
      const { producer, client, topic } = await start();
      await producer.add({ [topic]: [0] });
      await produceValues(client, topic, 'plain');
      expect(shownValues(await readAll(client, topic, readCommitted))).toEqual(['plain']);
      await producer.finish(false);
    });

    it('ends what ListOffsets tells readers of committed records', async () => {
      const { producer, client, topic } = await start();
      await produceValues(client, topic, 'before');
      const firstTime = 1_000;
      await producer.write(topic, 0, 'a');
      const ask = (timestamp: number, isolationLevel: number) =>
        listOffset(client, topic, timestamp, { isolationLevel });
      expect((await ask(latest, readCommitted)).offset).toBe(1);
      expect((await ask(latest, readUncommitted)).offset).toBe(2);
      expect((await ask(earliest, readCommitted)).offset).toBe(0);
      expect((await ask(firstTime, readCommitted)).offset).toBe(0);
      expect(await ask(firstTime + 1, readCommitted)).toMatchObject({ errorCode: 0, offset: -1, timestamp: -1 });
      expect((await ask(firstTime + 1, readUncommitted)).offset).toBe(1);
      expect(await ask(maxTimestamp, readCommitted)).toMatchObject({ errorCode: 0, offset: -1, timestamp: -1 });
      expect((await ask(maxTimestamp, readUncommitted)).offset).toBe(1);
      await producer.finish(true);
      expect((await ask(latest, readCommitted)).offset).toBe(3);
    });

    it('lets go of a reader that waits when it ends', async () => {
      const { producer, topic } = await start();
      const reader = await connectTo(kafka);
      await producer.write(topic, 0, 'a');
      const waiting = fetchPartition(reader, topic, { isolationLevel: readCommitted, maxWaitMs: 20_000 });
      await producer.finish(true);
      const [first] = valuesIn((await waiting).records);
      expect(first).toBe('0:a');
    });

    it('is out of reach for whoever asks beyond its end', async () => {
      const { producer, client, topic } = await start();
      await producer.write(topic, 0, 'a', 'b');
      const beyond = await fetchPartition(client, topic, { offset: 3, isolationLevel: readCommitted });
      expect(beyond.errorCode).toBe(errorCode.offsetOutOfRange);
      const within = await fetchPartition(client, topic, { offset: 1, isolationLevel: readCommitted, maxWaitMs: 0 });
      expect([within.errorCode, valuesIn(within.records)]).toEqual([errorCode.none, []]);
      await producer.finish(true);
    });
  });

  describe('the end of a transaction', () => {
    it.each([
      { committed: true, key: '00000001' },
      { committed: false, key: '00000000' },
    ])('is a record in the log, which clients do not show (commit: $committed)', async ({ committed, key }) => {
      const { producer, client, topic } = await start();
      await producer.write(topic, 0, 'a');
      const before = Date.now();
      await producer.finish(committed);
      const { batches, highWatermark } = await readAll(client, topic, readUncommitted);
      expect(highWatermark).toBe(2);
      const marker = batches[1];
      expect(marker?.header).toMatchObject({
        baseOffset: 1,
        lastOffsetDelta: 0,
        recordCount: 1,
        attributes: attribute.transactional | attribute.control,
        producerId: producer.producerId,
        producerEpoch: producer.producerEpoch,
        baseSequence: -1,
        partitionLeaderEpoch: 0,
      });
      const [record] = marker?.records ?? [];
      // Version 0 and the kind of end; version 0 and the epoch of the coordinator.
      expect([record?.key?.toString('hex'), record?.value?.toString('hex')]).toEqual([key, '000000000000']);
      expect(record?.headers).toEqual([]);
      expect(record?.timestamp).toBeGreaterThanOrEqual(before);
      expect(batches[0]?.header.attributes).toBe(attribute.transactional);
    });
  });

  describe('an aborted transaction', () => {
    it('is told to readers of committed records, who get its records all the same', async () => {
      const { producer, client, topic } = await start();
      await producer.write(topic, 0, 'a', 'b');
      await producer.finish(false);
      await producer.write(topic, 2, 'c');
      await producer.finish(true);
      const committed = await readAll(client, topic, readCommitted);
      expect(committed.batches.map(({ header }) => header.baseOffset)).toEqual([0, 2, 3, 4]);
      expect(committed.aborted).toEqual([{ producerId: producer.producerId, firstOffset: 0 }]);
      expect(shownValues(committed)).toEqual(['c']);
      const all = await readAll(client, topic, readUncommitted);
      expect([all.abortedTransactions, shownValues(all)]).toEqual([null, ['a', 'b', 'c']]);
    });

    it('is told up to its end, and to nobody who reads after it', async () => {
      const { producer, client, topic } = await start();
      await producer.write(topic, 0, 'a', 'b');
      await producer.finish(false);
      const aborted = [{ producerId: producer.producerId, firstOffset: 0 }];
      for (const from of [1, 2]) expect((await readAll(client, topic, readCommitted, from)).aborted).toEqual(aborted);
      await produceValues(client, topic, 'plain');
      expect((await readAll(client, topic, readCommitted, 3)).aborted).toEqual([]);
    });

    it('leaves no trace in a partition that it has not written to but its end', async () => {
      const { producer, client, topic } = await start();
      await producer.add({ [topic]: [0] });
      await producer.finish(false);
      const read = await readAll(client, topic, readCommitted);
      expect(read.batches.map(({ header }) => header.baseOffset)).toEqual([0]);
      expect([shownValues(read), read.aborted]).toEqual([[], []]);
    });
  });

  describe('transactions of two producers in one partition', () => {
    it('end by themselves: the oldest open one holds readers back', async () => {
      const { producer, other, client, topic } = await startTwo();
      await producer.write(topic, 0, 'p0');
      await other.write(topic, 0, 'o0');
      await producer.write(topic, 1, 'p1');
      await other.finish(true);
      expect(await readAll(client, topic, readCommitted)).toMatchObject({ highWatermark: 4, lastStableOffset: 0 });
      await producer.finish(false);
      const read = await readAll(client, topic, readCommitted);
      expect(read).toMatchObject({ highWatermark: 5, lastStableOffset: 5 });
      expect(read.aborted).toEqual([{ producerId: producer.producerId, firstOffset: 0 }]);
      expect(shownValues(read)).toEqual(['o0']);
    });

    it('that were aborted are told in the order of their ends', async () => {
      const { producer, other, client, topic } = await startTwo();
      await producer.write(topic, 0, 'p0');
      await other.write(topic, 0, 'o0');
      await other.finish(false);
      await producer.finish(false);
      await producer.write(topic, 1, 'p1');
      await producer.finish(true);
      const answer = await fetchPartition(client, topic, { isolationLevel: readCommitted });
      expect(answer.abortedTransactions).toEqual([
        { producerId: other.producerId, firstOffset: 1 },
        { producerId: producer.producerId, firstOffset: 0 },
      ]);
      expect(shownValues(await readAll(client, topic, readCommitted))).toEqual(['p1']);
    });
  });
}
