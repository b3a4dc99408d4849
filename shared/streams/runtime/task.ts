import { orderIsVisible } from '../topology/batch-order.js';
import type { GraphNode, SourceNode } from '../topology/graph.js';
import { codecOf, compileNodes } from './compile.js';
import { Failures } from './failures.js';
import { Punctuations } from './punctuations.js';
import { RecordQueue } from './record-queue.js';
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
  readonly #queues: RecordQueue[] = [];
  readonly #closes: (() => void)[] = [];
  readonly #punctuations = { 'stream-time': new Punctuations(), 'wall-clock-time': new Punctuations() };

  constructor(options: TaskOptions) {
    this.id = options.id;
    this.#options = options;
    this.#failures = new Failures(options);
    this.#walk = new Walk(orderIsVisible(options.nodes), options.onResumed);
    const begins: (() => void)[] = [];
    this.#steps = compileNodes(options.nodes, {
      options,
      walk: this.#walk,
      failures: this.#failures,
      punctuations: this.#punctuations,
      begins,
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

  /** Whether parked records must go on before another record is taken, so that the order of things stays as it is. */
  get mustFlush(): boolean {
    const walk = this.#walk;
    return walk.hasParked && (walk.orderIsVisible || this.#punctuations['stream-time'].isDue(walk.streamTime));
  }

  get hasParked(): boolean {
    return this.#walk.hasParked;
  }

  /** Begins to take a partition of one of the sources. */
  addPartition(source: SourceNode, partition: number): RecordQueue {
    const codec = codecOf(this.#options, source.topic.name);
    const queue = new RecordQueue(source, partition, codec, (origin, error) =>
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
    const { origin, record } = head;
    this.#walk.context = origin;
    this.#walk.streamTime = Math.max(this.#walk.streamTime, record.timestamp);
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

  close(): void {
    for (const close of this.#closes) close();
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

  #nextQueue(): RecordQueue | undefined {
    if (this.#queues.length === 1) return this.#queues[0];
    let [next, earliest]: [RecordQueue | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
    for (const queue of this.#queues) {
      const timestamp = queue.head?.record.timestamp;
      if (timestamp !== undefined && timestamp < earliest) [next, earliest] = [queue, timestamp];
    }
    return next;
  }
}
