import { onTestFinished, vi } from 'vitest';
import { type KafkaUnderTest, WireClient } from '#shared/testing';
import {
  apis,
  batchHeaderBytes,
  buildBatch,
  errorCode,
  type LogRecord,
  type NewRecord,
  readBatchHeader,
  readRecords,
} from '#shared/wire';

/** Waits for a condition as long as a busy machine may need. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

/** A client that ends with the test. */
export async function connectTo(kafka: KafkaUnderTest): Promise<WireClient> {
  const client = await WireClient.connect(kafka.brokers);
  onTestFinished(() => client.close());
  return client;
}

/** Creates a topic that no other test has, and waits until its partitions answer: Apache Kafka takes a moment for that. */
export async function createTopic(
  kafka: KafkaUnderTest,
  client: WireClient,
  { name = 'topic', partitions = 1, config = {} as Readonly<Record<string, string>> } = {},
): Promise<string> {
  const topic = kafka.unique(`${name}-${Math.random().toString(36).slice(2, 8)}`);
  const created = await client.request(apis.createTopics, 5, {
    topics: [
      {
        name: topic,
        numPartitions: partitions,
        replicationFactor: 1,
        assignments: [],
        configs: Object.entries(config).map(([key, value]) => ({ name: key, value })),
      },
    ],
    timeoutMs: 10_000,
  });
  const [answer] = created.topics;
  if (answer?.errorCode !== errorCode.none) throw new Error(`Creating ${topic}: ${answer?.errorMessage}`);
  await eventually(async () => {
    const { topics } = await client.request(apis.listOffsets, 5, {
      replicaId: -1,
      topics: [
        {
          name: topic,
          partitions: Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 })),
        },
      ],
    });
    const codes = topics[0]?.partitions.map((partition) => partition.errorCode) ?? [];
    if (codes.length < partitions || codes.some((code) => code !== errorCode.none))
      throw new Error(`Not yet: ${codes.join()}`);
  });
  return topic;
}

const busy: readonly number[] = [14, errorCode.coordinatorNotAvailable, 16];

/** Asks again while a coordinator is still starting, as every client does. */
export const whenReady = <T extends { readonly errorCode: number }>(ask: () => Promise<T>): Promise<T> =>
  eventually(async () => {
    const answer = await ask();
    if (busy.includes(answer.errorCode)) throw new Error(`Not ready yet: ${answer.errorCode}`);
    return answer;
  });

/** Records of nothing but a key and a value each. */
export const recordsOf = (...values: string[]): NewRecord[] =>
  values.map((value) => ({ timestamp: 1_000, key: Buffer.from('k'), value: Buffer.from(value) }));

/** Produces one batch as it is, and gives the partition's answer. */
export async function produceBatch(
  client: WireClient,
  topic: string,
  batch: Buffer,
  { partition = 0, acks = -1, version = 8, transactionalId = null as string | null } = {},
) {
  const response = await client.request(apis.produce, version, {
    transactionalId,
    acks,
    timeoutMs: 10_000,
    topicData: [{ name: topic, partitionData: [{ index: partition, records: batch }] }],
  });
  const [answer] = response.responses[0]?.partitionResponses ?? [];
  if (answer === undefined) throw new Error('No answer for the partition');
  return answer;
}

/** Produces values in one batch. */
export const produceValues = (client: WireClient, topic: string, ...values: string[]) =>
  produceBatch(client, topic, buildBatch(recordsOf(...values)));

/** Fetches from one partition once, and gives its answer. */
export async function fetchPartition(
  client: WireClient,
  topic: string,
  { partition = 0, offset = 0, isolationLevel = 0, maxWaitMs = 200, minBytes = 1, maxBytes = 1_000_000 } = {},
) {
  const response = await client.request(apis.fetch, 11, {
    maxWaitMs,
    minBytes,
    maxBytes,
    isolationLevel,
    topics: [{ topic, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: maxBytes }] }],
  });
  const [answer] = response.responses[0]?.partitions ?? [];
  if (answer === undefined) throw new Error('No answer for the partition');
  return answer;
}

/** A batch as a client reads it. */
export interface FetchedBatch {
  readonly header: ReturnType<typeof readBatchHeader>;
  readonly records: readonly LogRecord[];
}

/** The whole batches in what was fetched, control batches included; a limit of bytes may have cut off the last. */
export function batchesIn(bytes: Buffer | null): FetchedBatch[] {
  const batches: FetchedBatch[] = [];
  for (let at = 0; bytes !== null && at + batchHeaderBytes <= bytes.length; ) {
    const header = readBatchHeader(bytes, at);
    if (at + header.sizeBytes > bytes.length) break;
    // A view, as offsets in a record batch count from its own beginning.
    batches.push({ header, records: [...readRecords(bytes.subarray(at, at + header.sizeBytes))] });
    at += header.sizeBytes;
  }
  return batches;
}

/** The values in what was fetched, each after its offset. */
export const valuesIn = (bytes: Buffer | null): string[] =>
  batchesIn(bytes).flatMap(({ records }) => records.map(({ offset, value }) => `${offset}:${String(value)}`));

/** Numbers as the protocol writes them. */
export function bytesOf(...int32s: number[]): Buffer {
  const bytes = Buffer.alloc(int32s.length * 4);
  for (const [i, value] of int32s.entries()) bytes.writeInt32BE(value, i * 4);
  return bytes;
}

/** Sends bytes on a connection of their own, and waits until the broker ends it. */
export async function expectClosed(kafka: KafkaUnderTest, bytes: Buffer): Promise<void> {
  const client = await connectTo(kafka);
  // What is still under way may be cut off, too.
  client.socket.on('error', () => {});
  client.socket.write(bytes);
  await client.closed();
}

/** Asks for one offset: of a time, or of one of the places that -1 and the numbers below it stand for. */
export async function listOffset(
  client: WireClient,
  topic: string,
  timestamp: number,
  { version = 7, partition = 0, isolationLevel = 0, currentLeaderEpoch = -1 } = {},
) {
  const { topics } = await client.request(apis.listOffsets, version, {
    replicaId: -1,
    isolationLevel,
    topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp, currentLeaderEpoch }] }],
  });
  const [answer] = topics[0]?.partitions ?? [];
  if (answer === undefined) throw new Error('No answer for the partition');
  return answer;
}
