import type { Cluster, GroupMember, OutgoingRecord, Producer } from '#shared/kafka';
import { type Committer, type CommitterOptions, fail, persistStores } from './committer.js';
import { mergedOffsets, type Work } from './work.js';

interface OffsetCommitterOptions extends CommitterOptions {
  readonly cluster: Cluster;
}

/** Records on their way, with at_least_once, beyond which tasks wait for them: what a slow broker costs in memory. */
const MAX_UNACKNOWLEDGED_RECORDS = 2_048;

/** At least once: sends what tasks put out, and commits what they have consumed when all of that is acknowledged. */
export class OffsetCommitter implements Committer {
  readonly #options: OffsetCommitterOptions;
  #producer: Producer | undefined;
  /** The latest send: when it is answered, all before it were. */
  #sending: Promise<void> = Promise.resolve();
  #unacknowledged = 0;
  /** What is committed is waited for. */
  readonly isCommitting = false;

  constructor(options: OffsetCommitterOptions) {
    this.#options = options;
  }

  begin(): Promise<void> {
    return Promise.resolve();
  }

  async send(works: readonly Work[]): Promise<void> {
    if (this.#options.isReassigned()) return;
    const outgoing = ([] as OutgoingRecord[]).concat(...works.map(({ active }) => active.takeOutgoing()));
    if (outgoing.length === 0) return;
    // What is acknowledged may be committed at once: it must have been told of.
    for (const { active } of works) outgoing.push(...active.takeIntercepted());
    // Rounds go on while sends are on their way; the producer keeps their order, and fails those behind one that fails.
    if (this.#unacknowledged > MAX_UNACKNOWLEDGED_RECORDS) await this.#sending;
    this.#producer ??= await this.#options.cluster.produce();
    const stateless = works.filter(({ active }) => active.stores.length === 0);
    const done = new Map(stateless.map((work) => [work, work.active.offsets()]));
    // Nothing that waits for the answer holds the records: what lives that long costs the garbage collector most.
    const { length: count } = outgoing;
    this.#unacknowledged += count;
    this.#sending = this.#producer
      .send(outgoing)
      .then(
        () => {
          for (const [{ active, failure }, offsets] of done) if (failure === undefined) active.acknowledged = offsets;
        },
        (error: unknown) => fail(works, error),
      )
      .finally(() => {
        this.#unacknowledged -= count;
      });
  }

  async commit(works: readonly Work[], member: GroupMember): Promise<boolean> {
    const isCommitted = await this.#commitAfterSending(works, member);
    if (isCommitted) await this.persist(works, { always: false });
    return isCommitted;
  }

  persist(works: readonly Work[], { always }: { readonly always: boolean }): Promise<void> {
    persistStores(works, always, (partition) => this.#producer?.written(partition));
    return Promise.resolve();
  }

  /** What is acknowledged, of tasks that have no store: what a task with stores has done is final only with its changelog. */
  commitAcknowledged(works: readonly Work[], member: GroupMember): void {
    const offsets = mergedOffsets(works.map(({ active }) => active.acknowledged));
    if (offsets.size === 0) return;
    member.commit(offsets).then(
      (isCommitted) => {
        if (isCommitted) for (const { active } of works) active.committed(offsets);
      },
      // It is committed the next time; a cluster that is gone is told of elsewhere.
      () => undefined,
    );
  }

  settle(): Promise<void> {
    return this.#sending;
  }

  /** A producer that has failed may have sent anything: a new one begins where offsets are committed. */
  async renew(): Promise<void> {
    await this.close().catch(() => undefined);
    this.#sending = Promise.resolve();
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.close();
  }

  async #commitAfterSending(works: readonly Work[], member: GroupMember): Promise<boolean> {
    if (this.#options.isReassigned()) return false;
    const begun = performance.now();
    for (const { active } of works) active.prepareCommit();
    await this.send(works);
    await this.#sending;
    const offsets = mergedOffsets(
      works.flatMap(({ active, failure }) => (failure === undefined ? [active.offsets()] : [])),
    );
    // After a rebalance they may be another member's, and further on: what stays here is committed the next time.
    if (this.#options.isReassigned()) return false;
    if (offsets.size > 0 && !(await member.commit(offsets))) return false;
    for (const { active } of works) {
      active.committed(offsets);
      active.task.beginTransaction();
    }
    if (offsets.size > 0) this.#options.onCommitted(offsets, works, performance.now() - begun);
    return !this.#options.isReassigned();
  }
}
