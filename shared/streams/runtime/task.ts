import { KitError } from '#shared/errors';
import { batchOrder } from '../topology/batch-order.js';
import type { GraphNode, SourceNode } from '../topology/graph.js';
import { codecOf, compileNodes } from './compile.js';
import { EarliestFirst } from './earliest-first.js';
import { Failures } from './failures.js';
import { Punctuations } from './punctuations.js';
import { type Head, RecordQueue } from './record-queue.js';
import type { TaskOptions } from './task-options.js';
import { type AnyStep, Walk } from './walk.js';

/** One copy of a sub-topology at work: takes the records of its partitions by time, and gives the records to be written. */
export class Task {
  readonly id: string;
  /** Records taken. */
  processed = 0;
  /** A processor has asked for a commit; whoever commits puts it back. */
  commitRequested = false;
  readonly #options: TaskOptions;
  readonly #failures: Failures;
  readonly #walk: Walk;
  readonly #steps: ReadonlyMap<GraphNode, AnyStep>;
  readonly #waiting = new EarliestFirst<Head>(({ record }) => record.timestamp);
  /** Queues that have got a new head since the last look, in the order in which they did. */
  #filled: RecordQueue[] = [];
  readonly #commits: (() => void)[] = [];
  readonly #closes: (() => void)[] = [];
  readonly #punctuations = { 'stream-time': new Punctuations(), 'wall-clock-time': new Punctuations() };

  constructor(options: TaskOptions) {
    this.id = options.id;
    this.#options = options;
    this.#walk = new Walk(batchOrder(options.nodes), options.onResumed);
    this.#failures = new Failures({
      ...options,
      // Dead letters lie in the order of their inputs, however many of those were parked.
      collect: (letter) => this.#walk.writeInOrder(() => options.collect(letter)),
    });
    const begins: (() => void)[] = [];
    this.#steps = compileNodes(options.nodes, {
      options,
      walk: this.#walk,
      failures: this.#failures,
      punctuations: this.#punctuations,
      begins,
      commits: this.#commits,
      closes: this.#closes,
      shared: new Map(),
      requestCommit: () => {
        this.commitRequested = true;
      },
    });
    for (const begin of begins.reverse()) begin();
  }

  /** Which input is being worked on, for whoever counts inputs. */
  get step(): number {
    return this.#walk.step;
  }

  set step(step: number) {
    this.#walk.step = step;
  }

  /** Whether parked records must go on before the next record is taken. */
  get mustFlush(): boolean {
    return this.hasParked && this.mustFlushBefore(this.#next()?.record.timestamp ?? -1);
  }

  /**
   * Whether parked records must go on before a record of this time is taken, so that the order of things stays as it is: a
   * punctuation comes right after the record that makes it due, and after all that came before that one.
   */
  mustFlushBefore(timestamp: number): boolean {
    const { hasParked, takesOneAtATime, streamTime } = this.#walk;
    return hasParked && (takesOneAtATime || this.#punctuations['stream-time'].isDue(Math.max(streamTime, timestamp)));
  }

  get hasParked(): boolean {
    return this.#walk.hasParked;
  }

  /** Begins to take a partition of one of the sources. */
  addPartition(source: SourceNode, partition: number): RecordQueue {
    const codec = codecOf(this.#options, source.topic.name);
    return new RecordQueue(
      source,
      partition,
      codec,
      (origin, error) => {
        if (!codec.internal) this.#options.onTaken?.(origin);
        this.#walk.beginInput();
        this.#failures.handle(error, 'deserialization', source.name, origin);
      },
      (queue) => this.#filled.push(queue),
    );
  }

  /** Takes the record with the lowest timestamp of all that wait; false where none does. */
  processNext(): boolean {
    const next = this.#next();
    if (next === undefined) return false;
    const { queue, origin, record } = next;
    this.#waiting.removeFirst();
    queue.take();
    if (queue.size > 0) this.#filled.push(queue);
    if (!queue.codec.internal) this.#options.onTaken?.(origin);
    this.#walk.beginInput();
    this.#walk.context = origin;
    const { streamTime } = this.#walk;
    if (record.timestamp >= streamTime) this.#walk.streamTime = record.timestamp;
    else this.#options.onLate?.(streamTime - record.timestamp);
    this.processed += 1;
    this.#steps.get(queue.source)?.(record);
    return true;
  }

  /** Lets parked records go on, until none is parked any more. */
  flush(): Promise<void> {
    return this.#walk.flush();
  }

  /** Runs what is scheduled by stream time and due. Nothing may be parked. */
  punctuateStreamTime(): boolean {
    const { streamTime } = this.#walk;
    if (streamTime < 0 || !this.#punctuations['stream-time'].isDue(streamTime)) return false;
    return this.#punctuate(this.#punctuations['stream-time'], streamTime);
  }

  /** Runs what is scheduled by the wall clock and due. Nothing may be parked. */
  punctuateWallClock(): boolean {
    return this.#punctuate(this.#punctuations['wall-clock-time'], this.#options.now());
  }

  /** What was done so far belongs to one transaction, what comes to the next. Nothing may be parked. */
  beginTransaction(): void {
    for (const commit of this.#commits) commit();
  }

  close(): void {
    for (const close of this.#closes) {
      try {
        close();
      } catch (error) {
        // The task ends all the same: others are not to suffer for it.
        this.#options.onFailed({
          stage: 'processing',
          operator: this.id,
          error: KitError.from(error, 'record-unprocessable', `Closing a processor of the task ${this.id}`),
          record: undefined,
        });
      }
    }
  }

  #punctuate(punctuations: Punctuations, now: number): boolean {
    const { context } = this.#walk;
    this.#walk.context = undefined;
    try {
      return punctuations.punctuate(now);
    } finally {
      this.#walk.context = context;
    }
  }

  #addHeads(): void {
    const filled = this.#filled;
    this.#filled = [];
    for (const { head } of filled) if (head !== undefined) this.#waiting.add(head);
  }

  /** The record with the lowest timestamp, still in its queue. */
  #next(): Head | undefined {
    if (this.#filled.length > 0) this.#addHeads();
    for (;;) {
      const { first } = this.#waiting;
      // A queue may have been cleared.
      if (first === undefined || first.queue.head === first) return first;
      this.#waiting.removeFirst();
    }
  }
}
