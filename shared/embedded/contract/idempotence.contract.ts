import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest } from '#shared/testing';
import { apis, buildBatch, errorCode } from '#shared/wire';
import {
  connectTo,
  createTopic,
  fetchPartition,
  listOffset,
  produceBatch,
  recordsOf,
  valuesIn,
  whenReady,
} from './ask.contract.js';

/** A client and a topic, and an idempotent producer of batches of two records by their sequence numbers. */
async function startProducer(kafka: KafkaUnderTest) {
  const client = await connectTo(kafka);
  const topic = await createTopic(kafka, client);
  const ask = () => client.request(apis.initProducerId, 4, { transactionalId: null, transactionTimeoutMs: 60_000 });
  const { producerId } = await whenReady(ask);
  const produce = (baseSequence: number, { producerEpoch = 0, id = producerId, values = ['a', 'b'] } = {}) =>
    produceBatch(client, topic, buildBatch(recordsOf(...values), { producerId: id, producerEpoch, baseSequence }));
  return { client, topic, producerId, newProducerId: async () => (await whenReady(ask)).producerId, produce };
}

/** What idempotent producers can rely on (KIP-98). */
export function specifyIdempotence(kafka: KafkaUnderTest): void {
  describe('an idempotent producer', () => {
    it.each([0, 1, 2, 3, 4])('is given an id that nobody else has, in version %i', async (version) => {
      const client = await connectTo(kafka);
      const ask = () =>
        whenReady(() =>
          client.request(apis.initProducerId, version, { transactionalId: null, transactionTimeoutMs: 60_000 }),
        );
      const first = await ask();
      expect(first).toMatchObject({ errorCode: errorCode.none, producerEpoch: 0 });
      expect((await ask()).producerId).not.toBe(first.producerId);
    });

    it('may repeat any of its last five batches: they are acknowledged where they are, and not written again', async () => {
      const { client, topic, produce } = await startProducer(kafka);
      for (const i of [0, 1, 2, 3, 4, 5]) {
        expect(await produce(i * 2)).toMatchObject({ errorCode: 0, baseOffset: i * 2 });
      }
      for (const i of [1, 2, 3, 4, 5]) {
        expect(await produce(i * 2)).toMatchObject({ errorCode: 0, baseOffset: i * 2 });
      }
      expect((await listOffset(client, topic, -1)).offset).toBe(12);
      expect(await produce(12)).toMatchObject({ errorCode: 0, baseOffset: 12 });
    });

    it('is refused a gap, a batch before its last five, and one that overlaps', async () => {
      const { client, topic, produce } = await startProducer(kafka);
      for (const i of [0, 1, 2, 3, 4, 5]) await produce(i * 2);
      expect((await produce(14)).errorCode).toBe(errorCode.outOfOrderSequenceNumber);
      expect((await produce(0)).errorCode).toBe(errorCode.outOfOrderSequenceNumber);
      expect((await produce(11)).errorCode).toBe(errorCode.outOfOrderSequenceNumber);
      expect((await listOffset(client, topic, -1)).offset).toBe(12);
    });

    it('may begin anywhere where nothing is known of it', async () => {
      const { produce } = await startProducer(kafka);
      expect(await produce(40)).toMatchObject({ errorCode: 0, baseOffset: 0 });
      expect(await produce(42)).toMatchObject({ errorCode: 0, baseOffset: 2 });
    });

    it('begins at 0 in a new epoch, and is fenced in its old one', async () => {
      const { produce } = await startProducer(kafka);
      await produce(0);
      expect((await produce(2, { producerEpoch: 1 })).errorCode).toBe(errorCode.outOfOrderSequenceNumber);
      expect(await produce(0, { producerEpoch: 1 })).toMatchObject({ errorCode: 0, baseOffset: 2 });
      expect((await produce(2, { producerEpoch: 0 })).errorCode).toBe(errorCode.invalidProducerEpoch);
      expect((await produce(0, { producerEpoch: 0 })).errorCode).toBe(errorCode.invalidProducerEpoch);
    });

    it('counts past 2^31 - 1 to 0, between two batches and within one', async () => {
      const { produce, newProducerId } = await startProducer(kafka);
      await produce(2 ** 31 - 2);
      expect(await produce(0)).toMatchObject({ errorCode: 0, baseOffset: 2 });
      const id = await newProducerId();
      await produce(2 ** 31 - 1, { id });
      expect(await produce(1, { id })).toMatchObject({ errorCode: 0, baseOffset: 6 });
      expect(await produce(2 ** 31 - 1, { id })).toMatchObject({ errorCode: 0, baseOffset: 4 });
    });

    it('does not hinder another', async () => {
      const { client, topic, produce, newProducerId } = await startProducer(kafka);
      const id = await newProducerId();
      await produce(0, { values: ['mine'] });
      await produce(0, { values: ['other'], id });
      await produce(1, { values: ['mine too'] });
      expect(valuesIn((await fetchPartition(client, topic)).records)).toEqual(['0:mine', '1:other', '2:mine too']);
    });
  });
}
