import { randomUUID } from 'node:crypto';
import type { Cluster, Membership, OutgoingRecord, PartialOffsets, TransactionalProducer } from '#shared/kafka';
import { type Committer, type CommitterOptions, fail, persistStores } from './committer.js';
import { mergedOffsets, type Work } from './work.js';

interface TransactionCommitterOptions extends CommitterOptions {
  readonly cluster: Cluster;
  readonly applicationId: string;
  readonly timeoutMs: number;
  /** Told when a commit is over, whatever came of it. */
  readonly onSettled: () => void;
  /** As which member the tasks are had. */
  readonly membership: () => Membership | undefined;
}

/**
 * Outputs, changelogs and offsets of all tasks of an instance in one transaction, as of Kafka Streams' exactly_once_v2: the
 * coordinator of the group refuses the offsets, and with them the transaction, where the group has gone on without this
 * member. Source: KIP-447, https://cwiki.apache.org/confluence/display/KAFKA/KIP-447
 */
export class TransactionCommitter implements Committer {
  /** Of this instance alone. */
  readonly transactionalId: string;
  readonly #options: TransactionCommitterOptions;
  #producer: TransactionalProducer | undefined;
  /** The commit that is on its way; never rejects. */
  #committing: Promise<void> = Promise.resolve();
  isCommitting = false;

  constructor(options: TransactionCommitterOptions) {
    this.#options = options;
    this.transactionalId = `${options.applicationId}-${randomUUID()}`;
  }

  async begin(): Promise<void> {
    const { cluster, timeoutMs } = this.#options;
    this.#producer = await cluster.transactionalProducer({ transactionalId: this.transactionalId, timeoutMs });
  }

  send(works: readonly Work[]): Promise<void> {
    if (!this.#options.isReassigned()) this.#send(works);
    return Promise.resolve();
  }

  /** The next records are worked on while it is on its way. */
  async commit(works: readonly Work[]): Promise<boolean> {
    const begun = performance.now();
    // One commit at a time, so that what waits is bounded.
    await this.#committing;
    // What has failed begins anew, all of it: the transaction was one.
    if (this.#options.isReassigned() || works.some(({ failure }) => failure)) return false;
    this.#begin(works, begun);
    await this.persist(works, { always: false });
    return true;
  }

  commitAcknowledged(): void {
    // All of it is in a transaction, which is to be committed as a whole.
  }

  async persist(works: readonly Work[], { always }: { readonly always: boolean }): Promise<void> {
    if (works.every(({ persist }) => persist === undefined)) return;
    await this.#committing;
    persistStores(works, always, (partition) => this.#producer?.written(partition));
  }

  settle(): Promise<void> {
    return this.#committing;
  }

  async renew(): Promise<void> {
    await this.close();
    await this.begin();
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.close();
  }

  #send(works: readonly Work[]): void {
    const outgoing = ([] as OutgoingRecord[]).concat(
      ...works.map((work) => {
        const records = work.active.takeOutgoing();
        work.hasSent ||= records.length > 0;
        return records;
      }),
    );
    // Where it fails, the commit fails.
    if (outgoing.length > 0) this.#producer?.send(outgoing).catch(() => undefined);
  }

  #begin(works: readonly Work[], begun: number): void {
    const producer = this.#producer;
    if (producer === undefined) return;
    for (const { active } of works) active.prepareCommit();
    const done = works.filter(({ active, hasSent }) => hasSent || active.hasUncommitted);
    if (done.length === 0) return;
    // Of each task, whether or not it has moved: the group is asked whether this member has it still, and whoever takes it
    // over waits until the transaction is ended.
    const offsets = mergedOffsets(
      done.map(({ active }) => {
        const moved = active.offsets();
        return moved.size > 0 ? moved : active.positions();
      }),
    );
    this.#send(done);
    for (const work of done) {
      work.active.committed(offsets);
      work.active.task.beginTransaction();
      work.hasSent = false;
    }
    this.isCommitting = true;
    this.#committing = this.#end(producer, offsets)
      .then(
        // All of them are well, also those that had nothing to commit.
        () => this.#options.onCommitted(offsets, works, performance.now() - begun),
        (error: unknown) => fail(works, error),
      )
      .finally(() => {
        this.isCommitting = false;
        this.#options.onSettled();
      });
  }

  #end(producer: TransactionalProducer, offsets: PartialOffsets): Promise<void> {
    const { applicationId: groupId, membership } = this.#options;
    return producer.commit({ groupId, offsets, membership: membership() });
  }
}
