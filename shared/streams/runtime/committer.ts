import { KitError } from '#shared/errors';
import type { Cluster, GroupMember, OutgoingRecord, PartialOffsets, Producer } from '#shared/kafka';
import { mergedOffsets, type Work } from './work.js';

interface CommitterOptions {
  readonly cluster: Cluster;
  readonly isTransactional: boolean;
  /**
   * The group has given this member other partitions, which are not put into effect yet, or has thrown it out. With
   * at_least_once nothing may be written then: another member may have the tasks, and be further on.
   */
  readonly isReassigned: () => boolean;
  /** Told how long it took from the decision on, milliseconds. */
  readonly onCommitted: (offsets: PartialOffsets, works: readonly Work[], tookMs: number) => void;
}

/** Records on their way, with at_least_once, beyond which tasks wait for them: what a slow broker costs in memory. */
const MAX_UNACKNOWLEDGED_RECORDS = 2_048;

/** Sends what tasks put out, and makes it final: in a transaction of each task, or by committing offsets after it. */
export class Committer {
  readonly #options: CommitterOptions;
  #producer: Producer | undefined;
  /** The latest send: when it is answered, all before it were. */
  #sending: Promise<void> = Promise.resolve();
  #unacknowledged = 0;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /** Sends what the tasks have put out; with at_least_once, waits where much is not acknowledged yet. */
  async send(works: readonly Work[]): Promise<void> {
    if (this.#options.isTransactional) {
      for (const work of works) sendInTransaction(work);
      return;
    }
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
        (error: unknown) => {
          for (const work of works) fail(work, error);
        },
      )
      .finally(() => {
        this.#unacknowledged -= count;
      });
  }

  /** Begins to commit what is processed; with exactly_once the next records are worked on meanwhile. */
  async commit(works: readonly Work[], member: GroupMember): Promise<void> {
    if (this.#options.isTransactional) await Promise.all(works.map((work) => this.#commitTransaction(work)));
    else await this.#commitAfterSending(works, member);
    await this.persist(works, { always: false });
  }

  /** Writes stores on disk. Nothing is processed meanwhile: what they hold is what is committed. */
  async persist(works: readonly Work[], { always }: { readonly always: boolean }): Promise<void> {
    for (const work of works) {
      if (work.persist === undefined) continue;
      await work.committing;
      const isCommitted =
        work.failure === undefined && (this.#options.isTransactional || !this.#options.isReassigned());
      const written = work.output ?? this.#producer;
      if (isCommitted) work.persist({ always, written: (partition) => written?.written(partition) });
    }
  }

  /**
   * At once, for the member joins anew after this: what is acknowledged, of tasks that have no store. What a task with
   * stores has done is final only together with its changelog.
   */
  commitAcknowledged(works: readonly Work[], member: GroupMember): void {
    if (this.#options.isTransactional) return;
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

  /** Waits for what is on its way. */
  async settle(works: readonly Work[]): Promise<void> {
    await Promise.all(works.map(({ committing }) => committing));
    await this.#sending;
  }

  /** A producer that has failed may have sent anything: a new one begins where offsets are committed. */
  async renewProducer(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    this.#sending = Promise.resolve();
    await producer?.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#producer?.close();
  }

  async #commitTransaction(work: Work): Promise<void> {
    const { active, output } = work;
    const begun = performance.now();
    // One commit at a time, so that what waits is bounded.
    await work.committing;
    if (work.failure !== undefined || output === undefined) return;
    active.prepareCommit();
    if (!active.hasUncommitted && !work.hasSent) return;
    const offsets = active.offsets();
    sendInTransaction(work);
    active.committed(offsets);
    active.task.beginTransaction();
    work.hasSent = false;
    work.committing = output.commit(offsets).then(
      () => this.#options.onCommitted(offsets, [work], performance.now() - begun),
      (error: unknown) => fail(work, error),
    );
  }

  async #commitAfterSending(works: readonly Work[], member: GroupMember): Promise<void> {
    if (this.#options.isReassigned()) return;
    const begun = performance.now();
    for (const { active } of works) active.prepareCommit();
    await this.send(works);
    await this.#sending;
    const offsets = mergedOffsets(
      works.flatMap(({ active, failure }) => (failure === undefined ? [active.offsets()] : [])),
    );
    // After a rebalance they may be another member's, and further on: what stays here is committed the next time.
    if (this.#options.isReassigned()) return;
    if (offsets.size > 0 && !(await member.commit(offsets))) return;
    for (const { active } of works) {
      active.committed(offsets);
      active.task.beginTransaction();
    }
    if (offsets.size === 0) return;
    this.#options.onCommitted(offsets, works, performance.now() - begun);
  }
}

function sendInTransaction(work: Work): void {
  const outgoing = work.active.takeOutgoing();
  if (outgoing.length === 0) return;
  work.hasSent = true;
  work.output?.send(outgoing);
}

function fail(work: Work, error: unknown): void {
  work.failure ??= KitError.from(error, 'cluster-unreachable', `Committing the task ${work.active.name}`);
}
