import { KitError } from '#shared/errors';
import type { LazyChunk, OffsetReset, OutgoingRecord, PartialOffsets, PartitionReader } from '#shared/kafka';
import type { StateStore } from '../stores/state-store.js';
import type { TaskInterceptor } from './interceptor.js';
import type { RecordQueue } from './record-queue.js';
import type { Task } from './task.js';
import { type TaskId, taskName } from './task-id.js';

/** A source partition of a task, by its topic's name on the cluster. */
export interface Input {
  readonly topic: string;
  readonly partition: number;
  readonly queue: RecordQueue;
  /** The next offset to be fetched into the queue. */
  fetchedTo: number;
  /** Up to here the reader had come before it was last polled: what there was of records is in the queue, or done. */
  settledTo: number;
  /** The offset that was last committed, or began with. */
  committed: number;
  isPaused: boolean;
}

interface ActiveTaskParts {
  readonly id: TaskId;
  readonly task: Task;
  readonly inputs: readonly Input[];
  /** This task's own stores. */
  readonly stores: readonly StateStore[];
  /** What the operators have put out since it was last taken. */
  readonly outgoing: OutgoingRecord[];
  /** The changelog of a store that has one. */
  readonly changelogOf: (store: string) => string | undefined;
  readonly interceptor: TaskInterceptor | undefined;
}

export interface IdleOptions {
  /** `max.task.idle.ms` */
  readonly maxTaskIdleMs: number;
}

/** A task with its partitions, its stores, and what it has put out and not yet sent. */
export class ActiveTask {
  readonly id: TaskId;
  readonly name: string;
  readonly task: Task;
  readonly inputs: readonly Input[];
  readonly stores: readonly StateStore[];
  /** At least once: up to here outputs are acknowledged, and offsets may be committed. */
  acknowledged: PartialOffsets = new Map();
  readonly #outgoing: OutgoingRecord[];
  readonly #changelogOf: ActiveTaskParts['changelogOf'];
  readonly #interceptor: TaskInterceptor | undefined;
  /** Since when the task waits for an input that has nothing, by the wall clock. */
  #idleSince: number | undefined;

  constructor({ id, task, inputs, stores, outgoing, changelogOf, interceptor }: ActiveTaskParts) {
    this.id = id;
    this.name = taskName(id);
    this.task = task;
    this.inputs = inputs;
    this.stores = stores;
    this.#outgoing = outgoing;
    this.#changelogOf = changelogOf;
    this.#interceptor = interceptor;
  }

  /** Takes a chunk of one of its partitions; its values must have been prepared. What lies below the position was had already. */
  add({ topic, partition, lazyRecords, nextOffset }: LazyChunk): void {
    const input = this.inputs.find((candidate) => candidate.topic === topic && candidate.partition === partition);
    if (input === undefined)
      throw new KitError('internal', `A chunk of ${topic}-${partition} reached the task ${this.name}.`);
    const first = lazyRecords.at(0);
    const fresh =
      first !== undefined && first.offset < input.fetchedTo
        ? [...lazyRecords].filter(({ offset }) => offset >= input.fetchedTo)
        : lazyRecords;
    if (fresh.length > 0) input.queue.add(fresh);
    input.fetchedTo = Math.max(input.fetchedTo, nextOffset);
  }

  /** A partition goes on at another offset; where that is a lower one, its topic was made anew and has other records there. */
  reset({ topic, partition, to }: OffsetReset): void {
    const input = this.inputs.find((candidate) => candidate.topic === topic && candidate.partition === partition);
    if (input === undefined || to >= input.fetchedTo) return;
    // What waits is of the topic before: its offsets are no positions of this one.
    input.queue.clear();
    this.acknowledged = new Map();
    input.fetchedTo = to;
    input.settledTo = to;
    // Not committed yet, whether or not there are records.
    input.committed = -1;
  }

  /**
   * Processes as many records as it may take now, one call of batched operators for all of them. Gives how many it took.
   * @throws KitError of a record that ends the application.
   */
  async process(maxRecords: number, reader: PartitionReader, options: IdleOptions, now: number): Promise<number> {
    let taken = 0;
    while (taken < maxRecords && this.#mayTake(reader, options, now) && this.task.processNext()) {
      taken += 1;
      if (this.task.mustFlush) await this.task.flush();
      this.task.punctuateStreamTime();
    }
    if (this.task.hasParked) await this.task.flush();
    return taken;
  }

  /** To be called before the reader is polled. */
  settle(reader: PartitionReader): void {
    if (this.inputs.length === 1) return;
    for (const input of this.inputs) input.settledTo = reader.position(input) ?? 0;
  }

  /** Whether records wait, whatever they wait for. */
  get hasQueued(): boolean {
    return this.inputs.some(({ queue }) => queue.size > 0);
  }

  /** Whether there is a record that may be taken without waiting for others to be fetched. */
  hasNext(reader: PartitionReader, options: IdleOptions, now: number): boolean {
    return this.hasQueued && this.#isOver(this.#wait(reader, options), options, now);
  }

  /** Whether something was processed that is not committed. */
  get hasUncommitted(): boolean {
    return this.#outgoing.length > 0 || this.inputs.some((input) => positionOf(input) > input.committed);
  }

  /** Takes what the operators have put out. */
  takeOutgoing(): OutgoingRecord[] {
    return this.#outgoing.splice(0);
  }

  /** Puts out what has to be written before the offsets are committed: the changes of stores, and what the interceptor says. */
  prepareCommit(): void {
    this.#drainChanges();
    this.#outgoing.push(...this.takeIntercepted());
  }

  /** Takes what the interceptor has to say of the records that were processed. */
  takeIntercepted(): readonly OutgoingRecord[] {
    return this.#interceptor?.onCommit() ?? [];
  }

  /** The offsets at which the group goes on after what was processed; none where that is committed already. */
  offsets(): Map<string, (number | undefined)[]> {
    return this.#offsetsOf(this.inputs.filter((input) => positionOf(input) > input.committed));
  }

  /** Where all its inputs stand, whether or not that is committed. */
  positions(): Map<string, (number | undefined)[]> {
    return this.#offsetsOf(this.inputs);
  }

  /** These offsets are committed. */
  committed(offsets: PartialOffsets): void {
    for (const input of this.inputs) {
      input.committed = Math.max(input.committed, offsets.get(input.topic)?.[input.partition] ?? 0);
    }
    this.acknowledged = new Map();
  }

  close(): void {
    this.task.close();
    for (const store of this.stores) store.close();
  }

  #offsetsOf(inputs: readonly Input[]): Map<string, (number | undefined)[]> {
    const offsets = new Map<string, (number | undefined)[]>();
    for (const input of inputs) {
      const partitions = offsets.get(input.topic) ?? [];
      partitions[input.partition] = positionOf(input);
      offsets.set(input.topic, partitions);
    }
    return offsets;
  }

  #drainChanges(): void {
    for (const store of this.stores) {
      const topic = this.#changelogOf(store.name);
      if (topic === undefined) continue;
      store.drainChanges((key, value, timestamp) => {
        this.#outgoing.push({ topic, key, value, timestamp, partition: this.id.partition });
      });
    }
  }

  #mayTake(reader: PartitionReader, options: IdleOptions, now: number): boolean {
    const wait = this.#wait(reader, options);
    if (wait === 'broker') return false;
    this.#idleSince = wait === 'none' ? undefined : (this.#idleSince ?? now);
    return this.#isOver(wait, options, now);
  }

  #isOver(wait: Wait, { maxTaskIdleMs }: IdleOptions, now: number): boolean {
    return (
      wait === 'none' || (wait === 'idle' && this.#idleSince !== undefined && now - this.#idleSince >= maxTaskIdleMs)
    );
  }

  /**
   * What the next record waits for, so that it is the one with the lowest timestamp as far as can be known: inputs that have
   * nothing are waited for as long as their broker has records that are not here yet, and then for `max.task.idle.ms`.
   * Source: KIP-695, https://cwiki.apache.org/confluence/display/KAFKA/KIP-695
   */
  #wait(reader: PartitionReader, { maxTaskIdleMs }: IdleOptions): Wait {
    if (this.inputs.length === 1 || maxTaskIdleMs < 0) return 'none';
    let hasAny = false;
    let hasAll = true;
    for (const input of this.inputs) {
      if (input.queue.size > 0) {
        hasAny = true;
        continue;
      }
      hasAll = false;
      const end = reader.knownEnd(input);
      if (end === undefined || Math.max(input.fetchedTo, input.settledTo) < end) return 'broker';
    }
    return hasAll || !hasAny || maxTaskIdleMs === 0 ? 'none' : 'idle';
  }
}

/** Nothing, what a broker is known to have or may have, or an input that has nothing. */
type Wait = 'none' | 'broker' | 'idle';

/** The offset of the next record that is to be processed. */
function positionOf({ queue, fetchedTo }: Input): number {
  return queue.nextOffset ?? fetchedTo;
}
