import type { ConsumedRecord, OutgoingRecord } from '#shared/kafka';
import type { StateStore } from '../stores/state-store.js';
import type { GraphNode } from '../topology/graph.js';
import type { ErrorHandlers, FailedRecord } from './error-handlers.js';
import type { DropReason } from './operator-context.js';
import type { TopicCodec } from './topic-codec.js';
import type { TopologyCounts } from './topology-counts.js';

/** What a task needs from outside: no I/O in here, so that the runtime and the test driver run the same code. */
export interface TaskOptions {
  /** Sub-topology and partition, as `0_3`. */
  readonly id: string;
  readonly nodes: readonly GraphNode[];
  /** Opened for this task, and the global ones. */
  readonly stores: ReadonlyMap<string, StateStore>;
  /** By the topics' names in the topology. */
  readonly codecs: ReadonlyMap<string, TopicCodec>;
  readonly handlers: ErrorHandlers;
  /** Of the whole topology: tasks of the same instance count together. */
  readonly counts: TopologyCounts;
  /** Full name of the topic for records that fail. */
  readonly deadLetterTopic: string | undefined;
  readonly emitIntervalMs: number;
  /** Wall-clock milliseconds since the epoch. */
  readonly now: () => number;
  readonly collect: (record: OutgoingRecord) => void;
  /** How many partitions a topic has, by its name on the cluster; where it matters. */
  readonly partitionsOf: (topic: string) => number;
  /** Largest record that is written, key and value in bytes. */
  readonly maxRecordBytes: number;
  /** Told of each record of a topic that is not the topology's own, before it is processed or found not to decode. */
  readonly onTaken?: ((record: ConsumedRecord) => void) | undefined;
  readonly onDropped: (reason: DropReason) => void;
  readonly onFailed: (failed: FailedRecord) => void;
  /** Told how far a record is behind the task's stream time, milliseconds; of those that are. */
  readonly onLate?: (behindMs: number) => void;
  /** A parked record has gone on. */
  readonly onResumed?: () => void;
}
