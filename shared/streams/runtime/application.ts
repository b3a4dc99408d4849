import { setImmediate } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import type { GroupMember, Membership, PartialOffsets, PartitionReader, TopicPartition } from '#shared/kafka';
import type { Committer } from './committer.js';
import { fenceGone } from './fence-gone.js';
import type { GlobalTables } from './global-tables.js';
import { GroupStanding } from './group-standing.js';
import { HandOver } from './hand-over.js';
import type { TaskSurroundings } from './instance-tasks.js';
import { Intake } from './intake.js';
import { OffsetCommitter } from './offset-committer.js';
import { type QueryableStores, queryableStores } from './queryable-stores.js';
import { RepartitionPurge } from './repartition-purge.js';
import type { StreamsConfig, StreamsState } from './streams-config.js';
import type { StreamsMetrics } from './streams-metrics.js';
import { createTaskAssignor } from './task-assignor.js';
import { type Fence, TaskOwner } from './task-owner.js';
import { TaskTurnover } from './task-turnover.js';
import type { TopologyCounts } from './topology-counts.js';
import { TransactionCommitter } from './transaction-committer.js';
import type { Work } from './work.js';

/** Records of an input topic that are worked on, by all tasks, before their outputs are sent together. */
const MAX_RECORDS_PER_ROUND = 1_024;
/** A task has its turn with so many of each at least: a model is called for all of them. */
const MIN_RECORDS_PER_TASK = 64;
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
  readonly #standing = new GroupStanding();
  readonly #turnover: TaskTurnover;
  readonly #intake: Intake;
  readonly #transactionalId: string | undefined;
  #commitSoon = false;
  readonly #handOver = new HandOver();
  #nextCommitAt = 0;
  /** Records that were processed since a commit began. */
  #processed = 0;
  #lost: KitError | undefined;

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
      isReassigned: () => this.#standing.isReassigned,
      onCommitted: (offsets: PartialOffsets, works: readonly Work[], tookMs: number) => {
        this.#turnover.recovered(works);
        metrics.committed(tookMs);
        this.#purge.committed(offsets);
      },
    };
    if (guarantee === 'exactly_once') {
      const membership = (): Membership | undefined => this.#standing.membership;
      const onSettled = (): void => this.#reader?.wake();
      const committer = new TransactionCommitter({ ...options, membership, onSettled, applicationId, timeoutMs });
      this.#committer = committer;
      this.#transactionalId = committer.transactionalId;
      const fence: Fence = (partitions) =>
        fenceGone(cluster, applicationId, partitions, {
          ownId: committer.transactionalId,
          instances: this.#standing.instances,
          timeoutMs,
        });
      this.#owner = new TaskOwner(surroundings, { fence, stableWithinMs: timeoutMs + ABORTED_LATE_BY_MS }, metrics);
    } else {
      this.#committer = new OffsetCommitter(options);
      this.#owner = new TaskOwner(surroundings, {}, metrics);
    }
    this.#turnover = new TaskTurnover({
      owner: this.#owner,
      committer: this.#committer,
      standing: this.#standing,
      metrics,
      isTransactional: guarantee === 'exactly_once',
      isEnding: () => this.state === 'PENDING_SHUTDOWN',
    });
    this.#intake = new Intake(config, this.#owner, metrics);
    const taskStores = () => this.#works.map(({ active }) => active.stores);
    this.stores = queryableStores(taskStores, globalTables.stores);
  }

  async start(): Promise<void> {
    const { cluster, applicationId, sessionTimeoutMs } = this.#config;
    this.#become('REBALANCING');
    await this.#committer.begin();
    this.#reader = await this.#intake.openReader();
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
          this.#standing.instances = new Set(transactionalIds);
        },
      }),
      onRebalancing: (isMember) => this.#rebalancing(isMember),
      onAssigned: (assignment, membership) => {
        this.#standing.give({ assignment, membership });
        this.metrics.rebalanced();
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
        if (this.#standing.isExpelled) await this.#turnover.giveUpAll(reader);
        await this.#putGivenIntoEffect(reader, member);
        await this.#turnover.reviveFailed(reader);
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
    const works = this.#handOver.isDone || this.#standing.isReassigned ? [] : this.#works;
    const now = this.#config.now ?? Date.now;
    const idle = { maxTaskIdleMs: this.#config.maxTaskIdleMs ?? 0 };
    for (const { active } of works) active.settle(reader);
    const isBusy = works.some(({ active }) => active.hasNext(reader, idle, now()));
    await this.#intake.take(reader, isBusy ? 0 : this.#idleMs(works));
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
    this.#intake.resumeOrPause(reader);
    // What is committed next goes with the changes of its stores: one write to wait for, not two.
    if (!this.#isCommitDue && !this.#committer.isCommitting) await this.#committer.send(works);
  }

  /** How long there is nothing to do unless records come. */
  #idleMs(works: readonly Work[]): number {
    const isCommitting = this.#committer.isCommitting && !this.#handOver.isWanted;
    if (this.#standing.hasGiven || (this.#commitSoon && !isCommitting)) return 0;
    if (this.#handOver.isDone) return HANDED_OVER_POLL_MS;
    const idleMs = works.some(({ active }) => active.hasQueued) ? TASK_IDLE_POLL_MS : IDLE_POLL_MS;
    const isDue = works.some(({ active, hasSent }) => hasSent || active.hasUncommitted);
    return isDue && !isCommitting ? Math.max(0, Math.min(idleMs, this.#nextCommitAt - performance.now())) : idleMs;
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
    this.#standing.isExpelled = !isMember;
    if (this.#member === undefined || this.state === 'PENDING_SHUTDOWN') return undefined;
    if (this.state === 'RUNNING') this.#become('REBALANCING');
    // Others have had its tasks for a while.
    if (!isMember) return undefined;
    this.#commitSoon = true;
    this.#committer.commitAcknowledged(this.#works, this.#member);
    return this.#handOver.begin();
  }

  async #putGivenIntoEffect(reader: PartitionReader, member: GroupMember): Promise<void> {
    const given = this.#standing.take();
    if (given === undefined) return;
    if (this.state === 'RUNNING') this.#become('REBALANCING');
    await this.#turnover.putIntoEffect(given, reader, member);
    if (!this.#standing.hasGiven && this.state === 'REBALANCING') this.#become('RUNNING');
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
