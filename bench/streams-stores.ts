import { connectCluster } from '#shared/kafka';
import {
  createTopologyTestDriver,
  StreamsBuilder,
  serdes,
  serdeTopic,
  startStreams,
  type TestRecord,
  TimeWindows,
} from '#shared/streams';
import { say } from './streams-said.js';

const clicks = serdeTopic({ name: 'clicks', key: serdes.string, value: serdes.long });
const counts = serdeTopic({ name: 'counts', key: serdes.string, value: serdes.long });

const KEYS = 1_000;
const CHUNK = 1_000;
const WINDOW_MS = 60_000;

/** A tumbling count by key in the test driver: so fast, and with so much memory after each million. */
export async function windowedCount(amount: number): Promise<void> {
  const builder = new StreamsBuilder();
  builder
    .stream(clicks)
    .groupByKey()
    .windowedBy(TimeWindows.ofSizeWithNoGrace(WINDOW_MS))
    .count({ store: 'counted' })
    .toStream()
    .selectKey((windowed) => windowed.key)
    .to(counts);
  const driver = await createTopologyTestDriver(builder.build());
  const keys = Array.from({ length: KEYS }, (_, index) => `user-${index}`);
  let number = 0;
  let outputs = 0;
  const pipe = async (): Promise<void> => {
    const records = Array.from({ length: CHUNK }, (): TestRecord<string, number> => {
      number += 1;
      // Ten seconds of event time for a thousand records: each key has several in a window.
      return { key: keys[(number * 7_919) % KEYS] ?? '', value: number, timestamp: number * 10 };
    });
    await driver.pipe(clicks, records);
    outputs += (await driver.read(counts)).length;
  };
  for (let warmUp = 0; warmUp < 50; warmUp += 1) await pipe();
  say({ is: 'begin' });
  const first = number;
  const cpu = process.cpuUsage();
  const started = performance.now();
  const memory: { heap: number; rss: number }[] = [];
  while (number < first + amount) {
    await pipe();
    if ((number - first) % 1_000_000 !== 0) continue;
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    memory.push({ heap: heapUsed / 2 ** 20, rss: rss / 2 ** 20 });
  }
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  if (outputs !== number) throw new Error(`${number} records made ${outputs} updates.`);
  say({ is: 'end', amount, seconds, cpuSeconds: (user + system) / 1e6, memory });
}

const people = serdeTopic({ name: 'people', key: serdes.string, value: serdes.string, partitions: 1 });

/** Restores a table in memory from a changelog of `amount` keys: it has nothing to be compacted. */
export async function restore(address: string, applicationId: string, amount: number): Promise<void> {
  const cluster = await connectCluster({ brokers: [address], clientId: 'bench-restore' });
  const changelog = `${applicationId}-people-changelog`;
  await cluster.ensureTopics([
    { name: people.name, partitions: 1, config: {} },
    { name: changelog, partitions: 1, config: { 'cleanup.policy': 'compact' } },
  ]);
  const producer = await cluster.produce();
  for (let from = 0; from < amount; from += CHUNK) {
    await producer.send(
      Array.from({ length: CHUNK }, (_, index) => ({
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
  const cpu = process.cpuUsage();
  const started = performance.now();
  let ready: () => void = () => undefined;
  const running = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const streams = await startStreams(topology, {
    cluster,
    applicationId,
    onStateChange: (state) => void (state === 'RUNNING' && ready()),
  });
  await Promise.race([running, streams.finished]);
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  if (streams.metrics.restoreTotal !== amount)
    throw new Error(`${streams.metrics.restoreTotal} records were restored.`);
  say({ is: 'end', amount, seconds, cpuSeconds: (user + system) / 1e6 });
  await streams.close();
  await cluster.close();
}
