import type { OutgoingRecord, RecordHeaders } from '#shared/kafka';
import type { DeadLetterReason } from '../runtime/dead-letter.js';
import type { ErrorHandlers } from '../runtime/error-handlers.js';
import type { DropReason } from '../runtime/operator-context.js';
import type { SessionStore, TimestampedWindowStore } from '../stores/state-store.js';
import type { KeyValueStore } from '../stores/store-facade.js';
import type { AnyTopic } from '../topics.js';

/** A record as a test writes and reads it. */
export interface TestRecord<K, V> {
  readonly key: K;
  readonly value: V;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly headers?: RecordHeaders;
}

/** A record that was written, and the input that it came of. */
export interface TestOutput {
  /** Inputs and moves of the clock count from 0. */
  readonly step: number;
  readonly topic: string;
  readonly key: unknown;
  readonly value: unknown;
  readonly timestamp: number;
  readonly headers: RecordHeaders;
}

export interface TopologyTestDriverOptions extends ErrorHandlers {
  /** The mocked wall clock at the start, milliseconds since the epoch; 0 unless said. */
  readonly wallClockMs?: number;
  /** Where records go that fail; without it, or a handler, the first one makes `pipe` reject. */
  readonly deadLetterTopic?: string;
  /** Wall-clock milliseconds between two emissions of final results; 1,000 unless said, as in Kafka Streams. */
  readonly emitIntervalMs?: number;
}

/** Counts since the start; names follow Kafka Streams' metrics. */
export interface TestDriverMetrics {
  readonly processTotal: number;
  readonly droppedRecordsTotal: number;
  readonly droppedRecords: Readonly<Record<DropReason, number>>;
  readonly failedRecordsTotal: number;
}

/**
 * Runs a topology without broker, registry or sockets: the same task that the runtime runs, fed by hand. Everything is one
 * task; what goes through a topic of the topology's own is processed when the record that caused it is done.
 */
export interface TopologyTestDriver {
  /** Gives the topology one fetched chunk of records; resolves when its outputs can be read. */
  pipe<K, V>(topic: AnyTopic<K, V>, records: readonly TestRecord<K, V>[]): Promise<void>;
  /** The same for a chunk that is made of the records of several topics, in the order given. */
  pipeAll(
    records: readonly { readonly topic: { readonly name: string }; readonly record: TestRecord<unknown, unknown> }[],
  ): Promise<void>;
  /** The same with keys and values as they are: to see what becomes of bytes that do not decode. */
  pipeRaw(
    topic: { readonly name: string },
    records: readonly TestRecord<string | Buffer | null, Buffer | null>[],
  ): Promise<void>;
  /** Moves the wall clock, and runs what is due by it. */
  advanceWallClockTime(ms: number): Promise<void>;
  /** Takes what was written to a topic since it was last read, decoded. */
  read<K, V>(topic: AnyTopic<K, V>): Promise<TestRecord<K, V>[]>;
  /** Takes all that was written to topics that are not the topology's own, in order. */
  output(): Promise<TestOutput[]>;
  /** Takes the dead letters since they were last read, and their reasons. */
  readDeadLetters(): { readonly record: OutgoingRecord; readonly reason: DeadLetterReason | undefined }[];
  /** A key-value store, open to inspection. @throws KitError 'topology' where there is none of that name. */
  keyValueStore<K, V>(name: string): Pick<KeyValueStore<K, V>, 'get' | 'range' | 'all' | 'approximateNumEntries'>;
  /** What a table's store holds, in the order of its keys. */
  tableStore(name: string): { readonly key: unknown; readonly value: unknown; readonly timestamp: number }[];
  windowStore<K, V>(name: string): Pick<TimestampedWindowStore<K, V>, 'get' | 'fetch' | 'fetchAll'>;
  sessionStore<K, V>(name: string): Pick<SessionStore<K, V>, 'get' | 'findSessions' | 'findSessionsEnding'>;
  readonly metrics: TestDriverMetrics;
  /** Records along each edge, and those that failed at each node, in the order of the text of `topology.describe()`. */
  readonly counts: { readonly edges: readonly number[]; readonly failed: readonly number[] };
  /** Ends processors that have something to end. */
  close(): void;
}
