import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, connectCluster, type PartitionReader } from '#shared/kafka';
import { flightRecord, flights, knownSchemas, PARTITIONS, scoredOf } from './streams-flights.js';
import { say } from './streams-said.js';

const CHUNK = 2_000;

/** Writes `amount` flights before anybody reads them. */
export async function preload(address: string, prefix: string, amount: number): Promise<void> {
  const cluster = await connectCluster({ brokers: [address], clientId: 'bench-preload' });
  const { writeFlight } = await knownSchemas();
  const topic = `${prefix}${flights.name}`;
  const producer = await cluster.produce();
  say({ is: 'begin' });
  for (let from = 0; from < amount; from += CHUNK) {
    const count = Math.min(CHUNK, amount - from);
    await producer.send(
      Array.from({ length: count }, (_, index) => flightRecord(topic, from + index, Date.now(), writeFlight)),
    );
  }
  await cluster.close();
  say({ is: 'end', amount });
}

/** Sends `amount` flights at `rate` a second and measures until their scores can be read as committed. */
export async function paced(
  address: string,
  prefix: string,
  output: string,
  amount: number,
  rate: number,
): Promise<void> {
  const cluster = await connectCluster({ brokers: [address], clientId: 'bench-paced' });
  const { writeFlight } = await knownSchemas();
  const topic = `${prefix}${flights.name}`;
  const producer = await cluster.produce();
  const reader = await readFromBeginning(cluster, output);
  const warmUp = 2 * rate;
  const sentAt = new Float64Array(warmUp + amount);
  const wanted = scoredOf(warmUp + amount);
  const latencies: number[] = [];
  let seen = 0;
  const reading = (async () => {
    while (seen < wanted) {
      for (const { records } of await reader.poll(100)) {
        const now = performance.now();
        for (const { key } of records) {
          const number = Number(key?.toString().slice('flight-'.length));
          if (number >= warmUp) latencies.push(now - (sentAt[number] ?? Number.NaN));
          seen += 1;
        }
      }
    }
  })();
  say({ is: 'begin' });
  const started = performance.now();
  const sends: Promise<void>[] = [];
  for (let number = 0; number < sentAt.length; ) {
    const due = Math.min(sentAt.length, Math.floor(((performance.now() - started) / 1_000) * rate));
    const first = number;
    if (due > first) {
      const now = performance.now();
      sentAt.fill(now, first, due);
      number = due;
      sends.push(
        producer.send(
          Array.from({ length: due - first }, (_, index) =>
            flightRecord(topic, first + index, Date.now(), writeFlight),
          ),
        ),
      );
    }
    await delay(1);
  }
  await Promise.all(sends);
  await reading;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor(share * (latencies.length - 1))] ?? Number.NaN;
  say({ is: 'end', amount: latencies.length, p50: at(0.5), p99: at(0.99), most: at(1) });
  await cluster.close();
}

/** How many records of a topic can be read as committed. */
export async function countCommitted(cluster: Cluster, topic: string): Promise<number> {
  const reader = await readFromBeginning(cluster, topic);
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }));
  const isAtEnd = (): boolean =>
    partitions.every((one) => (reader.position(one) ?? 0) >= (reader.knownEnd(one) ?? Number.POSITIVE_INFINITY));
  let count = 0;
  for (let chunks = await reader.poll(200); chunks.length > 0 || !isAtEnd(); chunks = await reader.poll(200)) {
    for (const { records } of chunks) count += records.length;
  }
  await reader.close();
  return count;
}

async function readFromBeginning(cluster: Cluster, topic: string): Promise<PartitionReader> {
  const reader = await cluster.reader({ isolation: 'read_committed' });
  reader.seek(Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition, offset: 0 })));
  return reader;
}
