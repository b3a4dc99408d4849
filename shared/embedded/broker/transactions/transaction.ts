import type { JournaledOffset } from '../storage/storage.js';

/** Where a transactional id stands, in the words of DescribeTransactions. */
export type TransactionState =
  | 'Empty'
  | 'Ongoing'
  | 'PrepareCommit'
  | 'PrepareAbort'
  | 'CompleteCommit'
  | 'CompleteAbort';

/** The producer that writes under a transactional id, and its transaction. */
export class Transaction {
  state: TransactionState = 'Empty';
  producerId: number;
  producerEpoch = -1;
  /** The epoch before, where its owner asked for the next one: it may ask again, if the answer was lost (KIP-360). */
  lastProducerEpoch = -1;
  timeoutMs: number;
  /** When the transaction began, in milliseconds since 1970; -1 outside one. */
  startedAt = -1;
  usedAt: number;
  timer: NodeJS.Timeout | undefined;
  readonly #partitions = new Map<string, Set<number>>();
  readonly #offsets = new Map<string, Map<string, JournaledOffset>>();

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
    return Array.from(this.#offsets, ([group, offsets]) => [group, [...offsets.values()]]);
  }

  hasGroup(group: string): boolean {
    return this.#offsets.has(group);
  }

  addGroup(group: string): void {
    if (!this.#offsets.has(group)) this.#offsets.set(group, new Map());
  }

  addOffset(group: string, offset: JournaledOffset): void {
    this.addGroup(group);
    this.#offsets.get(group)?.set(keyOf(offset[0], offset[1]), offset);
  }

  /** Whether an offset for the partition waits for the end of the transaction. */
  hasOffset(group: string, topic: string, partition: number): boolean {
    return this.#offsets.get(group)?.has(keyOf(topic, partition)) === true;
  }

  /** Forgets what belonged to the transaction that is over. */
  clear(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.startedAt = -1;
    this.#partitions.clear();
    this.#offsets.clear();
  }
}

const keyOf = (topic: string, partition: number) => `${topic}/${partition}`;
