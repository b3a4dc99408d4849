import { connectCluster } from '#shared/kafka';
import { StreamsBuilder, serdes, serdeTopic, startStreams } from '#shared/streams';
import { say } from '../harness/said.js';
import { measured } from './measured.js';

// Restores a table in memory from a changelog that has nothing to be compacted: restore.js HOST:PORT APPLICATION_ID KEYS

const CHUNK = 1_000;

const [address = '', applicationId = '', keys = ''] = process.argv.slice(2);
const amount = Number(keys);
const people = serdeTopic({ name: `${applicationId}-people`, key: serdes.string, value: serdes.string, partitions: 1 });
const cluster = await connectCluster({ brokers: [address], clientId: 'bench-restore' });
const changelog = `${applicationId}-people-changelog`;
await cluster.ensureTopics([
  { name: people.name, partitions: 1, config: {} },
  { name: changelog, partitions: 1, config: { 'cleanup.policy': 'compact' } },
]);
const producer = await cluster.produce();
for (let from = 0; from < amount; from += CHUNK) {
  await producer.send(
    Array.from({ length: Math.min(CHUNK, amount - from) }, (_, index) => ({
      topic: changelog,
      key: `person-${from + index}`,
      value: Buffer.from(`a value of some thirty bytes, ${from + index}`),
      timestamp: from + index,
      partition: 0,
    })),
  );
}
const builder = new StreamsBuilder();
builder.table(people, { store: 'people' }).toStream();
const topology = builder.build();
say({ is: 'begin' });
let streams: Awaited<ReturnType<typeof startStreams>> | undefined;
const took = await measured(async () => {
  let ready: () => void = () => undefined;
  const running = new Promise<void>((resolve) => {
    ready = resolve;
  });
  streams = await startStreams(topology, {
    cluster,
    applicationId,
    onStateChange: (state) => void (state === 'RUNNING' && ready()),
  });
  await Promise.race([running, streams.finished]);
  return streams.metrics.restoreTotal;
});
if (took.amount !== amount) throw new Error(`${took.amount} records were restored of ${amount}.`);
say({ is: 'end', ...took });
await streams?.close();
await cluster.close();
