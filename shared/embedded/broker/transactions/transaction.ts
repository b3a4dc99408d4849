import type { JournaledOffset } from '../storage/storage.js';

/** Where a transactional id stands, in the words of DescribeTransactions. */
export type TransactionState =
  | 'Empty'
  | 'Ongoing'
  | 'PrepareCommit'
  | 'PrepareAbort'
  | 'CompleteCommit'
  | 'CompleteAbort';

/** An offset that waits for the end of a transaction. */
interface PendingOffset {
  readonly offset: JournaledOffset;
  readonly order: number;
}

/** The producer that writes under a transactional id, and its transaction. */
export class Transaction {
  state: TransactionState = 'Empty';
  producerId: number;
  producerEpoch = -1;
  /** The epoch before, where its owner asked for the next one: it may ask again, if the answer was lost (KIP-360). */
  lastProducerEpoch = -1;
  timeoutMs: number;
  /** When the transaction began, or the one that is over, in milliseconds since 1970; -1 before the first. */
  startedAt = -1;
  usedAt: number;
  timer: NodeJS.Timeout | undefined;
  readonly #partitions = new Map<string, Set<number>>();
  readonly #offsets = new Map<string, Map<string, PendingOffset>>();

  constructor(
    readonly id: string,
    producer: { readonly producerId: number; readonly timeoutMs: number; readonly now: number },
  ) {
    this.producerId = producer.producerId;
    this.timeoutMs = producer.timeoutMs;
    this.usedAt = producer.now;
  }

  get isEnding(): boolean {
    return this.state === 'PrepareCommit' || this.state === 'PrepareAbort';
  }

  /** The partitions that the transaction writes to, and must be ended in. */
  partitions(): [string, number[]][] {
    return Array.from(this.#partitions, ([topic, partitions]) => [topic, [...partitions]]);
  }

  hasPartition(topic: string, partition: number): boolean {
    return this.#partitions.get(topic)?.has(partition) === true;
  }

  addPartition(topic: string, partition: number): void {
    const partitions = this.#partitions.get(topic) ?? new Set();
    partitions.add(partition);
    this.#partitions.set(topic, partitions);
  }

  deletePartition(topic: string, partition: number): void {
    const partitions = this.#partitions.get(topic);
    partitions?.delete(partition);
    if (partitions?.size === 0) this.#partitions.delete(topic);
  }

  /** The groups whose offsets the transaction commits, with these. */
  offsets(): [string, JournaledOffset[]][] {
    return Array.from(this.#offsets, ([group, offsets]) => [
      group,
      Array.from(offsets.values(), ({ offset }) => offset),
    ]);
  }

  hasGroup(group: string): boolean {
    return this.#offsets.has(group);
  }

  addGroup(group: string): void {
    if (!this.#offsets.has(group)) this.#offsets.set(group, new Map());
  }

  /** @param order Its place among all commits, by which a later one is known. */
  addOffset(group: string, offset: JournaledOffset, order: number): void {
    this.addGroup(group);
    this.#offsets.get(group)?.set(keyOf(offset[0], offset[1]), { offset, order });
  }

  orderOf(group: string, topic: string, partition: number): number {
    return this.#offsets.get(group)?.get(keyOf(topic, partition))?.order ?? 0;
  }

  /** The group is deleted, or what it has committed for one partition. */
  forgetOffsets(group: string, one?: { readonly topic: string; readonly partition: number }): void {
    const offsets = this.#offsets.get(group);
    if (one === undefined) offsets?.clear();
    else offsets?.delete(keyOf(one.topic, one.partition));
  }

  /** The topic is no more: there is nothing to end in it, and no offset of it to commit. */
  forgetTopic(topic: string): void {
    this.#partitions.delete(topic);
    for (const offsets of this.#offsets.values()) {
      for (const [key, { offset }] of offsets) if (offset[0] === topic) offsets.delete(key);
    }
  }

  /** Whether an offset for the partition waits for the end of the transaction. */
  hasOffset(group: string, topic: string, partition: number): boolean {
    return this.#offsets.get(group)?.has(keyOf(topic, partition)) === true;
  }

  /** Forgets what belonged to the transaction that is over. */
  clear(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.#partitions.clear();
    this.#offsets.clear();
  }
}

const keyOf = (topic: string, partition: number) => `${topic}/${partition}`;
