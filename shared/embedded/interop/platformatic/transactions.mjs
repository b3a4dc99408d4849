// Transactions of the client: committed, aborted, with offsets of a group, and fenced by a second producer of the same id.
import { base, deserializers, kafka, readAll, report, serializers } from './client.mjs';

const admin = new kafka.Admin(base);
await admin.createTopics({ topics: ['input', 'output'], partitions: 1, replicas: 1 });
const plain = new kafka.Producer({ ...base, serializers });
await plain.send({
  messages: [1, 2, 3].map((n) => ({ topic: 'input', partition: 0, value: `input ${n}` })),
  acks: kafka.ProduceAcks.ALL,
});

const transactional = (transactionalId) =>
  new kafka.Producer({
    ...base,
    serializers,
    transactionalId,
    idempotent: true,
    // Left out, the client claims to be producer 0 of epoch 0, and Kafka refuses whoever is not.
    producerId: -1n,
    producerEpoch: -1,
  });
const output = (value) => ({ messages: [{ topic: 'output', partition: 0, value }] });

// By a producer of its own: of two aborted transactions of one producer in a fetch, this client's consumer forgets the first.
const aborter = transactional('aborter');
const aborted = await aborter.beginTransaction();
await aborted.send(output('aborted'));
await aborted.abort();
await aborter.close();

const producer = transactional('copier');

const consumer = new kafka.Consumer({ ...base, groupId: 'copiers', deserializers, maxWaitTime: 100 });
const stream = await consumer.consume({
  topics: ['input'],
  mode: 'committed',
  fallbackMode: 'earliest',
  autocommit: false,
});
let copied = 0;
for await (const message of stream) {
  const transaction = await producer.beginTransaction();
  await transaction.addConsumer(consumer);
  await transaction.send(output(`copy of ${message.value}`));
  await transaction.addOffset(message);
  await transaction.commit();
  copied += 1;
  if (copied === 3) break;
}
await stream.close();
await consumer.close(true);

const [offsets] = await admin.listConsumerGroupOffsets({ groups: ['copiers'] });
const open = await producer.beginTransaction();
await open.send(output('of the fenced producer'));
const successor = transactional('copier');
const taken = await successor.beginTransaction();
const refusal = await open.commit().then(
  () => 'committed',
  () => 'refused',
);
await taken.send(output('of its successor'));
await taken.commit();

const { READ_COMMITTED, READ_UNCOMMITTED } = kafka.FetchIsolationLevels;
const values = async (count, isolationLevel) =>
  (await readAll('output', count, { isolationLevel })).map(({ value }) => value);
report({
  committedOffset: offsets.topics[0].partitions[0].committedOffset,
  refusal,
  committed: await values(4, READ_COMMITTED),
  uncommitted: await values(6, READ_UNCOMMITTED),
});
await Promise.all([plain.close(), producer.close(true), successor.close(), admin.close()]);
