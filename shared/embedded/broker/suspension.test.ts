import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import type { WireClient } from '#shared/testing';
import { apis, errorCode } from '#shared/wire';
import { eventually, produceValues, startTestBroker } from './test-broker.js';

process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1';

const topics = [{ name: 't', partitions: 1 }];
const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `v${from + i}`);

async function endOf(client: WireClient): Promise<number | undefined> {
  const { topics: answered } = await client.request(apis.listOffsets, 7, {
    replicaId: -1,
    isolationLevel: 1,
    topics: [{ name: 't', partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1 }] }],
  });
  return answered[0]?.partitions[0]?.offset;
}

describe('a broker that is suspended', () => {
  it('cuts every connection, and each new one', async () => {
    await using test = await startTestBroker({ topics });
    test.broker.suspend(60_000);
    await test.client.closed();
    const next = await test.connect();
    await next.closed();
    expect(test.warnings).toEqual([]);
  });

  it('comes back by itself, on its port, with what it had', async () => {
    await using test = await startTestBroker({ topics });
    await produceValues(test.client, 't', ...numbered(5));
    test.broker.suspend(200);
    await test.client.closed();
    const end = await eventually(async () => {
      const client = await test.connect();
      const closed = client.closed().then(() => Promise.reject(new Error('It is away')));
      return Promise.race([endOf(client), closed]);
    });
    expect(end).toBe(5);
  });

  it('is back before its time where it is told so', async () => {
    await using test = await startTestBroker({ topics });
    test.broker.suspend(60_000);
    test.broker.resume();
    test.broker.resume();
    expect(await endOf(await test.connect())).toBe(0);
  });

  it('ends, and starts again, like any other', async () => {
    await using test = await startTestBroker({ topics });
    test.broker.suspend(60_000);
    await test.broker.close();
    await using another = await startTestBroker({ topics, port: test.broker.port });
    expect(await endOf(another.client)).toBe(0);
  });

  it('lets the time of a transaction run out that nobody could end', async () => {
    await using test = await startTestBroker({ topics });
    const begin = { transactionalId: 'id', transactionTimeoutMs: 100 };
    const { producerId, producerEpoch } = await test.client.request(apis.initProducerId, 4, begin);
    const claim = { transactionalId: 'id', producerId, producerEpoch };
    await test.client.request(apis.addPartitionsToTxn, 3, {
      v3AndBelowTransactionalId: 'id',
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name: 't', partitions: [0] }],
    });
    test.broker.suspend(60_000);
    await test.client.closed();
    await eventually(async () => {
      test.broker.resume();
      const client = await test.connect();
      const { transactionStates } = await client.request(apis.describeTransactions, 0, { transactionalIds: ['id'] });
      test.broker.suspend(60_000);
      expect(transactionStates[0]?.transactionState).toBe('CompleteAbort');
    });
    test.broker.resume();
    const { errorCode: code } = await (await test.connect()).request(apis.endTxn, 3, { ...claim, committed: true });
    expect(code).toBe(errorCode.producerFenced);
  });
});

describe('kafkajs, whose broker is away for a while', () => {
  it('writes each record once, as the same producer, and reads on as a member of its group', async () => {
    await using test = await startTestBroker({ topics });
    const kafka = new Kafka({
      brokers: [test.broker.address],
      clientId: 'test',
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 50, maxRetryTime: 200, retries: 100 },
    });
    const producer = kafka.producer({ idempotent: true });
    const consumer = kafka.consumer({
      groupId: 'g',
      heartbeatInterval: 50,
      sessionTimeout: 6_000,
      maxWaitTimeInMs: 50,
    });
    await Promise.all([producer.connect(), consumer.connect()]);
    const values: string[] = [];
    await consumer.subscribe({ topic: 't', fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) });
    const send = async (from: number): Promise<void> => {
      await producer.send({ topic: 't', messages: numbered(10, from).map((value) => ({ value })) });
    };
    await send(0);
    await eventually(() => expect(values).toEqual(numbered(10)));
    // What is not committed yet is read again, as a consumer has to.
    const admin = kafka.admin();
    await admin.connect();
    await eventually(async () => {
      const [offsets] = await admin.fetchOffsets({ groupId: 'g', topics: ['t'] });
      expect(offsets?.partitions).toMatchObject([{ offset: '10' }]);
    });
    await admin.disconnect();
    const sending = send(10);
    test.broker.suspend(300);
    await sending;
    await send(20);
    await eventually(() => expect(values).toEqual(numbered(30)));
    await Promise.all([producer.disconnect(), consumer.disconnect()]);
  });
});
