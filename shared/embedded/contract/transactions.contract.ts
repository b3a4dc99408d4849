import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest } from '#shared/testing';
import { apis, errorCode } from '#shared/wire';
import { connectTo, createTopic, eventually } from './ask.contract.js';
import {
  askForProducer,
  awaitCoordinator,
  newTransactionalId,
  TransactionalProducer,
} from './ask-transactions.contract.js';

/** Who may write under a transactional id, and how its transactions begin and end. */
export function specifyTransactions(kafka: KafkaUnderTest): void {
  const start = (options?: Parameters<typeof TransactionalProducer.start>[1]) =>
    TransactionalProducer.start(kafka, options);

  describe('InitProducerId', () => {
    it('gives each transactional id a producer id of its own, and its next producer the next epoch', async () => {
      const [one, other] = [await start(), await start()];
      expect(one.producerId).not.toBe(other.producerId);
      const next = await one.next();
      expect([one.producerEpoch, next.producerId, next.producerEpoch]).toEqual([0, one.producerId, 1]);
    });

    it.each([0, 1, 2, 3, 4])('is answered in version %i', async (version) => {
      const client = await connectTo(kafka);
      const answer = await askForProducer(client, newTransactionalId(kafka), { version });
      expect(answer).toMatchObject({ errorCode: errorCode.none, producerEpoch: 0 });
    });

    it.each([0, -1, 900_001])('refuses a time-out of %i ms', async (timeoutMs) => {
      const client = await connectTo(kafka);
      const answer = await askForProducer(client, newTransactionalId(kafka), { timeoutMs });
      expect(answer).toMatchObject({
        errorCode: errorCode.invalidTransactionTimeout,
        producerId: -1,
        producerEpoch: -1,
      });
    });

    it('takes the longest time-out, and asks for none without a transactional id', async () => {
      const client = await connectTo(kafka);
      const longest = await askForProducer(client, newTransactionalId(kafka), { timeoutMs: 900_000 });
      expect(longest.errorCode).toBe(errorCode.none);
      expect((await askForProducer(client, null, { timeoutMs: -5 })).errorCode).toBe(errorCode.none);
    });

    it('refuses an empty transactional id, and half of a producer', async () => {
      const client = await connectTo(kafka);
      const id = newTransactionalId(kafka);
      expect((await askForProducer(client, '')).errorCode).toBe(errorCode.invalidRequest);
      expect((await askForProducer(client, id, { producerId: 5 })).errorCode).toBe(errorCode.invalidRequest);
      expect((await askForProducer(client, id, { producerEpoch: 5 })).errorCode).toBe(errorCode.invalidRequest);
    });

    it('gives a producer that names itself the next epoch, the same one if it asks again (KIP-360)', async () => {
      const { client, id, producerId } = await start();
      const ask = (producerEpoch: number) => askForProducer(client, id, { producerId, producerEpoch });
      expect(await ask(0)).toMatchObject({ errorCode: 0, producerId, producerEpoch: 1 });
      expect(await ask(0)).toMatchObject({ errorCode: 0, producerId, producerEpoch: 1 });
      expect(await ask(1)).toMatchObject({ errorCode: 0, producerId, producerEpoch: 2 });
    });

    it.each([
      { version: 3, code: errorCode.invalidProducerEpoch },
      { version: 4, code: errorCode.producerFenced },
    ])('refuses a producer after which another has begun, in version $version', async ({ version, code }) => {
      const producer = await start();
      const { client, id, producerId } = producer;
      await producer.next();
      const stale = await askForProducer(client, id, { version, producerId, producerEpoch: 0 });
      expect(stale).toMatchObject({ errorCode: code, producerId: -1, producerEpoch: -1 });
      const future = await askForProducer(client, id, { version, producerId, producerEpoch: 7 });
      expect(future.errorCode).toBe(code);
      const other = await askForProducer(client, id, { version, producerId: producerId + 1_000_000, producerEpoch: 1 });
      expect(other.errorCode).toBe(code);
    });

    it('gives a producer that names itself under a new transactional id another producer id', async () => {
      const { client, producerId } = await start();
      const answer = await askForProducer(client, newTransactionalId(kafka), { producerId, producerEpoch: 0 });
      expect(answer).toMatchObject({ errorCode: 0, producerEpoch: 0 });
      expect(answer.producerId).not.toBe(producerId);
    });

    it('aborts what the producer before has left open, and shuts it out', async () => {
      const producer = await start();
      const topic = await createTopic(kafka, producer.client);
      await producer.write(topic, 0, 'a');
      const next = await producer.next();
      // The abort itself takes an epoch.
      expect(next.producerEpoch).toBe(producer.producerEpoch + 2);
      expect(await producer.end(true)).toBe(errorCode.producerFenced);
      expect((await producer.produce(topic, 1, ['b'])).errorCode).toBe(errorCode.invalidProducerEpoch);
      expect(await next.describe()).toMatchObject({ transactionState: 'Empty', topics: [] });
    });
  });

  describe('A producer that another has shut out', () => {
    it.each([
      { version: 1, code: errorCode.invalidProducerEpoch },
      { version: 2, code: errorCode.producerFenced },
      { version: 3, code: errorCode.producerFenced },
    ])('is told so in version $version', async ({ version, code }) => {
      const producer = await start();
      const topic = await createTopic(kafka, producer.client);
      await producer.next();
      expect(await producer.add({ [topic]: [0] }, version)).toEqual([code]);
      expect(await producer.addGroup(kafka.unique('group'), version)).toBe(code);
      expect(await producer.end(true, version)).toBe(code);
    });
  });

  describe('A producer that claims what is not so', () => {
    it('is refused: another producer id, an id that nobody has, no id, an epoch to come', async () => {
      const producer = await start();
      const topic = await createTopic(kafka, producer.client);
      const claims = [
        { claim: { producerId: producer.producerId + 1_000_000 }, code: errorCode.invalidProducerIdMapping },
        { claim: { id: newTransactionalId(kafka) }, code: errorCode.invalidProducerIdMapping },
        { claim: { id: '' }, code: errorCode.invalidRequest },
        { claim: { producerEpoch: 9 }, code: errorCode.producerFenced },
      ];
      for (const { claim, code } of claims) {
        const liar = producer.as(claim);
        expect(await liar.add({ [topic]: [0] })).toEqual([code]);
        expect(await liar.end(true)).toBe(code);
      }
    });
  });

  describe('EndTxn', () => {
    it.each([0, 1, 2, 3, 4])('is answered in version %i', async (version) => {
      const producer = await start();
      const topic = await createTopic(kafka, producer.client);
      await producer.write(topic, 0, 'a');
      expect(await producer.end(true, version)).toBe(errorCode.none);
    });
  });

  describe('A transaction whose time is over', () => {
    it('is aborted, and its producer shut out until it begins again', async () => {
      const producer = await start({ timeoutMs: 300 });
      const topic = await createTopic(kafka, producer.client);
      await producer.write(topic, 0, 'late');
      const { producerId, producerEpoch, id, client } = producer;
      await eventually(async () =>
        expect(await producer.describe()).toMatchObject({
          transactionState: 'CompleteAbort',
          producerEpoch: producerEpoch + 1,
          topics: [],
        }),
      );
      expect(await producer.end(true, 1)).toBe(errorCode.invalidProducerEpoch);
      expect(await producer.end(true)).toBe(errorCode.producerFenced);
      expect(await producer.add({ [topic]: [0] })).toEqual([errorCode.producerFenced]);
      expect((await producer.produce(topic, 1, ['b'])).errorCode).toBe(errorCode.invalidProducerEpoch);
      const again = await askForProducer(client, id, { producerId, producerEpoch });
      expect(again).toMatchObject({ errorCode: errorCode.none, producerId, producerEpoch: producerEpoch + 1 });
    });
  });

  describe('FindCoordinator', () => {
    it('finds the coordinator of a transactional id', async () => {
      const client = await connectTo(kafka);
      const [id, other] = [newTransactionalId(kafka), newTransactionalId(kafka)];
      const { host, port, nodeId } = await awaitCoordinator(client, id, 1);
      expect(kafka.brokers).toBe(`${host}:${port}`);
      const { coordinators } = await client.request(apis.findCoordinator, 4, {
        keyType: 1,
        coordinatorKeys: [id, other],
      });
      expect(coordinators).toMatchObject([id, other].map((key) => ({ key, errorCode: 0, host, port, nodeId })));
    });

    it('refuses a kind of coordinator that does not exist', async () => {
      const client = await connectTo(kafka);
      const answer = await client.request(apis.findCoordinator, 3, { key: 'x', keyType: 7 });
      expect(answer.errorCode).toBe(errorCode.invalidRequest);
    });
  });

  describe('DescribeTransactions and ListTransactions', () => {
    it('know no empty transactional id', async () => {
      const producer = await start();
      expect(await producer.as({ id: '' }).describe()).toMatchObject({ errorCode: errorCode.invalidRequest });
    });

    it('list an id without a transaction among those that last long', async () => {
      const [open, idle] = [await start(), await start()];
      const topic = await createTopic(kafka, open.client);
      await open.write(topic, 0, 'a');
      const { transactionStates } = await open.client.request(apis.listTransactions, 1, {
        stateFilters: [],
        producerIdFilters: [open.producerId, idle.producerId],
        durationFilter: 600_000,
      });
      expect(transactionStates).toEqual([
        { transactionalId: idle.id, producerId: idle.producerId, transactionState: 'Empty' },
      ]);
    });
  });
}
