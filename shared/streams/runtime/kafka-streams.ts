import { setImmediate } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import type { Assignment, Chunk, GroupMember, PartialOffsets, PartitionReader, Producer } from '#shared/kafka';
import { hasSerdes } from '../topics.js';
import type { Topology } from '../topology/topology.js';
import type { ActiveTask } from './active-task.js';
import { type Names, prepareTopics } from './cluster-topics.js';
import { GlobalTables } from './global-tables.js';
import { beginningsOf, openTask, restoreTasks, type TaskSurroundings } from './instance-tasks.js';
import { type TaskOutput, transactionalOutput } from './outputs.js';
import { type QueryableStores, queryableStores } from './queryable-stores.js';
import { RepartitionPurge } from './repartition-purge.js';
import type { StreamsConfig, StreamsState } from './streams-config.js';
import { StreamsMetrics } from './streams-metrics.js';
import { createTaskAssignor } from './task-assignor.js';
import { allTasks, type TaskId, taskName } from './task-id.js';
import { openCodecs } from './topic-codec.js';

/** A topology at work on a cluster. */
export interface KafkaStreams {
  readonly state: StreamsState;
  readonly metrics: StreamsMetrics;
  /** The stores of the tasks that this instance has now, to be read from outside. */
  readonly stores: QueryableStores;
  /** Ends when the application does: resolves after `close`, rejects with the KitError that stopped it. */
  readonly finished: Promise<void>;
  /** Finishes the records in work, commits and leaves the group. */
  close(): Promise<void>;
}

/**
 * Starts a topology: checks its topics, registers the schemas it writes, joins the group, restores stores and processes.
 * @throws KitError 'topic-mismatch' where topics are missing or do not fit together; another where the cluster or the
 * registry refuses.
 */
export async function startStreams(topology: Topology, config: StreamsConfig): Promise<KafkaStreams> {
  const topicName = config.topicName ?? (({ name }: { readonly name: string }) => name);
  const names: Names = {
    topic: (topic) =>
      hasSerdes(topic) && topic.internal === true ? `${config.applicationId}-${topic.name}` : topicName(topic),
    changelog: (store) => `${config.applicationId}-${store}-changelog`,
  };
  const metrics = new StreamsMetrics();
  const codecs = await openCodecs(topology, config.schemas, names.topic);
  const topics = await prepareTopics(topology, config.cluster, names);
  const globalTables = await GlobalTables.open(topology, config.cluster, names, codecs, () => metrics.dropped('null'));
  const surroundings: TaskSurroundings = {
    topology,
    config,
    names,
    topics,
    codecs,
    globalStores: globalTables.stores,
    disk: () => undefined,
    onDropped: (reason) => metrics.dropped(reason),
    onFailed: () => metrics.failed(),
  };
  const application = new Application(surroundings, globalTables, metrics);
  await application.start();
  return application;
}

/** Records that are worked on, of all tasks, before their outputs are sent together. */
const MAX_RECORDS_PER_ROUND = 512;
/** A task has its turn with so many at least: a model is called for all of them. */
const MIN_RECORDS_PER_TASK = 64;
const BUFFERED_RECORDS = 1_000;
const TRANSACTION_TIMEOUT_MS = 10_000;
const COMMIT_INTERVAL_MS = { exactly_once: 100, at_least_once: 1_000 } as const;
const IDLE_POLL_MS = 100;
/** How long tasks are begun anew after failures that may pass, before the application gives up. */
const REVIVED_FOR_MS = 60_000;

/** A task at work, and where its outputs go. */
interface Work {
  readonly active: ActiveTask;
  /** With exactly_once; otherwise all tasks write through one producer. */
  readonly output: TaskOutput | undefined;
  /** The commit that is on its way. */
  committing: Promise<void>;
  /** Why the task must begin anew. */
  failure: KitError | undefined;
}

class Application implements KafkaStreams {
  state: StreamsState = 'CREATED';
  finished: Promise<void> = Promise.resolve();
  readonly stores: QueryableStores;
  readonly #surroundings: TaskSurroundings;
  readonly #globalTables: GlobalTables;
  readonly #config: StreamsConfig;
  readonly #works = new Map<string, Work>();
  readonly #isTransactional: boolean;
  readonly #commitIntervalMs: number;
  #reader: PartitionReader | undefined;
  #member: GroupMember | undefined;
  #producer: Producer | undefined;
  #sending: Promise<void> = Promise.resolve();
  /** What the group gave this member last, until it is put into effect. */
  #assignment: Assignment | undefined;
  #assignments = 0;
  #memberId = '';
  #commitSoon = false;
  #nextCommitAt = 0;
  #lost: KitError | undefined;
  readonly #purge: RepartitionPurge;
  /** Since when tasks fail and are begun anew. */
  #failingSince: number | undefined;

  constructor(
    surroundings: TaskSurroundings,
    globalTables: GlobalTables,
    readonly metrics: StreamsMetrics,
  ) {
    this.#surroundings = surroundings;
    this.#globalTables = globalTables;
    this.#config = surroundings.config;
    const guarantee = this.#config.processingGuarantee ?? 'exactly_once';
    this.#isTransactional = guarantee === 'exactly_once';
    this.#commitIntervalMs = this.#config.commitIntervalMs ?? COMMIT_INTERVAL_MS[guarantee];
    this.#purge = new RepartitionPurge(
      this.#config.cluster,
      surroundings.topology.repartitionTopics.map(surroundings.names.topic),
    );
    this.stores = queryableStores(
      () => Array.from(this.#works.values(), ({ active }) => active.stores),
      globalTables.stores,
    );
  }

  async start(): Promise<void> {
    const { cluster, applicationId } = this.#config;
    this.#become('REBALANCING');
    this.#reader = await cluster.reader({ isolation: 'read_committed', onOutOfRange: 'fail' });
    this.#member = await cluster.joinGroup({
      groupId: applicationId,
      topics: this.#surroundings.topology.sources.map(({ topic }) => this.#surroundings.names.topic(topic)),
      assignor: createTaskAssignor({
        tasks: () => this.#allTasks(),
        partitionsOf: (task) => this.#partitionsOf(task),
        owned: () => [...this.#works.keys()],
      }),
      onRebalancing: () => this.#rebalancing(),
      onAssigned: (assignment) => {
        this.#assignment = assignment;
        this.#assignments += 1;
      },
      onLost: (reason) => {
        this.#lost = reason;
      },
    });
    this.finished = this.#run(this.#reader, this.#member);
    // Whoever waits for `finished` gets the reason; a rejection that nobody awaits yet must not end the process.
    this.finished.catch(() => undefined);
  }

  async close(): Promise<void> {
    if (this.state === 'RUNNING' || this.state === 'REBALANCING') this.#become('PENDING_SHUTDOWN');
    await this.finished;
  }

  async #run(reader: PartitionReader, member: GroupMember): Promise<void> {
    try {
      while (this.state !== 'PENDING_SHUTDOWN') {
        if (this.#lost !== undefined) throw this.#lost;
        if (this.#assignment !== undefined) await this.#putIntoEffect(reader, member, this.#assignment);
        await this.#reviveFailed(reader);
        const worked = await this.#round(reader);
        await this.#commitIfDue(member);
        if (worked === 0) await this.#globalTables.update();
        else await setImmediate();
      }
      await this.#commit([...this.#works.values()], member);
      await this.#settle([...this.#works.values()]);
      await this.#closeAll();
      this.#become('NOT_RUNNING');
    } catch (error) {
      this.#become('PENDING_ERROR');
      await this.#closeAll().catch(() => undefined);
      this.#become('ERROR');
      throw KitError.from(error, 'run-failed', `The application ${this.#config.applicationId} stopped`);
    }
  }

  /** Fetches, processes and sends once. Gives how many records were processed. */
  async #round(reader: PartitionReader): Promise<number> {
    const works = [...this.#works.values()];
    const isBusy = works.some(({ active }) => active.inputs.some(({ queue }) => queue.size > 0));
    await this.#distribute(await reader.poll(isBusy ? 0 : this.#idleMs()));
    if (this.#surroundings.globalStores.size > 0) await this.#globalTables.update();
    const share = Math.max(MIN_RECORDS_PER_TASK, Math.ceil(MAX_RECORDS_PER_ROUND / Math.max(1, works.length)));
    const now = (this.#config.now ?? Date.now)();
    const idle = { maxTaskIdleMs: this.#config.maxTaskIdleMs ?? 0 };
    // Side by side, so that a model is called once for the records of all tasks.
    const taken = await Promise.all(works.map(({ active }) => active.process(share, reader, idle, now)));
    for (const { active } of works) {
      if (active.task.punctuateWallClock() && active.task.hasParked) await active.task.flush();
      if (active.task.commitRequested) {
        active.task.commitRequested = false;
        this.#commitSoon = true;
      }
    }
    const processed = taken.reduce((sum, count) => sum + count, 0);
    this.metrics.processed(processed);
    this.#resumeOrPause(reader, works);
    await this.#send(works);
    return processed;
  }

  async #distribute(chunks: readonly Chunk[]): Promise<void> {
    for (const chunk of chunks) {
      const work = this.#workOf(chunk);
      if (work === undefined) continue;
      const input = work.active.inputs.find(
        ({ topic, partition }) => topic === chunk.topic && partition === chunk.partition,
      );
      await input?.queue.codec.prepare(chunk.records.map(({ value }) => value));
      work.active.add(chunk);
    }
  }

  #workOf({ topic, partition }: Chunk): Work | undefined {
    for (const work of this.#works.values()) {
      if (work.active.inputs.some((input) => input.topic === topic && input.partition === partition)) return work;
    }
    return undefined;
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

  async #send(works: readonly Work[]): Promise<void> {
    if (this.#isTransactional) {
      for (const { active, output } of works) output?.send(active.takeOutgoing());
      return;
    }
    const outgoing = works.flatMap(({ active }) => active.takeOutgoing());
    if (outgoing.length === 0) return;
    // One send is on its way while the next round is worked on; never two, so that order per partition holds.
    await this.#sending;
    this.#producer ??= await this.#config.cluster.produce();
    const stateless = works.filter(({ active }) => active.stores.length === 0);
    const done = new Map(stateless.map(({ active }) => [active, active.offsets()]));
    this.#sending = this.#producer.send(outgoing).then(
      () => {
        for (const [active, offsets] of done) active.acknowledged = offsets;
      },
      (error: unknown) => this.#failAll(error),
    );
  }

  /** How long there is nothing to do unless records come. */
  #idleMs(): number {
    const waits = [...this.#works.values()].some(({ active }) => active.hasUncommitted);
    if (this.#assignment !== undefined || this.#commitSoon) return 0;
    return waits ? Math.max(0, Math.min(IDLE_POLL_MS, this.#nextCommitAt - performance.now())) : IDLE_POLL_MS;
  }

  async #commitIfDue(member: GroupMember): Promise<void> {
    const now = performance.now();
    if (!this.#commitSoon && now < this.#nextCommitAt) return;
    this.#commitSoon = false;
    this.#nextCommitAt = now + this.#commitIntervalMs;
    await this.#commit([...this.#works.values()], member);
  }

  /** Begins to commit what is processed; with exactly_once the next records are worked on meanwhile. */
  async #commit(works: readonly Work[], member: GroupMember): Promise<void> {
    if (this.#isTransactional) await Promise.all(works.map((work) => this.#commitTransaction(work)));
    else await this.#commitAtLeastOnce(works, member);
  }

  async #commitTransaction(work: Work): Promise<void> {
    const { active, output } = work;
    // One commit at a time, so that what waits is bounded.
    await work.committing;
    if (work.failure !== undefined || output === undefined) return;
    active.drainChanges();
    if (!active.hasUncommitted) return;
    const offsets = active.offsets();
    output.send(active.takeOutgoing());
    active.committed(offsets);
    work.committing = output.commit(offsets).then(
      () => {
        this.#failingSince = undefined;
        this.metrics.committed();
        this.#purge.committed(offsets);
      },
      (error: unknown) => this.#failed(work, error),
    );
  }

  async #commitAtLeastOnce(works: readonly Work[], member: GroupMember): Promise<void> {
    for (const { active } of works) active.drainChanges();
    await this.#send(works);
    await this.#sending;
    const offsets = mergedOffsets(
      works.flatMap(({ active, failure }) => (failure === undefined ? [active.offsets()] : [])),
    );
    // After a rebalance they may be another member's, and further on: what stays here is committed the next time.
    if (offsets.size === 0 || this.#assignment !== undefined || !(await member.commit(offsets))) return;
    for (const { active } of works) active.committed(offsets);
    this.#failingSince = undefined;
    this.metrics.committed();
    this.#purge.committed(offsets);
  }

  async #settle(works: readonly Work[]): Promise<void> {
    await Promise.all(works.map(({ committing }) => committing));
    await this.#sending;
  }

  #failed(work: Work, error: unknown): void {
    work.failure ??= KitError.from(error, 'cluster-unreachable', `Committing the task ${work.active.name}`);
  }

  #failAll(error: unknown): void {
    for (const work of this.#works.values()) this.#failed(work, error);
  }

  /** Commits what is done while the partitions are this member's still, so that nobody does it again. */
  #rebalancing(): void {
    if (this.state === 'RUNNING') this.#become('REBALANCING');
    this.#commitSoon = true;
    if (this.#isTransactional || this.#member === undefined) return;
    // At once, for the member joins anew after this: what is acknowledged, of tasks that have no store. What a task with
    // stores has done is final only together with its changelog.
    const offsets = mergedOffsets(Array.from(this.#works.values(), ({ active }) => active.acknowledged));
    if (offsets.size === 0) return;
    this.#member.commit(offsets).then(
      (isCommitted) => {
        if (isCommitted) for (const { active } of this.#works.values()) active.committed(offsets);
      },
      // It is committed the next time; a cluster that is gone is told of elsewhere.
      () => undefined,
    );
  }

  /** Gives up the tasks that are another member's now, and takes those that are new. */
  async #putIntoEffect(reader: PartitionReader, member: GroupMember, assignment: Assignment): Promise<void> {
    this.#assignment = undefined;
    if (this.state === 'RUNNING') this.#become('REBALANCING');
    const wanted = new Map(this.#assignedTasks(assignment).map((task) => [taskName(task), task]));
    // A member that was thrown out meanwhile may come back to tasks that another one has had and moved on.
    const isAnew = this.#memberId !== '' && this.#memberId !== member.memberId;
    this.#memberId = member.memberId;
    const leaving = Array.from(this.#works.values()).filter(({ active }) => isAnew || !wanted.has(active.name));
    if (!isAnew && this.#isTransactional) await this.#commit(leaving, member);
    await this.#abandon(leaving, reader);
    await this.#take(
      [...wanted.values()].filter((task) => !this.#works.has(taskName(task))),
      reader,
    );
    this.metrics.assignedPartitions = [...this.#works.values()].reduce(
      (sum, { active }) => sum + active.inputs.length,
      0,
    );
    if (this.#assignment === undefined && this.state === 'REBALANCING') this.#become('RUNNING');
  }

  /** Opens tasks, fences whoever had them, restores their stores, and reads from where they are committed. */
  async #take(ids: readonly TaskId[], reader: PartitionReader): Promise<void> {
    if (ids.length === 0) return;
    const { cluster, applicationId } = this.#config;
    const generation = this.#assignments;
    const outputs = await Promise.all(ids.map((id) => this.#output(id)));
    // Only now: what an older owner committed at last is in the offsets.
    const topics = [...new Set(ids.flatMap((id) => this.#partitionsOf(id).map(([topic]) => topic)))];
    const [committed, begins] = await Promise.all([
      cluster.committedOffsets(applicationId, topics),
      beginningsOf(this.#surroundings, cluster),
    ]);
    const works = ids.map((id, index): Work => {
      const active = openTask(id, this.#surroundings, committed, begins);
      return { active, output: outputs[index], committing: Promise.resolve(), failure: undefined };
    });
    const restored = await restoreTasks(
      works.map(({ active }) => active),
      this.#surroundings,
      () => this.#assignments !== generation || this.state === 'PENDING_SHUTDOWN',
    );
    this.metrics.restored(restored);
    if (this.#assignments !== generation || this.state === 'PENDING_SHUTDOWN') {
      // A half-restored store is of no use; the next assignment begins anew.
      await this.#abandon(works, reader);
      return;
    }
    for (const work of works) this.#works.set(work.active.name, work);
    reader.seek(
      works.flatMap(({ active }) =>
        active.inputs.map(({ topic, partition, fetchedTo }) => ({ topic, partition, offset: fetchedTo })),
      ),
    );
    this.metrics.taskCreated(works.length);
  }

  async #output(id: TaskId): Promise<TaskOutput | undefined> {
    if (!this.#isTransactional) return undefined;
    const { cluster, applicationId, transactionTimeoutMs = TRANSACTION_TIMEOUT_MS } = this.#config;
    return transactionalOutput(cluster, {
      transactionalId: `${applicationId}-${taskName(id)}`,
      timeoutMs: transactionTimeoutMs,
      groupId: applicationId,
    });
  }

  async #abandon(works: readonly Work[], reader: PartitionReader): Promise<void> {
    reader.remove(works.flatMap(({ active }) => active.inputs));
    for (const { active } of works) this.#works.delete(active.name);
    await Promise.all(
      works.map(async ({ active, output, committing }) => {
        await committing;
        await output?.close();
        active.close();
      }),
    );
    this.metrics.taskClosed(works.length);
  }

  /**
   * Begins tasks anew whose transaction failed, from what is committed: another instance may have had them, or the cluster
   * did not say what became of the last commit.
   */
  async #reviveFailed(reader: PartitionReader): Promise<void> {
    const failed = [...this.#works.values()].filter(({ failure }) => failure !== undefined);
    const [first] = failed;
    if (first?.failure === undefined) return;
    const { code } = first.failure;
    if (code !== 'producer-fenced' && code !== 'cluster-unreachable') throw first.failure;
    this.#failingSince ??= performance.now();
    if (performance.now() - this.#failingSince > REVIVED_FOR_MS) throw first.failure;
    if (!this.#isTransactional) {
      // A producer that has failed may have sent anything: a new one begins where offsets are committed.
      await this.#producer?.close().catch(() => undefined);
      this.#producer = undefined;
    }
    await this.#abandon(failed, reader);
    await this.#take(
      failed.map(({ active }) => active.id),
      reader,
    );
  }

  async #closeAll(): Promise<void> {
    const works = [...this.#works.values()];
    this.#works.clear();
    await this.#member?.close();
    await Promise.all(works.map(async ({ output }) => output?.close()));
    await this.#producer?.close();
    await this.#reader?.close();
    await this.#purge.close();
    await this.#globalTables.close();
    for (const { active } of works) active.close();
  }

  #assignedTasks(assignment: Assignment): TaskId[] {
    return this.#allTasks().filter((task) =>
      this.#partitionsOf(task).some(([topic, partition]) => assignment.get(topic)?.includes(partition)),
    );
  }

  #allTasks(): TaskId[] {
    const { topology, topics } = this.#surroundings;
    return allTasks(topology.subTopologies, (topic) => topics.partitions.get(topic) ?? 0);
  }

  #partitionsOf({ subTopology, partition }: TaskId): [topic: string, partition: number][] {
    const { topics, names } = this.#surroundings;
    return subTopology.sources
      .filter(({ topic }) => partition < (topics.partitions.get(topic.name) ?? 0))
      .map(({ topic }) => [names.topic(topic), partition]);
  }

  #become(state: StreamsState): void {
    const from = this.state;
    if (from === state) return;
    this.state = state;
    this.#config.onStateChange?.(state, from);
  }
}

function mergedOffsets(all: readonly PartialOffsets[]): Map<string, (number | undefined)[]> {
  const merged = new Map<string, (number | undefined)[]>();
  for (const offsets of all) {
    for (const [topic, partitions] of offsets) {
      const ofTopic = merged.get(topic) ?? [];
      partitions.forEach((offset, partition) => {
        if (offset !== undefined) ofTopic[partition] = offset;
      });
      merged.set(topic, ofTopic);
    }
  }
  return merged;
}
