import { KitError } from '#shared/errors';
import type { RecordHeaders } from '#shared/kafka';
import { defined, isTimestamp, type StreamRecord } from '../record.js';
import type { Cancellable, OperatorContext, PunctuationType } from '../runtime/operator-context.js';
import { storeFacade } from '../stores/store-facade.js';
import type { Operator, Step } from '../topology/graph.js';

/** A record as a processor hands it on; without headers it takes those of the record that is being processed. */
export interface ForwardedRecord<K, V> {
  readonly key: K;
  readonly value: V;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly headers?: RecordHeaders;
}

/** What a processor may ask of the task that runs it. */
export interface ProcessorContext<KO, VO> {
  /** Sub-topology and partition, as `0_3`. */
  readonly taskId: string;
  /** Gives a record to all children, or to the one of that name. */
  forward(record: ForwardedRecord<KO, VO>, child?: string): void;
  /**
   * Calls back at intervals: 'stream-time' after the record that moved the task's stream time past the next multiple of the
   * interval, with that stream time; 'wall-clock-time' when the clock passes it. Missed calls are made up for by one.
   */
  schedule(intervalMs: number, type: PunctuationType, punctuate: (timestamp: number) => void): Cancellable;
  /** A store that the processor was connected with by name; its type is what the caller says, for a name carries none. @throws KitError 'topology' where it was not. */
  getStateStore<S>(name: string): S;
  /** The highest timestamp that the task has seen; -1 before the first record. */
  currentStreamTimeMs(): number;
  currentSystemTimeMs(): number;
  /** Where the record that is being processed lies; undefined in a punctuation. */
  recordMetadata(): { readonly topic: string; readonly partition: number; readonly offset: number } | undefined;
  /** Asks for a commit as soon as may be. */
  commit(): void;
}

/** Processes records one by one, with what stores and clocks it needs. One for each task. */
export interface Processor<KI, VI, KO, VO> {
  init?(context: ProcessorContext<KO, VO>): void;
  process(record: StreamRecord<KI, VI>): void;
  close?(): void;
}

/** Makes the processor of a task. */
export type ProcessorSupplier<KI, VI, KO, VO> = () => Processor<KI, VI, KO, VO>;

export function process<KI, VI, KO, VO>(
  supplier: ProcessorSupplier<KI, VI, KO, VO>,
  stores: readonly string[],
): Operator<KI, VI, KO, VO> {
  return (next, context) => {
    const processor = supplier();
    const headers = { current: {} as RecordHeaders };
    context.onBegin(() => processor.init?.(processorContext(context, next, stores, headers)));
    if (processor.close) context.onClose(() => processor.close?.());
    return (record) => {
      const outer = headers.current;
      headers.current = record.headers;
      try {
        processor.process(record);
      } finally {
        headers.current = outer;
      }
    };
  };
}

function processorContext<KO, VO>(
  context: OperatorContext,
  next: Step<KO, VO>,
  stores: readonly string[],
  headers: { current: RecordHeaders },
): ProcessorContext<KO, VO> {
  return {
    taskId: context.taskId,
    forward({ key, value, timestamp, headers: own }, child) {
      if (!isTimestamp(timestamp)) {
        throw new KitError(
          'record-unprocessable',
          `${context.operator} forwards a record with the timestamp ${timestamp}; it must be whole milliseconds since the epoch, from 0 to 8.64e15.`,
        );
      }
      const record = { key: defined(key), value: defined(value), timestamp, headers: own ?? headers.current };
      if (child === undefined) next(record);
      else context.forwardTo(child, record);
    },
    schedule: (intervalMs, type, punctuate) =>
      context.schedule(intervalMs, type, (timestamp) => {
        const outer = headers.current;
        headers.current = {};
        try {
          punctuate(timestamp);
        } finally {
          headers.current = outer;
        }
      }),
    getStateStore: <S>(name: string): S => storeFacade<S>(name, stores, context),
    currentStreamTimeMs: () => context.streamTime(),
    currentSystemTimeMs: () => context.now(),
    recordMetadata() {
      const origin = context.recordContext();
      return origin && { topic: origin.topic, partition: origin.partition, offset: origin.offset };
    },
    commit: () => context.requestCommit(),
  };
}
