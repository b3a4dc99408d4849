import type { Admin, EachBatchPayload, Kafka } from 'kafkajs';
import { KitError } from '#shared/errors';
import { ChunkQueue } from './chunk-queue.js';
import { commit, startAt } from './commits.js';
import type { Connections } from './connections.js';
import { lost, Membership } from './membership.js';
import type { Chunk, ConsumedRecord, TopicOffsets } from './records.js';
import { SilenceWatch } from './silence-watch.js';
import { within } from './within.js';

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
  /** A throw-away group is deleted from the cluster when the consumer is closed. */
  readonly temporaryGroup?: boolean;
  /** The group must be joined within so many milliseconds; 30,000 unless said: a rebalance takes up to 20,000. */
  readonly joinWithinMs?: number;
  /**
   * When nothing is heard for so many milliseconds, and the cluster does not answer, reading ends; 30,000, or the cluster's
   * patience, unless said.
   */
  readonly silentMs?: number;
  /**
   * Called when a rebalance begins. What is committed before this returns to the event loop still counts, as a rule: the
   * member joins anew after that.
   */
  readonly onRebalancing?: () => void;
  /** Called after each rebalance with what this member reads from now on. */
  readonly onAssigned?: (assignment: Assignment) => void;
}

/** A group member that is asked for records instead of calling back: fetching goes on while a chunk is worked on. */
export interface Consumer {
  /**
   * The next chunk; undefined when none came within `maxWaitMs`.
   * @throws KitError 'cluster-unreachable' when the cluster has not answered for about 30 s, or refuses this member for good.
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

const LEAVE_WITHIN_MS = 2_000;

export async function createConsumer(
  kafka: Kafka,
  connections: Connections,
  admin: Admin,
  options: ConsumerOptions,
): Promise<Consumer> {
  const { groupId, topics, from, maxChunkRecords = 500, joinWithinMs = 30_000, silentMs = 30_000 } = options;
  const queue = new ChunkQueue(MAX_QUEUED_RECORDS);
  const dropped = new AbortController();
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    sessionTimeout: 10_000,
    heartbeatInterval: 1_000,
    rebalanceTimeout: 20_000,
    // A fetch that waits holds up commits and heartbeats: kafkajs has one connection a broker and it answers in order.
    maxWaitTimeInMs: 100,
    minBytes: 1,
    maxBytesPerPartition: 1_048_576,
    retry: { retries: 20, restartOnFailure: async () => !dropped.signal.aborted },
  });
  consumer.on(consumer.events.REBALANCING, () => options.onRebalancing?.());
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    // kafkajs goes back to the committed offsets after a rebalance: what is queued will be fetched again, by us or another.
    queue.clear();
    options.onAssigned?.(new Map(Object.entries(payload.memberAssignment)));
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) queue.fail(lost(payload.error));
  });
  const membership = new Membership(consumer);

  const join = async (): Promise<void> => {
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
  };
  const tooLate = (): Error => {
    const reason = (membership.latestCrash ?? connections.latestError)?.message ?? 'no answer';
    return new Error(
      `the group was not joined within ${joinWithinMs / 1_000} s (${reason}). Check that all brokers are running.`,
    );
  };
  try {
    await within(joinWithinMs, join(), tooLate);
  } catch (error) {
    dropped.abort();
    // Leaving the group needs a coordinator that answers; without it the session ends by itself.
    await within(LEAVE_WITHIN_MS, consumer.disconnect(), tooLate).catch(() => undefined);
    connections.abandon();
    throw KitError.from(error, 'cluster-unreachable', `Reading ${topics.join(', ')} as a member of ${groupId}`);
  }

  const watch = new SilenceWatch('Reading from Kafka', admin, silentMs, (reason) => {
    dropped.abort();
    connections.abandon();
    queue.fail(reason);
  });
  const { FETCH, HEARTBEAT, GROUP_JOIN } = consumer.events;
  for (const event of [FETCH, HEARTBEAT, GROUP_JOIN]) consumer.on(event, () => watch.heard());
  let closed: Promise<void> | undefined;
  return {
    poll: (maxWaitMs) => queue.take(maxWaitMs),
    commit: async (offsets) => membership.holds && (await commit(consumer, offsets)),
    close: () =>
      (closed ??= (async () => {
        watch.stop();
        dropped.abort();
        queue.clear();
        await consumer.disconnect();
        connections.abandon();
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
