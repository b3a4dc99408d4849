// Idempotent records in every compression that the client has, read back with keys, headers, times and tombstones.
import { base, kafka, readAll, report, serializers } from './client.mjs';

const admin = new kafka.Admin(base);
await admin.createTopics({ topics: ['records'], partitions: 1, replicas: 1 });

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const producer = new kafka.Producer({ ...base, serializers, idempotent: true, acks: kafka.ProduceAcks.ALL });
for (const [index, compression] of codecs.entries()) {
  const messages = Array.from({ length: 100 }, (_, i) => ({
    topic: 'records',
    partition: 0,
    key: `${compression} ${i}`,
    value: `value ${i} `.repeat(20),
    headers: { codec: compression },
    timestamp: BigInt(1_700_000_000_000 + index * 1000 + i),
  }));
  await producer.send({ messages, compression });
}
await producer.send({ messages: [{ topic: 'records', partition: 0, key: 'none 0', value: null }] });
await producer.close();

const read = await readAll('records', codecs.length * 100 + 1);
const offsetAt = async (timestamp) => {
  const [topic] = await admin.listOffsets({
    topics: [{ name: 'records', partitions: [{ partitionIndex: 0, timestamp }] }],
  });
  return topic.partitions[0].offset;
};
report({
  inOrder: read.every(({ offset }, i) => offset === BigInt(i)),
  perCodec: Object.fromEntries(
    codecs.map((codec) => [codec, read.filter(({ headers }) => headers.get('codec') === codec).length]),
  ),
  one: { key: read[250].key, value: read[250].value.slice(0, 8), timestamp: read[250].timestamp },
  last: { key: read.at(-1).key, value: read.at(-1).value ?? null },
  earliest: await offsetAt(-2n),
  latest: await offsetAt(-1n),
  byTimeInsideBatch: await offsetAt(1_700_000_002_050n),
});
await admin.close();
