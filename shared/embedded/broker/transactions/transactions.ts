import { KitError } from '#shared/errors';
import { type BatchHeader, errorCode } from '#shared/wire';
import type { Groups } from '../groups/groups.js';
import type { Refusal } from '../log/check-batch.js';
import type { JournalEntry, JournaledOffset, Storage } from '../storage/storage.js';
import type { Topics } from '../topics/topics.js';
import { Transaction } from './transaction.js';
import { entryOf, restored, type TransactionEntry } from './transaction-journal.js';

/** Kafka's own `transaction.max.timeout.ms`. */
const maxTimeoutMs = 15 * 60 * 1000;
/** Kafka's own `transactional.id.expiration.ms`. */
const forgottenAfterMs = 7 * 24 * 60 * 60 * 1000;
/** More ids than this are a client that makes up one each time, and would fill the memory. */
const maxIds = 10_000;
const lookAgainMs = 60 * 60 * 1000;
/** The last epoch of a producer id that a producer gets; after it comes another producer id. */
const lastEpoch = 32_766;
/** A marker that could not be kept, as on a full disk, is tried again after this. */
const retryMs = 1_000;

/** The producer that a request says it comes from. */
export interface Claim {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** What a producer is told when it begins; the id is -1 where it may not. */
export interface InitResult {
  readonly errorCode: number;
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** What the coordinator works on. */
export interface Coordinated {
  readonly topics: Topics;
  readonly groups: Groups;
  readonly storage: Storage;
  readonly nextProducerId: () => number;
  readonly now: () => number;
  readonly onWarning: (sentence: string) => void;
}

const refusedInit = (code: number): InitResult => ({ errorCode: code, producerId: -1, producerEpoch: -1 });

/**
 * The coordinator of transactions (KIP-98, in the version before KIP-890): who writes under a transactional id, with what
 * epoch, where, and how it ends. With one broker an end is one step: its markers are in the logs before it is answered.
 */
export class Transactions {
  readonly #byId = new Map<string, Transaction>();
  /** When it was last looked for ids that nobody uses any more. */
  #lookedAt = 0;

  constructor(readonly on: Coordinated) {}

  all(): Iterable<Transaction> {
    return this.#byId.values();
  }

  find(transactionalId: string): Transaction | undefined {
    return this.#byId.get(transactionalId);
  }

  /**
   * InitProducerId: gives the id's producer its next epoch, by which all earlier ones are shut out, and aborts what they have
   * left open. A producer that names its own id and epoch gets a next one only if nobody came after it (KIP-360).
   */
  init(
    transactionalId: string,
    timeoutMs: number,
    expected: { readonly producerId: number; readonly producerEpoch: number },
  ): InitResult {
    if (transactionalId === '') return refusedInit(errorCode.invalidRequest);
    if (timeoutMs <= 0 || timeoutMs > maxTimeoutMs) return refusedInit(errorCode.invalidTransactionTimeout);
    const now = this.on.now();
    let transaction = this.#byId.get(transactionalId);
    if (transaction === undefined) {
      this.#forgetUnused(now);
      if (this.#byId.size >= maxIds) return refusedInit(errorCode.policyViolation);
      transaction = new Transaction(transactionalId, { producerId: this.on.nextProducerId(), timeoutMs, now });
      this.#byId.set(transactionalId, transaction);
    } else if (expected.producerId >= 0 && !isOwn(transaction, expected)) {
      return refusedInit(errorCode.producerFenced);
    }
    if (transaction.isEnding && !this.#finish(transaction)) return refusedInit(errorCode.concurrentTransactions);
    if (transaction.state === 'Ongoing' && !this.#abortAndFence(transaction)) {
      return refusedInit(errorCode.concurrentTransactions);
    }
    transaction.timeoutMs = timeoutMs;
    transaction.usedAt = now;
    const asksAgain = expected.producerEpoch >= 0 && expected.producerEpoch === transaction.lastProducerEpoch;
    if (!asksAgain) this.#nextEpoch(transaction, expected.producerId >= 0);
    transaction.state = 'Empty';
    transaction.startedAt = -1;
    this.on.storage.record(entryOf(transaction));
    return {
      errorCode: errorCode.none,
      producerId: transaction.producerId,
      producerEpoch: transaction.producerEpoch,
    };
  }

  #nextEpoch(transaction: Transaction, isOwnWish: boolean): void {
    transaction.lastProducerEpoch = isOwnWish ? transaction.producerEpoch : -1;
    transaction.producerEpoch += 1;
    if (transaction.producerEpoch <= lastEpoch) return;
    transaction.producerId = this.on.nextProducerId();
    transaction.producerEpoch = 0;
    transaction.lastProducerEpoch = -1;
  }

  /** AddPartitionsToTxn, and AddOffsetsToTxn: gives an error code, or what the transaction may go on with. */
  begin(claim: Claim): Transaction | number {
    const transaction = this.#identify(claim);
    if (typeof transaction === 'number') return transaction;
    if (transaction.isEnding) return errorCode.concurrentTransactions;
    transaction.usedAt = this.on.now();
    if (transaction.state !== 'Ongoing') this.#start(transaction);
    return transaction;
  }

  #start(transaction: Transaction): void {
    transaction.state = 'Ongoing';
    transaction.startedAt = this.on.now();
    // So that a broker that starts again knows of it, even if nothing was written yet.
    this.on.storage.record(entryOf(transaction));
    this.#abortAfter(transaction, transaction.timeoutMs);
  }

  #abortAfter(transaction: Transaction, delayMs: number): void {
    transaction.timer = setTimeout(() => {
      try {
        const isOver = transaction.isEnding ? this.#finish(transaction) : this.#abortAndFence(transaction);
        if (isOver) return;
      } catch (reason) {
        this.on.onWarning(`Ending transaction ${transaction.id}, whose time is over: ${KitError.from(reason).message}`);
      }
      this.#abortAfter(transaction, retryMs);
    }, delayMs);
    transaction.timer.unref();
  }

  /** Why a transactional batch may not be written to the partition; undefined where it may. */
  refuseWrite(
    transactionalId: string | null,
    header: BatchHeader,
    topic: string,
    partition: number,
  ): Refusal | undefined {
    const { producerId, producerEpoch } = header;
    const transaction = this.#identify({ transactionalId: transactionalId ?? '', producerId, producerEpoch });
    if (transaction === errorCode.producerFenced) {
      return refuse(errorCode.invalidProducerEpoch, 'Another producer has begun under the same transactional id');
    }
    if (typeof transaction === 'number') {
      return refuse(transaction, `Producer ${producerId} does not write under transactional id '${transactionalId}'`);
    }
    if (transaction.state === 'Ongoing' && transaction.hasPartition(topic, partition)) return undefined;
    return refuse(errorCode.invalidTxnState, `Partition ${partition} of '${topic}' is in no open transaction of it`);
  }

  /** EndTxn: gives an error code. All markers are in the logs, and the offsets committed, when it is 0. */
  end(claim: Claim, commits: boolean): number {
    const transaction = this.#identify(claim);
    if (typeof transaction === 'number') return transaction;
    if (transaction.isEnding) {
      if (commits !== (transaction.state === 'PrepareCommit')) return errorCode.invalidTxnState;
      return this.#finish(transaction) ? errorCode.none : errorCode.concurrentTransactions;
    }
    if (transaction.state !== 'Ongoing') {
      const isRepeated = transaction.state === (commits ? 'CompleteCommit' : 'CompleteAbort');
      return isRepeated ? errorCode.none : errorCode.invalidTxnState;
    }
    return this.#end(transaction, commits) ? errorCode.none : errorCode.coordinatorNotAvailable;
  }

  /** The transaction that a request belongs to, or the error code for a claim that is wrong. */
  #identify({ transactionalId, producerId, producerEpoch }: Claim): Transaction | number {
    if (transactionalId === '') return errorCode.invalidRequest;
    const transaction = this.#byId.get(transactionalId);
    if (transaction === undefined || transaction.producerId !== producerId) return errorCode.invalidProducerIdMapping;
    return transaction.producerEpoch === producerEpoch ? transaction : errorCode.producerFenced;
  }

  /** Whether an offset of the group waits for the end of a transaction. */
  hasPendingOffset(group: string, topic: string, partition: number): boolean {
    for (const transaction of this.#byId.values()) {
      if (transaction.hasOffset(group, topic, partition)) return true;
    }
    return false;
  }

  /**
   * Aborts, with an epoch that nobody has: whoever wrote until now is shut out, until it asks for that very epoch (KIP-360).
   * False where a marker can't be kept yet.
   */
  #abortAndFence(transaction: Transaction): boolean {
    transaction.lastProducerEpoch = transaction.producerEpoch;
    transaction.producerEpoch += 1;
    return this.#end(transaction, false);
  }

  /** From here on the decision stands, also if this process ends before all is done. */
  #end(transaction: Transaction, commits: boolean): boolean {
    const before = transaction.state;
    transaction.state = commits ? 'PrepareCommit' : 'PrepareAbort';
    try {
      this.on.storage.record(entryOf(transaction));
    } catch (reason) {
      transaction.state = before;
      throw reason;
    }
    clearTimeout(transaction.timer);
    if (this.#finish(transaction)) return true;
    this.#abortAfter(transaction, retryMs);
    return false;
  }

  #finish(transaction: Transaction): boolean {
    const { producerId, producerEpoch } = transaction;
    const commits = transaction.state === 'PrepareCommit';
    for (const [topic, partitions] of transaction.partitions()) {
      for (const partition of partitions) {
        try {
          this.on.topics.log(topic, partition)?.endTransaction({ producerId, producerEpoch, commits }, this.on.now());
        } catch (reason) {
          const { message } = KitError.from(reason);
          this.on.onWarning(`Ending transaction ${transaction.id} in partition ${partition} of ${topic}: ${message}`);
          return false;
        }
        transaction.deletePartition(topic, partition);
      }
    }
    if (commits) this.#commitOffsets(transaction);
    transaction.clear();
    transaction.state = commits ? 'CompleteCommit' : 'CompleteAbort';
    transaction.usedAt = this.on.now();
    this.on.storage.record(entryOf(transaction));
    return true;
  }

  /** An offset that was committed after the one in the transaction stays, as in the log that Kafka keeps of both. */
  #commitOffsets(transaction: Transaction): void {
    const { groups, topics } = this.on;
    for (const [groupId, offsets] of transaction.offsets()) {
      // A group that was deleted meanwhile does not come again for nothing.
      if (offsets.length === 0) continue;
      const group = groups.findOrCreate(groupId);
      const orderOf = ([topic, partition]: JournaledOffset) => transaction.orderOf(groupId, topic, partition);
      const isWanted = (offset: JournaledOffset) => {
        const [topic, partition] = offset;
        const isLatest = (group.offsets.get(topic, partition)?.order ?? 0) <= orderOf(offset);
        return isLatest && topics.log(topic, partition) !== undefined;
      };
      groups.commit(group, offsets.filter(isWanted), orderOf);
    }
  }

  /** Forgets what waits for the end of a transaction for a group that is deleted, or for one partition of it. */
  forgetOffsets(group: string, partition?: { readonly topic: string; readonly partition: number }): void {
    for (const transaction of this.#byId.values()) transaction.forgetOffsets(group, partition);
  }

  #forgetUnused(now: number): void {
    if (now - this.#lookedAt < lookAgainMs) return;
    this.#lookedAt = now;
    for (const transaction of this.#byId.values()) {
      const isIdle = transaction.state !== 'Ongoing' && !transaction.isEnding;
      if (!isIdle || now - transaction.usedAt <= forgottenAfterMs) continue;
      this.#byId.delete(transaction.id);
      this.on.storage.record({ is: 'transactional-id-forgotten', id: transaction.id });
    }
  }

  /** Has a transactional id again as an earlier run has left it. */
  restore(entry: TransactionEntry): void {
    if (entry.is === 'transactional-id-forgotten') {
      this.#byId.delete(entry.id);
      return;
    }
    this.#byId.set(entry.id, restored(entry, this.on.now()));
  }

  /**
   * After everything was restored: carries out what was decided, and aborts what was open when the earlier run ended, shutting
   * out its producer, which may not know that.
   */
  settle(): void {
    const open = this.#openPartitions();
    for (const transaction of this.#byId.values()) {
      const partitions = open.get(transaction.producerId) ?? [];
      open.delete(transaction.producerId);
      if (transaction.isEnding) {
        // Only where the marker is still missing.
        for (const [topic, numbers] of transaction.partitions()) {
          for (const number of numbers) {
            if (!partitions.some(([name, partition]) => name === topic && partition === number)) {
              transaction.deletePartition(topic, number);
            }
          }
        }
        if (!this.#finish(transaction)) this.#abortAfter(transaction, retryMs);
      } else if (transaction.state === 'Ongoing' || partitions.length > 0) {
        for (const [topic, partition] of partitions) transaction.addPartition(topic, partition);
        transaction.state = 'Ongoing';
        this.#abortAndFence(transaction);
      }
    }
    // Nobody can end these any more: without this, read_committed readers would wait for ever.
    for (const [producerId, partitions] of open) {
      for (const [topic, partition] of partitions)
        this.on.topics.log(topic, partition)?.abandon(producerId, this.on.now());
    }
  }

  #openPartitions(): Map<number, [string, number][]> {
    const open = new Map<number, [string, number][]>();
    for (const topic of this.on.topics.all()) {
      for (const [partition, log] of topic.partitions.entries()) {
        for (const producerId of log.openProducers) {
          open.set(producerId, [...(open.get(producerId) ?? []), [topic.name, partition]]);
        }
      }
    }
    return open;
  }

  /** All that has to be known to have every transactional id again. */
  *entries(): Generator<JournalEntry> {
    for (const transaction of this.#byId.values()) yield entryOf(transaction);
  }

  close(): void {
    for (const { timer } of this.#byId.values()) clearTimeout(timer);
  }
}

/** Whether whoever names this producer is the present one, or the one before who missed the answer. */
const isOwn = (transaction: Transaction, { producerId, producerEpoch }: Omit<Claim, 'transactionalId'>) =>
  producerId === transaction.producerId &&
  (producerEpoch === transaction.producerEpoch || producerEpoch === transaction.lastProducerEpoch);

const refuse = (code: number, errorMessage: string): Refusal => ({ errorCode: code, errorMessage });
