import type { RecordContext, StreamRecord } from '../record.js';
import type { BatchOrder } from '../topology/batch-order.js';
import type { GraphNode, Step } from '../topology/graph.js';
import type { ParkedAt } from './operator-context.js';

export type AnyStep = Step<unknown, unknown>;

/** A step that waits until what is parked before it has gone on. */
interface PutOff {
  readonly step: AnyStep;
  readonly record: StreamRecord<unknown, unknown>;
  readonly at: ParkedAt;
}

/** Something to be written that tells in its topic when it was done. */
interface HeldBack {
  readonly at: ParkedAt;
  readonly write: () => void;
}

/**
 * A record's way through the operators of a task, depth first, and what of it is parked by batched operators. Where it
 * could be seen that a record waits (`batchOrder`), the rest of its way waits with it, or the way of a later one where it
 * would overtake: what comes out is what would come out if the operator had not been batched.
 */
export class Walk {
  /** The input record that is being processed. */
  context: RecordContext;
  /** The highest timestamp taken; -1 before the first record. */
  streamTime = -1;
  /** Which input is being worked on; what was parked goes on under its own. For whoever counts inputs. */
  step = 0;
  /** Counts the inputs of the task; what was parked goes on under its own number. */
  #input = 0;
  #inputs = 0;
  #heldBack: HeldBack[] = [];
  #isFlushing = false;
  readonly #order: BatchOrder;
  readonly #onResumed: (() => void) | undefined;
  /** Of the batched operators, in the order of the topology. */
  readonly #flushes: (() => Promise<void>)[] = [];
  #parked = 0;
  #turns = 0;
  #later: PutOff[] = [];
  #isSuspended = false;

  constructor(order: BatchOrder, onResumed: (() => void) | undefined) {
    this.#order = order;
    this.#onResumed = onResumed;
  }

  /** Whether what is parked must go on before another record is taken. */
  get takesOneAtATime(): boolean {
    return this.#order === 'everything';
  }

  get hasParked(): boolean {
    return this.#parked > 0 || this.#later.length > 0;
  }

  /** Registers a batched operator; those further down first. */
  addFlush(flush: () => Promise<void>): void {
    this.#flushes.unshift(flush);
  }

  /** An input begins: a record, or one that does not decode. */
  beginInput(): void {
    this.#inputs += 1;
    this.#input = this.#inputs;
  }

  /** Writes at once, or, while an earlier input may have something to write, after that: in the order of the inputs. */
  writeInOrder(write: () => void): void {
    if (this.hasParked || this.#isFlushing) this.#heldBack.push({ at: this.#here(), write });
    else write();
  }

  park(): ParkedAt {
    this.#parked += 1;
    this.#isSuspended = this.takesOneAtATime;
    return this.#here();
  }

  resume<K, V>(at: ParkedAt, next: Step<K, V>, record: StreamRecord<K, V>): void {
    this.unpark(at);
    next(record);
    // In the order of the topology a repartition topic comes after the whole of the record.
    if (this.#order === 'nothing') this.#onResumed?.();
  }

  unpark(at: ParkedAt): void {
    if (!this.takesOneAtATime) this.#runPutOffBefore(at.turn);
    this.#parked -= 1;
    this.#goTo(at);
  }

  /** A node's step as it is taken in this walk. */
  inOrder(node: GraphNode, step: AnyStep): AnyStep {
    if (this.#order === 'nothing') return step;
    if (this.#order === 'everything') {
      return (record) => {
        if (!this.#isSuspended) step(record);
        else this.#later.push({ step, record, at: this.#here() });
      };
    }
    if (!this.#order.has(node)) return step;
    return (record) => {
      // Whatever is flushed has its turn.
      if (this.#isFlushing || !this.hasParked) step(record);
      else this.#later.push({ step, record, at: this.#here() });
    };
  }

  /** Lets parked records go on, until none is parked any more. */
  async flush(): Promise<void> {
    const here = this.#here();
    this.#isFlushing = true;
    try {
      await this.#flushAll();
    } finally {
      this.#isFlushing = false;
      const held = this.#heldBack.sort((a, b) => a.at.input - b.at.input);
      this.#heldBack = [];
      for (const { at, write } of held) {
        this.#goTo(at);
        write();
      }
    }
    this.#isSuspended = false;
    this.#onResumed?.();
    this.#goTo({ ...here, streamTime: Math.max(here.streamTime, this.streamTime) });
  }

  async #flushAll(): Promise<void> {
    while (this.hasParked) {
      if (!this.takesOneAtATime) {
        if (this.#parked > 0) await this.#runFlushes();
        else this.#runPutOffBefore(Number.POSITIVE_INFINITY);
        continue;
      }
      // What is put off while these go on comes before what was put off earlier: depth first.
      const rest = this.#later;
      this.#later = [];
      this.#isSuspended = false;
      if (this.#parked > 0) await this.#runFlushes();
      else this.#runPutOff(rest.shift());
      this.#later.push(...rest);
    }
  }

  async #runFlushes(): Promise<void> {
    for (const flush of this.#flushes) {
      await flush();
      // A record that went on is parked again further down: that is to go on before anything else.
      if (this.#isSuspended) return;
    }
  }

  /** What came before a turn, in the order in which it came. */
  #runPutOffBefore(turn: number): void {
    let done = 0;
    for (let next = this.#later[done]; next !== undefined && next.at.turn < turn; next = this.#later[done]) {
      done += 1;
      this.#runPutOff(next);
    }
    if (done > 0) this.#later.splice(0, done);
  }

  #runPutOff(putOff: PutOff | undefined): void {
    if (putOff === undefined) return;
    this.#goTo(putOff.at);
    putOff.step(putOff.record);
  }

  #here(): ParkedAt {
    this.#turns += 1;
    const { context, streamTime, step } = this;
    return { context, streamTime, step, input: this.#input, turn: this.#turns };
  }

  #goTo({ context, streamTime, step, input }: ParkedAt): void {
    this.context = context;
    this.streamTime = streamTime;
    this.step = step;
    this.#input = input;
  }
}
