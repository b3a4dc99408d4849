import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { eventually, startTestBroker, type TestBroker } from './test-broker.js';

process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1';

const topics = [
  { name: 'in', partitions: 1 },
  { name: 'out', partitions: 2 },
];

/** kafkajs as it comes; whatever a test connects is disconnected at its end. */
function kafkaOf(test: TestBroker) {
  const kafka = new Kafka({ brokers: [test.broker.address], clientId: 'test', logLevel: logLevel.NOTHING });
  const connected: { disconnect(): Promise<void> }[] = [];
  const use = async <T extends { connect(): Promise<void>; disconnect(): Promise<void> }>(client: T) => {
    await client.connect();
    connected.push(client);
    return client;
  };
  return {
    producer: (transactionalId: string) =>
      use(kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1, retry: { retries: 2 } })),
    plainProducer: () => use(kafka.producer()),
    admin: () => use(kafka.admin()),
    /** What a consumer shows of `out`; kafkajs reads committed records unless it is told otherwise. */
    async reader(groupId: string, readUncommitted = false) {
      const consumer = await use(kafka.consumer({ groupId, readUncommitted, maxWaitTimeInMs: 50 }));
      const values: string[] = [];
      await consumer.subscribe({ topic: 'out', fromBeginning: true });
      await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) });
      return values;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(connected.map((client) => client.disconnect()));
    },
  };
}

const messages = (...values: string[]) => values.map((value, i) => ({ value, partition: i % 2 }));

describe('transactions of kafkajs 2.2.4', () => {
  it('show readers what was committed and nothing of what was aborted', async () => {
    await using test = await startTestBroker({ topics });
    await using kafka = kafkaOf(test);
    const producer = await kafka.producer('scorer');
    const committed = await kafka.reader('committed');
    const everything = await kafka.reader('everything', true);

    const aborted = await producer.transaction();
    await aborted.send({ topic: 'out', messages: messages('wrong', 'wrong too') });
    await eventually(() => expect(everything.toSorted()).toEqual(['wrong', 'wrong too']));
    await aborted.abort();
    const right = await producer.transaction();
    await right.send({ topic: 'out', messages: messages('a', 'b') });
    await right.send({ topic: 'out', messages: messages('c') });
    expect(committed).toEqual([]);
    await right.commit();

    await eventually(() => expect(committed.toSorted()).toEqual(['a', 'b', 'c']));
    await eventually(() => expect(everything.toSorted()).toEqual(['a', 'b', 'c', 'wrong', 'wrong too']));
  });

  it('commit the offsets of what was read together with what was written, or neither', async () => {
    await using test = await startTestBroker({ topics });
    await using kafka = kafkaOf(test);
    const [producer, admin] = [await kafka.producer('scorer'), await kafka.admin()];
    const transfer = async (offset: string, value: string) => {
      const transaction = await producer.transaction();
      await transaction.send({ topic: 'out', messages: messages(value) });
      const read = [{ topic: 'in', partitions: [{ partition: 0, offset }] }];
      await transaction.sendOffsets({ consumerGroupId: 'scorers', topics: read });
      return transaction;
    };
    const stored = async () => {
      const [found] = await admin.fetchOffsets({ groupId: 'scorers', topics: ['in'] });
      return found?.partitions.map(({ offset }) => offset);
    };
    await (await transfer('5', 'of 5')).abort();
    expect(await stored()).toEqual(['-1']);
    await (await transfer('5', 'of 5 again')).commit();
    expect(await stored()).toEqual(['5']);
    await (await transfer('9', 'of 9')).abort();
    expect(await stored()).toEqual(['5']);
    const values = await kafka.reader('committed');
    await eventually(() => expect(values).toEqual(['of 5 again']));
  });

  it('are open to one producer of a transactional id: the next one shuts out the one before', async () => {
    await using test = await startTestBroker({ topics });
    await using kafka = kafkaOf(test);
    const before = await kafka.producer('scorer');
    const left = await before.transaction();
    await left.send({ topic: 'out', messages: messages('left open') });

    const after = await kafka.producer('scorer');
    const transaction = await after.transaction();
    await transaction.send({ topic: 'out', messages: messages('taken over') });
    await expect(left.send({ topic: 'out', messages: messages('late') })).rejects.toMatchObject({
      type: 'INVALID_PRODUCER_EPOCH',
    });
    await transaction.commit();
    const values = await kafka.reader('committed');
    await eventually(() => expect(values).toEqual(['taken over']));
  });

  it('do not hold back the records of producers without one, once they are over', async () => {
    await using test = await startTestBroker({ topics });
    await using kafka = kafkaOf(test);
    const [producer, plain] = [await kafka.producer('scorer'), await kafka.plainProducer()];
    const values = await kafka.reader('committed');
    const transaction = await producer.transaction();
    await transaction.send({ topic: 'out', messages: messages('first') });
    await plain.send({ topic: 'out', messages: messages('second') });
    await transaction.commit();
    await eventually(() => expect(values).toEqual(['first', 'second']));
  });
});
