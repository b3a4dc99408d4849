// A group of one that is joined by a second, shares its partitions, takes them back, and leaves its commits behind.
import { base, deserializers, kafka, report, serializers } from './client.mjs';

const groupId = 'group';
const admin = new kafka.Admin(base);
await admin.createTopics({ topics: ['shared'], partitions: 4, replicas: 1 });
const producer = new kafka.Producer({ ...base, serializers });
const produce = (from, count) =>
  producer.send({
    messages: Array.from({ length: count }, (_, i) => ({
      topic: 'shared',
      partition: i % 4,
      value: `value ${from + i}`,
    })),
    acks: kafka.ProduceAcks.ALL,
  });

const seen = new Set();
async function member() {
  const consumer = new kafka.Consumer({
    ...base,
    groupId,
    deserializers,
    sessionTimeout: 6000,
    rebalanceTimeout: 10_000,
    heartbeatInterval: 200,
    maxWaitTime: 100,
  });
  const stream = await consumer.consume({
    topics: ['shared'],
    mode: 'committed',
    fallbackMode: 'earliest',
    autocommit: false,
  });
  stream.on('data', (message) => {
    seen.add(message.value);
    message.commit();
  });
  return { consumer, stream };
}
const partitionsOf = ({ consumer }) => consumer.assignments?.flatMap(({ partitions }) => partitions).length ?? 0;
async function until(condition) {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}
const committed = async () => {
  const [group] = await admin.listConsumerGroupOffsets({ groups: [groupId] });
  const partitions = group?.topics.flatMap(({ partitions }) => partitions) ?? [];
  return partitions.reduce((sum, { committedOffset }) => sum + Number(committedOffset), 0);
};

const first = await member();
await produce(0, 100);
await until(() => seen.size === 100);
await until(async () => (await committed()) === 100);
const alone = partitionsOf(first);

const second = await member();
await until(() => partitionsOf(first) === 2 && partitionsOf(second) === 2);
const described = (await admin.describeGroups({ groups: [groupId] })).get(groupId);
await produce(100, 100);
await until(() => seen.size === 200);
await until(async () => (await committed()) === 200);

await first.stream.close();
await first.consumer.close(true);
await until(() => partitionsOf(second) === 4);
await produce(200, 100);
await until(() => seen.size === 300);
await until(async () => (await committed()) === 300);
await second.stream.close();
await second.consumer.close(true);

const listed = [...(await admin.listGroups()).keys()];
await admin.deleteGroups({ groups: [groupId] });
report({
  alone,
  together: { state: described.state, members: described.members.size, protocol: described.protocol },
  seen: seen.size,
  listed,
  leftAfterDeletion: [...(await admin.listGroups()).keys()],
});
await producer.close();
await admin.close();
