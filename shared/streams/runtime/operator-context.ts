import type { KitError } from '#shared/errors';
import type { RecordContext, StreamRecord } from '../record.js';
import type { StateStore } from '../stores/state-store.js';

/**
 * Why an operator passed over a record: a key or value that it forbids to be null, too late for its window, or the answer of
 * a foreign key to a row that has changed meanwhile.
 */
export type DropReason = 'null' | 'expired' | 'stale';

/** The clock of a punctuation. */
export type PunctuationType = 'stream-time' | 'wall-clock-time';

/** Ends what was scheduled. */
export interface Cancellable {
  cancel(): void;
}

/** Where a record was parked by a batched operator: what has to be as it was when the record goes on. */
export interface ParkedAt {
  readonly context: RecordContext;
  readonly streamTime: number;
  readonly step: number;
  /** Which of the task's inputs it is. */
  readonly input: number;
  /** Counts what was parked or put off. */
  readonly turn: number;
}

/** What an operator may ask of the task that runs it. One for each operator and task. */
export interface OperatorContext {
  /** The operator's name in the topology. */
  readonly operator: string;
  /** Sub-topology and partition, as `0_3`. */
  readonly taskId: string;
  /** Wall-clock milliseconds between two emissions of final results; Kafka Streams' internal throttle, 1,000 unless set. */
  readonly emitIntervalMs: number;
  /** Wall-clock milliseconds since the epoch. */
  now(): number;
  /** The highest timestamp of the records that the task has taken; -1 before the first. */
  streamTime(): number;
  /** The input record that is being processed. */
  recordContext(): RecordContext;
  /** Runs something as if it came from another input record: of that one it was held back. */
  withRecordContext(context: RecordContext, work: () => void): void;
  /** Counts a record that is passed over. */
  drop(reason: DropReason): void;
  /** Opened by the task; the topology has connected it with this operator. */
  store<S extends StateStore>(name: string): S;
  schedule(intervalMs: number, type: PunctuationType, punctuate: (timestamp: number) => void): Cancellable;
  /** Asks for a commit as soon as may be. */
  requestCommit(): void;
  /** Registers the work of a batched operator at the end of a chunk. */
  afterChunk(flush: () => Promise<void>): void;
  /** Called for each record that a batched operator parks. */
  park(): ParkedAt;
  /** Lets a parked record go on, as another one. */
  resume<K, V>(at: ParkedAt, next: (record: StreamRecord<K, V>) => void, record: StreamRecord<K, V>): void;
  /** A record that a batched operator could not process; the handler decides whether the task goes on. */
  fail(at: ParkedAt, error: KitError): void;
  /** Runs when all operators of the task are made, in the order of the topology. */
  onBegin(work: () => void): void;
  /** Runs when what the task did is about to be final: whatever comes next belongs to its next transaction. */
  onCommit(work: () => void): void;
  /** Runs when the task ends. */
  onClose(work: () => void): void;
  /** Operators that share something within a task, as the two sides of a join their stream time, find it by name. */
  shared<T>(name: string, make: () => T): T;
  /** Gives a record to one child alone, by its name. */
  forwardTo(child: string, record: StreamRecord<unknown, unknown>): void;
}
