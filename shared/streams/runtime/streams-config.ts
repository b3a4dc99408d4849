import type { Cluster, OffsetReset } from '#shared/kafka';
import type { Schemas } from '#shared/schema';
import type { ErrorHandlers } from './error-handlers.js';
import type { InterceptorSupplier } from './interceptor.js';

/** Kafka Streams' states. */
export type StreamsState =
  | 'CREATED'
  | 'REBALANCING'
  | 'RUNNING'
  | 'PENDING_SHUTDOWN'
  | 'NOT_RUNNING'
  | 'PENDING_ERROR'
  | 'ERROR';

/**
 * `processing.guarantee`. With `exactly_once` the consumed offsets, the outputs and the changes of stores are one
 * transaction of each task; with `at_least_once` outputs may be repeated after a failure.
 */
export type ProcessingGuarantee = 'exactly_once' | 'at_least_once';

/** Names follow Kafka Streams' configuration. */
export interface StreamsConfig extends ErrorHandlers {
  readonly cluster: Cluster;
  /** Needed where a topic has values in Avro. */
  readonly schemas?: Schemas;
  /** `application.id`: the consumer group, and the prefix of internal topics and transactional ids. */
  readonly applicationId: string;
  /** The name that a topic has on this cluster; its own by default. Internal topics are named after the application. */
  readonly topicName?: (topic: { readonly name: string }) => string;
  /** `processing.guarantee`; exactly_once unless said. */
  readonly processingGuarantee?: ProcessingGuarantee;
  /** `errors.dead.letter.queue.topic.name`; without one, or a handler, the first record that fails ends the application. */
  readonly deadLetterTopic?: { readonly name: string };
  /** `commit.interval.ms`; 100 for exactly_once, 1,000 for at_least_once unless said. Readers of exactly-once outputs wait so long. */
  readonly commitIntervalMs?: number;
  /**
   * `max.task.idle.ms`: how long a task with several inputs waits for one that has nothing, so as to take records by their
   * time. 0, unless said, waits for what the brokers have; -1 for nothing.
   */
  readonly maxTaskIdleMs?: number;
  /** `buffered.records.per.partition`: no more is fetched of a partition that has so many waiting; 1,000 unless said. */
  readonly bufferedRecordsPerPartition?: number;
  /** `fetch.min.bytes` of the main consumer: what a broker gathers before it answers one who has read all; 1 unless said. */
  readonly fetchMinBytes?: number;
  /** `fetch.max.wait.ms` of the main consumer: how long it gathers at most; 100 unless said. */
  readonly fetchMaxWaitMs?: number;
  /** `max.partition.fetch.bytes` of the main consumer: of a partition in one answer; a larger record comes all the same. 1,048,576 unless said. */
  readonly maxPartitionFetchBytes?: number;
  /** `max.request.size`: the largest record that is written, in bytes of key and value; 1,048,576 unless said. */
  readonly maxRequestSize?: number;
  /** `transaction.timeout.ms`; 10,000 unless said. */
  readonly transactionTimeoutMs?: number;
  /** `session.timeout.ms`: an instance that is not heard of for so long loses its tasks; 10,000 unless said. */
  readonly sessionTimeoutMs?: number;
  /**
   * `auto.offset.reset` where a committed offset is out of range: its records were deleted, or the topic was made anew. `none`,
   * unless said, ends the application, so that nothing is left out unseen; `earliest` goes on with what is there. Where
   * nothing is committed the source says where it begins.
   */
  readonly autoOffsetReset?: 'earliest' | 'none';
  /**
   * Told of records that were gone before they could be read, before any that come after them are processed: a position
   * that was out of range, or a partition without its beginning of which nothing was committed. Told again where the
   * application ends before it has committed what came after.
   */
  readonly onOffsetReset?: (reset: OffsetReset) => void;
  /** `interceptor.classes`: watches, task by task, which records of the source topics are processed. */
  readonly interceptor?: InterceptorSupplier;
  /** `state.dir`: where persistent stores are kept; without one they are in memory as all others. */
  readonly stateDir?: string;
  /** Wall-clock milliseconds between two emissions of final results; 1,000 unless said, as in Kafka Streams. */
  readonly emitIntervalMs?: number;
  /**
   * Awaited before each poll while the application is at work: what is to yield to others waits here. Heartbeats to the group
   * go on meanwhile; commits, and tasks that are to be handed over, wait with it.
   */
  readonly beforePoll?: () => Promise<void>;
  readonly now?: () => number;
  readonly onStateChange?: (state: StreamsState, from: StreamsState) => void;
}
