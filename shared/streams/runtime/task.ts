import { KitError } from '#shared/errors';
import type { OutgoingRecord } from '#shared/kafka';
import type { RecordContext, StreamRecord } from '../record.js';
import type { StateStore } from '../stores/state-store.js';
import { orderIsVisible } from '../topology/batch-order.js';
import {
  type ChildNode,
  childrenOf,
  type GraphNode,
  type ProcessorNode,
  type SinkNode,
  type SourceNode,
  type Step,
} from '../topology/graph.js';
import type { ErrorHandlers, FailedRecord } from './error-handlers.js';
import { Failures } from './failures.js';
import type { DropReason, OperatorContext, ParkedAt } from './operator-context.js';
import { Punctuations } from './punctuations.js';
import { type Head, RecordQueue } from './record-queue.js';
import type { TopicCodec } from './topic-codec.js';

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
  /** Full name of the topic for records that fail. */
  readonly deadLetterTopic: string | undefined;
  readonly emitIntervalMs: number;
  /** Wall-clock milliseconds since the epoch. */
  readonly now: () => number;
  readonly collect: (record: OutgoingRecord) => void;
  /** How many partitions a topic has, by its name on the cluster; where it matters. */
  readonly partitionsOf: (topic: string) => number;
  /** Largest record that is written, key, value and headers in bytes. */
  readonly maxRecordBytes: number;
  readonly onDropped: (reason: DropReason) => void;
  readonly onFailed: (failed: FailedRecord) => void;
  /** A parked record has gone on. */
  readonly onResumed?: () => void;
}

type AnyStep = Step<unknown, unknown>;

/** A step that waits until what is parked before it has gone on. */
interface PutOff {
  readonly step: AnyStep;
  readonly record: StreamRecord<unknown, unknown>;
  readonly at: ParkedAt;
}

/** One copy of a sub-topology at work: takes the records of its partitions by time, and gives the records to be written. */
export class Task {
  readonly id: string;
  /** Which input is being worked on; what was parked goes on under its own. For whoever counts inputs. */
  step = 0;
  processed = 0;
  commitRequested = false;
  readonly #options: TaskOptions;
  readonly #failures: Failures;
  readonly #steps = new Map<GraphNode, AnyStep>();
  readonly #byName = new Map<string, AnyStep>();
  readonly #queues: RecordQueue[] = [];
  readonly #flushes: (() => Promise<void>)[] = [];
  readonly #closes: (() => void)[] = [];
  readonly #shared = new Map<string, unknown>();
  readonly #streamPunctuations = new Punctuations();
  readonly #wallClockPunctuations = new Punctuations();
  readonly #orderIsVisible: boolean;
  #context: RecordContext;
  #streamTime = -1;
  #parked = 0;
  /** Where order could be seen: the rest of a record's walk, put off while a part of it is parked. */
  #later: PutOff[] = [];
  #isSuspended = false;

  constructor(options: TaskOptions) {
    this.id = options.id;
    this.#options = options;
    const { handlers, deadLetterTopic, collect, onFailed } = options;
    this.#failures = new Failures({ handlers, deadLetterTopic, collect, onFailed });
    this.#orderIsVisible = orderIsVisible(options.nodes);
    // Children first: they come after their parents.
    for (const node of [...options.nodes].sort((a, b) => b.index - a.index)) {
      const step = this.#orderIsVisible ? this.#inOrder(this.#compile(node)) : this.#compile(node);
      this.#steps.set(node, step);
      this.#byName.set(node.name, step);
    }
  }

  /** The highest timestamp taken; -1 before the first record. */
  get streamTime(): number {
    return this.#streamTime;
  }

  /** Whether parked records must go on before another record is taken, so that the order of things stays as it is. */
  get mustFlush(): boolean {
    return this.hasParked && (this.#orderIsVisible || this.#streamPunctuations.isDue(this.#streamTime));
  }

  get hasParked(): boolean {
    return this.#parked > 0 || this.#later.length > 0;
  }

  get queues(): readonly RecordQueue[] {
    return this.#queues;
  }

  /** Begins to take a partition of one of the sources. */
  addPartition(source: SourceNode, partition: number): RecordQueue {
    const queue = new RecordQueue(source, partition, this.#codec(source.topic.name), (origin, error) =>
      this.#failures.handle(error, 'deserialization', source.name, origin),
    );
    this.#queues.push(queue);
    return queue;
  }

  /** Takes the record with the lowest timestamp of all that wait; false where none does. */
  processNext(): boolean {
    const queue = this.#nextQueue();
    const head = queue?.take();
    if (queue === undefined || head === undefined) return false;
    this.#process(queue.source, head);
    return true;
  }

  /** Lets parked records go on, until none is parked any more. */
  async flush(): Promise<void> {
    const [context, streamTime, step] = [this.#context, this.#streamTime, this.step];
    while (this.hasParked) {
      // What is put off while these go on comes before what was put off earlier: depth first.
      const rest = this.#later;
      this.#later = [];
      this.#isSuspended = false;
      if (this.#parked > 0) await this.#runFlushes();
      else this.#runPutOff(rest.shift());
      this.#later.push(...rest);
    }
    this.#isSuspended = false;
    this.#options.onResumed?.();
    [this.#context, this.#streamTime, this.step] = [context, Math.max(streamTime, this.#streamTime), step];
  }

  async #runFlushes(): Promise<void> {
    for (const flush of this.#flushes) {
      await flush();
      // A record that went on is parked again further down: that is to go on before anything else.
      if (this.#isSuspended) return;
    }
  }

  #runPutOff(putOff: PutOff | undefined): void {
    if (putOff === undefined) return;
    const { step, record, at } = putOff;
    [this.#context, this.#streamTime, this.step] = [at.context, at.streamTime, at.step];
    step(record);
  }

  /** Runs what is scheduled by stream time and due. Nothing may be parked. */
  punctuateStreamTime(): boolean {
    if (this.#streamTime < 0 || !this.#streamPunctuations.isDue(this.#streamTime)) return false;
    return this.#punctuate(this.#streamPunctuations, this.#streamTime);
  }

  /** Runs what is scheduled by the wall clock and due. Nothing may be parked. */
  punctuateWallClock(): boolean {
    return this.#punctuate(this.#wallClockPunctuations, this.#options.now());
  }

  close(): void {
    for (const close of this.#closes) close();
  }

  #punctuate(punctuations: Punctuations, now: number): boolean {
    const context = this.#context;
    this.#context = undefined;
    try {
      return punctuations.punctuate(now);
    } finally {
      this.#context = context;
    }
  }

  #nextQueue(): RecordQueue | undefined {
    if (this.#queues.length === 1) return this.#queues[0];
    let [next, earliest]: [RecordQueue | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
    for (const queue of this.#queues) {
      const timestamp = queue.head?.record.timestamp;
      if (timestamp !== undefined && timestamp < earliest) [next, earliest] = [queue, timestamp];
    }
    return next;
  }

  #process(source: SourceNode, { origin, record }: Head): void {
    this.#context = origin;
    this.#streamTime = Math.max(this.#streamTime, record.timestamp);
    this.processed += 1;
    this.#steps.get(source)?.(record);
  }

  /** A step that waits its turn where a batched operator has parked the record on an earlier way. */
  #inOrder(step: AnyStep): AnyStep {
    return (record) => {
      if (!this.#isSuspended) return step(record);
      const at = { context: this.#context, streamTime: this.#streamTime, step: this.step };
      this.#later.push({ step, record, at });
    };
  }

  #compile(node: GraphNode): AnyStep {
    switch (node.kind) {
      case 'source':
        return this.#fanOut(node.children);
      case 'sink':
        return this.#write(node);
      case 'processor':
        return this.#guarded(node, node.operator(this.#fanOut(node.children), this.#contextOf(node)));
    }
  }

  #fanOut(children: readonly ChildNode[]): AnyStep {
    const steps = children.map((child) => this.#stepOf(child));
    const [first, second] = steps;
    if (first === undefined) return () => undefined;
    if (second === undefined) return first;
    return (record) => {
      for (const step of steps) step(record);
    };
  }

  #stepOf(node: GraphNode): AnyStep {
    const step = this.#steps.get(node);
    if (step === undefined) throw new KitError('internal', `${node.name} belongs to another part of the topology.`);
    return step;
  }

  /** A record that fails in an operator fails there: what the record does on other ways goes on, as in Kafka Streams. */
  #guarded({ name }: ProcessorNode, step: AnyStep): AnyStep {
    return (record) => {
      try {
        step(record);
      } catch (error) {
        this.#failures.handle(error, 'processing', name, this.#context);
      }
    };
  }

  #write({ name, topic: { name: topicName }, partitioner }: SinkNode): AnyStep {
    const codec = this.#codec(topicName);
    const { collect, maxRecordBytes, partitionsOf } = this.#options;
    return ({ key, value, timestamp, headers }) => {
      try {
        const record = {
          topic: codec.name,
          key: codec.encodeKey(key),
          value: codec.encodeValue(value),
          timestamp,
          headers,
        };
        const bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0);
        if (bytes > maxRecordBytes) {
          throw new KitError(
            'record-unprocessable',
            `A record of ${bytes} bytes for ${codec.name} is larger than ${maxRecordBytes}, the most that is sent.`,
          );
        }
        const partition = partitioner?.(key, value, partitionsOf(codec.name));
        collect(partition === undefined ? record : { ...record, partition });
      } catch (error) {
        this.#failures.handle(error, 'production', name, this.#context);
      }
    };
  }

  #codec(topic: string): TopicCodec {
    const codec = this.#options.codecs.get(topic);
    if (codec === undefined) throw new KitError('internal', `The topology neither reads nor writes ${topic}.`);
    return codec;
  }

  #contextOf(node: ProcessorNode): OperatorContext {
    const task = this;
    const { options, failures } = { options: this.#options, failures: this.#failures };
    const children = childrenOf(node);
    return {
      taskId: this.id,
      emitIntervalMs: options.emitIntervalMs,
      now: options.now,
      streamTime: () => this.#streamTime,
      recordContext: () => this.#context,
      withRecordContext(context, work) {
        const outer = task.#context;
        // What was restored does not know which record it came from.
        task.#context = context ?? outer;
        try {
          work();
        } finally {
          task.#context = outer;
        }
      },
      drop: options.onDropped,
      store<S extends StateStore>(name: string): S {
        const store = options.stores.get(name);
        if (store === undefined)
          throw new KitError('topology', `${node.name} asks for the store "${name}", which there is not.`);
        // The topology has connected the operator with a store of its kind.
        return store as S;
      },
      schedule(intervalMs, type, punctuate) {
        if (!(intervalMs >= 1)) {
          throw new KitError(
            'topology',
            `${node.name} schedules a punctuation every ${intervalMs} ms; it must be 1 or more.`,
          );
        }
        const guarded = (timestamp: number): void => {
          try {
            punctuate(timestamp);
          } catch (error) {
            failures.handle(error, 'processing', node.name, task.#context);
          }
        };
        return type === 'stream-time'
          ? task.#streamPunctuations.schedule(0, intervalMs, guarded)
          : task.#wallClockPunctuations.schedule(options.now() + intervalMs, intervalMs, guarded);
      },
      requestCommit() {
        task.commitRequested = true;
      },
      afterChunk: (flush) => void this.#flushes.unshift(flush),
      park(): ParkedAt {
        task.#parked += 1;
        task.#isSuspended = task.#orderIsVisible;
        return { context: task.#context, streamTime: task.#streamTime, step: task.step };
      },
      resume(at, goOn) {
        task.#unpark(at);
        goOn();
        // In the order of the topology a repartition topic comes after the whole of the record.
        if (!task.#orderIsVisible) options.onResumed?.();
      },
      fail(at, error) {
        task.#unpark(at);
        failures.handle(error, 'processing', node.name, task.#context);
      },
      onClose: (work) => void this.#closes.push(work),
      shared<T>(name: string, make: () => T): T {
        if (!task.#shared.has(name)) task.#shared.set(name, make());
        return task.#shared.get(name) as T;
      },
      forwardTo(child, record) {
        if (!children.some(({ name }) => name === child)) {
          throw new KitError('topology', `${node.name} forwards to "${child}", which is none of its children.`);
        }
        task.#byName.get(child)?.(record);
      },
    };
  }

  #unpark({ context, streamTime, step }: ParkedAt): void {
    this.#parked -= 1;
    [this.#context, this.#streamTime, this.step] = [context, streamTime, step];
  }
}
