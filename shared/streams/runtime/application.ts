import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import type {
  Assignment,
  GroupMember,
  LazyChunk,
  Membership,
  OffsetReset,
  PartialOffsets,
  PartitionReader,
  TopicPartition,
} from '#shared/kafka';
import { type Committer, fail } from './committer.js';
import { FailureSeries } from './failure-series.js';
import { fenceGone } from './fence-gone.js';
import type { GlobalTables } from './global-tables.js';
import { HandOver } from './hand-over.js';
import type { TaskSurroundings } from './instance-tasks.js';
import { OffsetCommitter } from './offset-committer.js';
import { type QueryableStores, queryableStores } from './queryable-stores.js';
import { readerOptions } from './reader-options.js';
import { RepartitionPurge } from './repartition-purge.js';
import type { StreamsConfig, StreamsState } from './streams-config.js';
import type { StreamsMetrics } from './streams-metrics.js';
import { createTaskAssignor } from './task-assignor.js';
import { type TaskId, taskName } from './task-id.js';
import { type Fence, TaskOwner } from './task-owner.js';
import type { TopologyCounts } from './topology-counts.js';
import { TransactionCommitter } from './transaction-committer.js';
import type { Work } from './work.js';

/** Records of an input topic that are worked on, by all tasks, before their outputs are sent together. */
const MAX_RECORDS_PER_ROUND = 512;
/** A task has its turn with so many of each at least: a model is called for all of them. */
const MIN_RECORDS_PER_TASK = 64;
const BUFFERED_RECORDS = 1_000;
const COMMIT_INTERVAL_MS = { exactly_once: 100, at_least_once: 1_000 } as const;
/** Records that are worked on beside a commit that takes longer than until the next one is due: what a slow broker costs in memory. */
const MAX_RECORDS_BESIDE_COMMIT = 2_048;
const IDLE_POLL_MS = 100;
const HANDED_OVER_POLL_MS = 5;
/** A task that has records waits for another input: an answer that brings none ends that wait, too. */
const TASK_IDLE_POLL_MS = 5;
const TRANSACTION_TIMEOUT_MS = 10_000;
/** Brokers look every ten seconds which transactions are out of time (`transaction.abort.timed.out.transaction.cleanup.interval.ms`). */
const ABORTED_LATE_BY_MS = 15_000;
/** A member that the group has gone on without learns of it with its next heartbeat, which comes twice a second. */
const HEARD_WITHIN_MS = 1_000;
const HEARD_POLL_MS = 20;
/** How long tasks are begun anew after failures that may pass, before the application gives up. */
const REVIVED_FOR_MS = 60_000;

/** What the group gives a member, and as whom it has it. */
interface Given {
  readonly assignment: Assignment;
  readonly membership: Membership;
}

/** An instance of an application: a member of its group that works on the tasks it is given. */
export class Application {
  state: StreamsState = 'CREATED';
  finished: Promise<void> = Promise.resolve();
  readonly stores: QueryableStores;
  readonly counts: TopologyCounts;
  readonly #config: StreamsConfig;
  readonly #names: TaskSurroundings['names'];
  readonly #topology: TaskSurroundings['topology'];
  readonly #globalTables: GlobalTables;
  readonly #owner: TaskOwner;
  readonly #committer: Committer;
  readonly #purge: RepartitionPurge;
  readonly #commitIntervalMs: number;
  #reader: PartitionReader | undefined;
  #member: GroupMember | undefined;
  /** What the group gave this member last, until it is put into effect. */
  #assignment: Given | undefined;
  #assignments = 0;
  /** As whom this member has the tasks that it has. */
  #membership: Membership | undefined;
  /** The transactional ids of all instances that are in the group. */
  #instances: ReadonlySet<string> = new Set();
  readonly #transactionalId: string | undefined;
  /** The group has thrown this member out, and it has not joined anew yet. */
  #isExpelled = false;
  #commitSoon = false;
  readonly #handOver = new HandOver();
  /** Where the reader went on elsewhere, until that is put into effect. */
  readonly #resets: OffsetReset[] = [];
  #nextCommitAt = 0;
  /** Records that were processed since a commit began. */
  #processed = 0;
  #lost: KitError | undefined;
  readonly #failures = new FailureSeries(REVIVED_FOR_MS);
  /** When something was out of range last, and was read anew from what is committed. */
  #readAnewAt = Number.NEGATIVE_INFINITY;

  constructor(
    surroundings: TaskSurroundings,
    globalTables: GlobalTables,
    readonly metrics: StreamsMetrics,
  ) {
    const { config, topology, names } = surroundings;
    const guarantee = config.processingGuarantee ?? 'exactly_once';
    this.#config = config;
    this.#names = names;
    this.#topology = topology;
    this.counts = surroundings.counts;
    this.#globalTables = globalTables;
    this.#commitIntervalMs = config.commitIntervalMs ?? COMMIT_INTERVAL_MS[guarantee];
    this.#purge = new RepartitionPurge(config.cluster, topology.repartitionTopics.map(names.topic));
    const { cluster, applicationId, transactionTimeoutMs: timeoutMs = TRANSACTION_TIMEOUT_MS } = config;
    const options = {
      cluster,
      isReassigned: () => this.#isReassigned,
      onCommitted: (offsets: PartialOffsets, works: readonly Work[], tookMs: number) => {
        for (const { active } of works) this.#failures.recovered(active.name);
        metrics.committed(tookMs);
        this.#purge.committed(offsets);
      },
    };
    if (guarantee === 'exactly_once') {
      const membership = (): Membership | undefined => this.#membership;
      const onSettled = (): void => this.#reader?.wake();
      const committer = new TransactionCommitter({ ...options, membership, onSettled, applicationId, timeoutMs });
      this.#committer = committer;
      this.#transactionalId = committer.transactionalId;
      const fence: Fence = (partitions) =>
        fenceGone(cluster, applicationId, partitions, {
          ownId: committer.transactionalId,
          instances: this.#instances,
          timeoutMs,
        });
      this.#owner = new TaskOwner(surroundings, { fence, stableWithinMs: timeoutMs + ABORTED_LATE_BY_MS }, metrics);
    } else {
      this.#committer = new OffsetCommitter(options);
      this.#owner = new TaskOwner(surroundings, {}, metrics);
    }
    const taskStores = () => this.#works.map(({ active }) => active.stores);
    this.stores = queryableStores(taskStores, globalTables.stores);
  }

  async start(): Promise<void> {
    const { cluster, applicationId, sessionTimeoutMs } = this.#config;
    this.#become('REBALANCING');
    await this.#committer.begin();
    this.#reader = await cluster.reader(readerOptions(this.#config, (reset) => this.#resets.push(reset)));
    this.#member = await cluster.joinGroup({
      groupId: applicationId,
      ...(sessionTimeoutMs !== undefined && { sessionTimeoutMs }),
      topics: this.#topology.sources.map(({ topic }) => this.#names.topic(topic)),
      assignor: createTaskAssignor({
        tasks: () => this.#owner.allTasks(),
        partitionsOf: (task) => this.#owner.partitionsOf(task),
        owned: () => [...this.#owner.works.keys()],
        transactionalId: this.#transactionalId,
        onInstances: (transactionalIds) => {
          this.#instances = new Set(transactionalIds);
        },
      }),
      onRebalancing: (isMember) => this.#rebalancing(isMember),
      onAssigned: (assignment, membership) => {
        this.#assignment = { assignment, membership };
        this.#assignments += 1;
        this.metrics.rebalanced();
        this.#isExpelled = false;
        this.#handOver.over();
      },
      onLost: (reason) => {
        this.#lost = reason;
      },
    });
    this.finished = this.#run(this.#reader, this.#member);
    // Whoever waits for `finished` gets the reason; a rejection that nobody awaits yet must not end the process.
    this.finished.catch(() => undefined);
  }

  /** Ends what a start that failed has begun. */
  async abort(): Promise<void> {
    await this.#closeAll().catch(() => undefined);
    this.#tell('ERROR');
  }

  async close(): Promise<void> {
    if (this.state === 'RUNNING' || this.state === 'REBALANCING') this.#become('PENDING_SHUTDOWN');
    await this.finished;
  }

  get partitions(): TopicPartition[] {
    return this.#works.flatMap(({ active }) => active.inputs.map(({ topic, partition }) => ({ topic, partition })));
  }

  get #works(): readonly Work[] {
    return [...this.#owner.works.values()];
  }

  async #run(reader: PartitionReader, member: GroupMember): Promise<void> {
    try {
      while (this.state !== 'PENDING_SHUTDOWN') {
        if (this.#lost !== undefined) throw this.#lost;
        if (this.#isExpelled) await this.#giveUpAll(reader);
        if (this.#assignment !== undefined) await this.#putIntoEffect(reader, member, this.#assignment);
        await this.#reviveFailed(reader);
        if (this.state === 'RUNNING') await this.#config.beforePoll?.();
        await this.#round(reader);
        await this.#commitIfDue(member);
        // What is fetched arrives between two turns of the event loop, and a round may have had nothing to wait for.
        await setImmediate();
      }
      const isCommitted = await this.#committer.commit(this.#works, member);
      await this.#committer.settle();
      const failed = this.#works.find(({ failure }) => failure !== undefined);
      // Nothing is lost: it is done again from what is committed. But whoever closes is to know.
      if (failed?.failure !== undefined && failed.failure.code !== 'producer-fenced') throw failed.failure;
      // Before the group gives them to somebody else.
      if (isCommitted) await this.#committer.persist(this.#works, { always: true });
      await this.#owner.end(this.#works, { isCommitted });
      await this.#closeAll();
      this.#become('NOT_RUNNING');
    } catch (error) {
      const reason = KitError.from(error, 'run-failed', `The application ${this.#config.applicationId} stopped`);
      this.#tell('PENDING_ERROR');
      await this.#closeAll().catch(() => undefined);
      this.#tell('ERROR');
      throw reason;
    }
  }

  /** Fetches, processes and sends once. */
  async #round(reader: PartitionReader): Promise<void> {
    // What another member may have by now is not worked on.
    const works = this.#handOver.isDone || this.#isReassigned ? [] : this.#works;
    const now = this.#config.now ?? Date.now;
    const idle = { maxTaskIdleMs: this.#config.maxTaskIdleMs ?? 0 };
    for (const { active } of works) active.settle(reader);
    const isBusy = works.some(({ active }) => active.hasNext(reader, idle, now()));
    await this.#distribute(await this.#poll(reader, isBusy ? 0 : this.#idleMs(works)));
    await this.#globalTables.update();
    const busy = works.filter(({ active }) => active.hasQueued).length;
    const share = Math.max(MIN_RECORDS_PER_TASK, Math.ceil(MAX_RECORDS_PER_ROUND / Math.max(1, busy)));
    // Side by side, so that a model is called once for the records of all tasks.
    const taken = await Promise.all(
      works.map(({ active }) => active.process(share * active.inputs.length, reader, idle, now())),
    );
    for (const { active } of works) {
      if (active.task.punctuateWallClock() && active.task.hasParked) await active.task.flush();
      if (!active.task.commitRequested) continue;
      active.task.commitRequested = false;
      this.#commitSoon = true;
    }
    const processed = taken.reduce((sum, count) => sum + count, 0);
    this.metrics.processed(processed);
    this.#processed += processed;
    // Also of tasks that are handed over, which take nothing while their partitions go on being fetched.
    this.#resumeOrPause(reader, this.#works);
    // What is committed next goes with the changes of its stores: one write to wait for, not two.
    if (!this.#isCommitDue && !this.#committer.isCommitting) await this.#committer.send(works);
  }

  /**
   * What was fetched. A member that the group has gone on without may ask for what its successor has deleted behind itself:
   * what is out of range is read anew from what is committed, and ends the application where it is so again.
   */
  async #poll(reader: PartitionReader, maxWaitMs: number): Promise<readonly LazyChunk[]> {
    try {
      return await reader.poll(maxWaitMs);
    } catch (error) {
      const isOutOfRange = error instanceof KitError && error.code === 'topic-mismatch';
      const now = performance.now();
      if (!isOutOfRange || now - this.#readAnewAt < REVIVED_FOR_MS) throw error;
      this.#readAnewAt = now;
      fail(this.#works, new KitError('producer-fenced', error.message, { cause: error }));
      return [];
    }
  }

  async #distribute(chunks: readonly LazyChunk[]): Promise<void> {
    for (const reset of this.#resets.splice(0)) {
      this.#owner.ownerOf(reset)?.active.reset(reset);
      this.#config.onOffsetReset?.(reset);
    }
    for (const chunk of chunks) {
      this.metrics.fetched(chunk.lazyRecords.length);
      const active = this.#owner.ownerOf(chunk)?.active;
      const input = active?.inputs.find(
        ({ topic, partition }) => topic === chunk.topic && partition === chunk.partition,
      );
      await input?.queue.codec.prepare(chunk.values());
      active?.add(chunk);
    }
  }

  /** No more is fetched of a partition that has plenty waiting. */
  #resumeOrPause(reader: PartitionReader, works: readonly Work[]): void {
    const most = this.#config.bufferedRecordsPerPartition ?? BUFFERED_RECORDS;
    for (const { active } of works) {
      for (const input of active.inputs) {
        if (!input.isPaused && input.queue.size > most) {
          input.isPaused = true;
          reader.pause([input]);
        } else if (input.isPaused && input.queue.size <= most / 2) {
          input.isPaused = false;
          reader.resume([input]);
        }
      }
    }
  }

  /** How long there is nothing to do unless records come. */
  #idleMs(works: readonly Work[]): number {
    const isCommitting = this.#committer.isCommitting && !this.#handOver.isWanted;
    if (this.#assignment !== undefined || (this.#commitSoon && !isCommitting)) return 0;
    if (this.#handOver.isDone) return HANDED_OVER_POLL_MS;
    const idleMs = works.some(({ active }) => active.hasQueued) ? TASK_IDLE_POLL_MS : IDLE_POLL_MS;
    const isDue = works.some(({ active, hasSent }) => hasSent || active.hasUncommitted);
    return isDue && !isCommitting ? Math.max(0, Math.min(idleMs, this.#nextCommitAt - performance.now())) : idleMs;
  }

  get #isReassigned(): boolean {
    return this.#assignment !== undefined || this.#isExpelled;
  }

  get #isCommitDue(): boolean {
    return this.#commitSoon || performance.now() >= this.#nextCommitAt;
  }

  async #commitIfDue(member: GroupMember): Promise<void> {
    if (!this.#isCommitDue) return;
    const isWanted = this.#handOver.isWanted;
    // What is done until it is over goes with the next one.
    if (this.#committer.isCommitting && !isWanted && this.#processed < MAX_RECORDS_BESIDE_COMMIT) return;
    this.#commitSoon = false;
    this.#processed = 0;
    this.#nextCommitAt = performance.now() + this.#commitIntervalMs;
    await this.#committer.commit(this.#works, member);
    if (!isWanted) return;
    await this.#committer.settle();
    // Nobody waits any more where the group has shared its partitions meanwhile.
    this.#handOver.done();
  }

  /** Commits what is done while the partitions are this member's still, so that nobody does it again. */
  #rebalancing(isMember: boolean): Promise<void> | undefined {
    this.#isExpelled = !isMember;
    if (this.#member === undefined || this.state === 'PENDING_SHUTDOWN') return undefined;
    if (this.state === 'RUNNING') this.#become('REBALANCING');
    // Others have had its tasks for a while.
    if (!isMember) return undefined;
    this.#commitSoon = true;
    this.#committer.commitAcknowledged(this.#works, this.#member);
    return this.#handOver.begin();
  }

  /** Gives up the tasks that are another member's now, and takes those that are new. */
  async #putIntoEffect(reader: PartitionReader, member: GroupMember, given: Given): Promise<void> {
    const { assignment, membership } = given;
    this.#assignment = undefined;
    const isOvertaken = this.#isOvertaken();
    if (this.state === 'RUNNING') this.#become('REBALANCING');
    if (this.#transactionalId !== undefined) await this.#committer.settle();
    await this.#giveUpFailed(reader);
    const wanted = new Map(this.#owner.assignedTasks(assignment).map((task) => [taskName(task), task]));
    const isAnew = !isNextOf(this.#membership, membership);
    const leaving = this.#works.filter(({ active }) => isAnew || !wanted.has(active.name));
    // What a task has in the open transaction is not to be committed without its offsets, and all others' goes with it.
    const isSpoiled = leaving.some(({ hasSent }) => hasSent);
    if (isSpoiled) await this.#committer.renew();
    await this.#owner.abandon(isSpoiled ? this.#works : leaving, reader);
    this.#membership = membership;
    const missing = [...wanted.values()].filter((task) => !this.#owner.works.has(taskName(task)));
    // Of tasks that stay: while stores are restored their transaction would run out of time.
    if (missing.length > 0 && this.#works.some(({ hasSent }) => hasSent)) {
      await this.#committer.commit(this.#works, member);
      await this.#committer.settle();
    }
    await this.#owner.take(missing, reader, isOvertaken);
    if (this.#assignment === undefined && this.state === 'REBALANCING') this.#become('RUNNING');
  }

  /** Whether the group has given this member other partitions since, or it is to end. */
  #isOvertaken(): () => boolean {
    const assignments = this.#assignments;
    return () => this.#assignments !== assignments || this.state === 'PENDING_SHUTDOWN';
  }

  /**
   * Begins tasks anew whose outputs or offsets failed, from what is committed: another instance may have had them, or the
   * cluster did not say what became of the last commit.
   */
  async #reviveFailed(reader: PartitionReader): Promise<void> {
    const ids = await this.#giveUpFailed(reader);
    if (ids.length === 0) return;
    // The group may have gone on without this member, which then is not to take again what is not its own any more.
    await this.#untilHeard();
    if (!this.#isReassigned) await this.#owner.take(ids, reader, this.#isOvertaken());
  }

  /**
   * Gives up tasks that have failed; they are to be begun anew.
   * @throws KitError where that would not help, or has not for a while.
   */
  async #giveUpFailed(reader: PartitionReader): Promise<TaskId[]> {
    const failed = this.#works.filter(({ failure }) => failure !== undefined);
    if (failed.length === 0) return [];
    for (const { active, failure } of failed) if (failure !== undefined) this.#failures.failed(active.name, failure);
    this.metrics.taskRevived(failed.length);
    await this.#committer.renew();
    await this.#owner.abandon(failed, reader);
    return failed.map(({ active }) => active.id);
  }

  /** Others have had the tasks for a while: what this member has written and not committed is not to hold them up. */
  async #giveUpAll(reader: PartitionReader): Promise<void> {
    if (this.#works.length === 0) return;
    await this.#committer.renew();
    await this.#owner.abandon(this.#works, reader);
  }

  /** Waits until this member has heard that the group has gone on, or should have by now. */
  async #untilHeard(): Promise<void> {
    const latest = performance.now() + HEARD_WITHIN_MS;
    while (!this.#isReassigned && this.state !== 'PENDING_SHUTDOWN' && performance.now() < latest) {
      await delay(HEARD_POLL_MS);
    }
  }

  async #closeAll(): Promise<void> {
    this.#handOver.over();
    // Before the tasks are somebody else's, who would wait for what is open.
    await this.#committer.close();
    await this.#member?.close();
    if (this.#reader !== undefined) await this.#owner.abandon(this.#works, this.#reader);
    await this.#reader?.close();
    await this.#purge.close();
    await this.#globalTables.close();
  }

  /** As `#become`, where the application ends already: a listener that throws must not keep it from cleaning up. */
  #tell(state: StreamsState): void {
    try {
      this.#become(state);
    } catch {
      this.state = state;
    }
  }

  #become(state: StreamsState): void {
    const from = this.state;
    if (from === state) return;
    this.state = state;
    this.#config.onStateChange?.(state, from);
  }
}

/**
 * Whether a member has had its tasks all the time: one that was thrown out and is there again, or that was not told what
 * was shared in between, may come back to tasks that another one has had and moved on.
 */
function isNextOf(before: Membership | undefined, { memberId, generationId }: Membership): boolean {
  return before === undefined || (memberId === before.memberId && generationId === before.generationId + 1);
}
