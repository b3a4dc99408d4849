import kafkajs, { type Admin, type EachBatchPayload, type Kafka, type Consumer as KafkajsConsumer } from 'kafkajs';
import { KitError } from '#shared/errors';
import { ChunkQueue } from './chunk-queue.js';
import type { Chunk, ConsumedRecord, TopicOffsets } from './records.js';

/** Partitions by topic. */
export type Assignment = ReadonlyMap<string, readonly number[]>;

export interface ConsumerOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  /**
   * Where a partition without a committed offset starts; or, for a reader of its own, the offset of each partition.
   * Given offsets win over what the group committed earlier.
   */
  readonly from: 'beginning' | 'end' | TopicOffsets;
  /** Most records in one chunk: what bounds the pause that working on it makes. */
  readonly maxChunkRecords?: number;
  /**
   * Bytes that the broker gathers, for 100 ms at most, before it answers a fetch; 1 unless said. Many make a reader that
   * may lag a little much cheaper: kafkajs spends more on a fetch than on a hundred records.
   */
  readonly minFetchBytes?: number;
  /** A throw-away group is deleted from the cluster when the consumer is closed. */
  readonly temporaryGroup?: boolean;
  /** Called after each rebalance with what this member reads from now on. */
  readonly onAssigned?: (assignment: Assignment) => void;
}

/** A group member that is asked for records instead of calling back: fetching goes on while a chunk is worked on. */
export interface Consumer {
  /**
   * The next chunk; undefined when none came within `maxWaitMs`.
   * @throws KitError 'cluster-unreachable' when the connection is lost for good.
   */
  poll(maxWaitMs: number): Promise<Chunk | undefined>;
  /**
   * Commits the offsets at which the group goes on. False: a rebalance came first, and nothing is committed; whoever
   * reads those partitions now starts at the commit before.
   */
  commit(offsets: TopicOffsets): Promise<boolean>;
  close(): Promise<void>;
}

/** Fetched and not yet polled: beyond this the consumer stops fetching until the reader has caught up. */
const MAX_QUEUED_RECORDS = 8_192;

export async function createConsumer(kafka: Kafka, admin: Admin, options: ConsumerOptions): Promise<Consumer> {
  const { groupId, topics, from, maxChunkRecords = 500 } = options;
  const queue = new ChunkQueue(MAX_QUEUED_RECORDS);
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    sessionTimeout: 10_000,
    heartbeatInterval: 1_000,
    rebalanceTimeout: 20_000,
    // A fetch that waits holds up commits and heartbeats: kafkajs has one connection a broker and it answers in order.
    maxWaitTimeInMs: 100,
    minBytes: options.minFetchBytes ?? 1,
    maxBytesPerPartition: 1_048_576,
    retry: { retries: 20, restartOnFailure: async () => true },
  });
  const dropped = new AbortController();
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    // kafkajs goes back to the committed offsets after a rebalance: what is queued will be fetched again, by us or another.
    queue.clear();
    options.onAssigned?.(new Map(Object.entries(payload.memberAssignment)));
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) queue.fail(lost(payload.error));
  });

  const membership = new Membership(consumer);

  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: from === 'beginning' });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 16,
      eachBatch: (payload) => enqueue(payload, queue, maxChunkRecords, dropped.signal),
    });
    await membership.begun;
    if (typeof from === 'object') await startAt(consumer, from);
  } catch (error) {
    await consumer.disconnect();
    throw KitError.from(error, 'cluster-unreachable', `Reading ${topics.join(', ')} as a member of ${groupId}`);
  }

  let closed: Promise<void> | undefined;
  return {
    poll: (maxWaitMs) => queue.take(maxWaitMs),
    commit: async (offsets) => membership.holds && (await commit(consumer, offsets)),
    close: () =>
      (closed ??= (async () => {
        dropped.abort();
        queue.clear();
        await consumer.disconnect();
        // A group that cannot be deleted now is empty, and the cluster lets it expire.
        if (options.temporaryGroup) await admin.deleteGroups([groupId]).catch(() => undefined);
      })()),
  };
}

async function enqueue(
  payload: EachBatchPayload,
  queue: ChunkQueue,
  maxChunkRecords: number,
  closing: AbortSignal,
): Promise<void> {
  const { batch } = payload;
  if (payload.isStale() || batch.messages.length === 0) return;
  const { topic, partition } = batch;
  const afterBatch = Number(batch.lastOffset()) + 1;
  for (let start = 0; start < batch.messages.length; start += maxChunkRecords) {
    const records = batch.messages.slice(start, start + maxChunkRecords).map(
      (message): ConsumedRecord => ({
        topic,
        partition,
        offset: Number(message.offset),
        timestamp: Number(message.timestamp),
        key: message.key,
        value: message.value,
        headers: message.headers ?? {},
      }),
    );
    const last = start + maxChunkRecords >= batch.messages.length;
    const nextOffset = last ? afterBatch : (records.at(-1)?.offset ?? afterBatch) + 1;
    queue.add({ topic, partition, records, nextOffset });
  }
  payload.resolveOffset(String(afterBatch - 1));
  while (queue.isFull && payload.isRunning() && !closing.aborted) {
    await queue.roomWithin(500);
    await payload.heartbeat();
  }
}

/** Whether a consumer is in its group: run() resolves without that where the coordinator was not ready, as it is not at first. */
class Membership {
  holds = false;
  /** Resolves when the group was joined for the first time, rejects when kafkajs gives up. */
  readonly begun: Promise<void>;

  constructor(consumer: KafkajsConsumer) {
    this.begun = new Promise((resolve, reject) => {
      consumer.on(consumer.events.GROUP_JOIN, () => {
        this.holds = true;
        resolve();
      });
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) reject(lost(payload.error));
      });
    });
    // Whoever waits gets the reason; connecting may fail before anybody does.
    this.begun.catch(() => undefined);
    consumer.on(consumer.events.STOP, () => {
      this.holds = false;
    });
  }
}

// The group is joined and the first fetch is on its way; whatever that brings is stale when it is back.
// The commit makes the positions survive a rebalance.
async function startAt(consumer: KafkajsConsumer, offsets: TopicOffsets): Promise<void> {
  for (const [topic, partitions] of offsets) {
    partitions.forEach((offset, partition) => {
      consumer.seek({ topic, partition, offset: String(offset) });
    });
  }
  await commit(consumer, offsets);
}

// Node finds its classes on the CommonJS module alone, not among the names that can be imported.
const { KafkaJSProtocolError } = kafkajs;

/** How a coordinator refuses the commit of a member that has yet to learn of a rebalance. */
const OVERTAKEN = ['ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS', 'UNKNOWN_MEMBER_ID'];

async function commit(consumer: KafkajsConsumer, offsets: TopicOffsets): Promise<boolean> {
  const entries = [...offsets].flatMap(([topic, partitions]) =>
    partitions.flatMap((offset, partition) =>
      offset === undefined ? [] : [{ topic, partition, offset: String(offset) }],
    ),
  );
  try {
    if (entries.length > 0) await consumer.commitOffsets(entries);
    return true;
  } catch (error) {
    const refused = error instanceof Error && error.cause instanceof KafkaJSProtocolError ? error.cause : error;
    if (refused instanceof KafkaJSProtocolError && OVERTAKEN.includes(refused.type)) return false;
    throw KitError.from(error, 'cluster-unreachable', 'Committing offsets');
  }
}

function lost(error: unknown): KitError {
  return KitError.from(error, 'cluster-unreachable', 'Reading from Kafka stopped');
}
