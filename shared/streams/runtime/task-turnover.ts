import { setTimeout as delay } from 'node:timers/promises';
import type { GroupMember, PartitionReader } from '#shared/kafka';
import type { Committer } from './committer.js';
import { FailureSeries } from './failure-series.js';
import type { Given, GroupStanding } from './group-standing.js';
import type { StreamsMetrics } from './streams-metrics.js';
import { type TaskId, taskName } from './task-id.js';
import type { TaskOwner } from './task-owner.js';
import type { Work } from './work.js';

/** A member that the group has gone on without learns of it with its next heartbeat, which comes twice a second. */
const HEARD_WITHIN_MS = 1_000;
const HEARD_POLL_MS = 20;
/** How long tasks are begun anew after failures that may pass, before the application gives up. */
const REVIVED_FOR_MS = 60_000;

interface TurnoverOptions {
  readonly owner: TaskOwner;
  readonly committer: Committer;
  readonly standing: GroupStanding;
  readonly metrics: StreamsMetrics;
  /** Whether all tasks write in one transaction. */
  readonly isTransactional: boolean;
  readonly isEnding: () => boolean;
}

/** Has an instance give up tasks and take others: those that the group gives it, and those that failed, which begin anew. */
export class TaskTurnover {
  readonly #options: TurnoverOptions;
  readonly #failures = new FailureSeries(REVIVED_FOR_MS);

  constructor(options: TurnoverOptions) {
    this.#options = options;
  }

  /** Gives up the tasks that are another member's now, and takes those that are new. */
  async putIntoEffect({ assignment, membership }: Given, reader: PartitionReader, member: GroupMember): Promise<void> {
    const { owner, committer, standing, isTransactional } = this.#options;
    const isOvertaken = this.#isOvertaken();
    if (isTransactional) await committer.settle();
    await this.#giveUpFailed(reader);
    const wanted = new Map(owner.assignedTasks(assignment).map((task) => [taskName(task), task]));
    const isAnew = !standing.isContinuedBy(membership);
    const leaving = this.#works.filter(({ active }) => isAnew || !wanted.has(active.name));
    // What a task has in the open transaction is not to be committed without its offsets, and all others' goes with it.
    const isSpoiled = leaving.some(({ hasSent }) => hasSent);
    if (isSpoiled) await committer.renew();
    await owner.abandon(isSpoiled ? this.#works : leaving, reader);
    standing.membership = membership;
    const missing = [...wanted.values()].filter((task) => !owner.works.has(taskName(task)));
    // Of tasks that stay: while stores are restored their transaction would run out of time.
    if (missing.length > 0 && this.#works.some(({ hasSent }) => hasSent)) {
      await committer.commit(this.#works, member);
      await committer.settle();
    }
    await owner.take(missing, reader, isOvertaken);
  }

  /**
   * Begins tasks anew whose outputs or offsets failed, from what is committed: another instance may have had them, or the
   * cluster did not say what became of the last commit.
   * @throws KitError where that would not help, or has not for a while.
   */
  async reviveFailed(reader: PartitionReader): Promise<void> {
    const ids = await this.#giveUpFailed(reader);
    if (ids.length === 0) return;
    // The group may have gone on without this member, which then is not to take again what is not its own any more.
    await this.#untilHeard();
    const { owner, standing } = this.#options;
    if (!standing.isReassigned) await owner.take(ids, reader, this.#isOvertaken());
  }

  /** Others have had the tasks for a while: what this member has written and not committed is not to hold them up. */
  async giveUpAll(reader: PartitionReader): Promise<void> {
    if (this.#works.length === 0) return;
    await this.#options.committer.renew();
    await this.#options.owner.abandon(this.#works, reader);
  }

  /** These have committed. */
  recovered(works: readonly Work[]): void {
    for (const { active } of works) this.#failures.recovered(active.name);
  }

  get #works(): readonly Work[] {
    return [...this.#options.owner.works.values()];
  }

  /** Whether the group has given this member other partitions since, or it is to end. */
  #isOvertaken(): () => boolean {
    const { standing, isEnding } = this.#options;
    const isOvertaken = standing.overtaking();
    return () => isOvertaken() || isEnding();
  }

  /** Gives up tasks that have failed, and gives which: they are to be begun anew. */
  async #giveUpFailed(reader: PartitionReader): Promise<TaskId[]> {
    const failed = this.#works.filter(({ failure }) => failure !== undefined);
    if (failed.length === 0) return [];
    const { committer, metrics, owner } = this.#options;
    for (const { active, failure } of failed) if (failure !== undefined) this.#failures.failed(active.name, failure);
    metrics.taskRevived(failed.length);
    await committer.renew();
    await owner.abandon(failed, reader);
    return failed.map(({ active }) => active.id);
  }

  /** Waits until this member has heard that the group has gone on, or should have by now. */
  async #untilHeard(): Promise<void> {
    const { standing, isEnding } = this.#options;
    const latest = performance.now() + HEARD_WITHIN_MS;
    while (!standing.isReassigned && !isEnding() && performance.now() < latest) await delay(HEARD_POLL_MS);
  }
}
