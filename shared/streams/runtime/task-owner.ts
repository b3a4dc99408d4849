import type { Assignment, PartitionReader } from '#shared/kafka';
import {
  beginningsOf,
  type OpenStores,
  openStores,
  openTask,
  persistentChangelogs,
  restoreTasks,
  type TaskSurroundings,
} from './instance-tasks.js';
import type { StreamsMetrics } from './streams-metrics.js';
import { MAX_PENDING_WRITES } from './task-disks.js';
import { allTasks, type TaskId, taskName } from './task-id.js';
import type { Work } from './work.js';

/** Stores on disk are written so often: what a killed process has to restore is no more than comes in that time. */
const PERSIST_INTERVAL_MS = 1_000;

/** Shuts out those who had partitions before and are no part of the group any more, and ends what they left open. */
export type Fence = (partitions: ReadonlyMap<string, readonly number[]>) => Promise<void>;

/** What whoever takes tasks over has to see to, with exactly_once. */
interface TakeOver {
  readonly fence?: Fence;
  /** How long offsets are waited for that a transaction is about to commit. */
  readonly stableWithinMs?: number;
}

/** Has the tasks of an instance: opens them, restores them, gives them up. */
export class TaskOwner {
  readonly works = new Map<string, Work>();
  readonly #surroundings: TaskSurroundings;
  readonly #takeOver: TakeOver;
  readonly #metrics: StreamsMetrics;

  constructor(surroundings: TaskSurroundings, takeOver: TakeOver, metrics: StreamsMetrics) {
    this.#surroundings = surroundings;
    this.#takeOver = takeOver;
    this.#metrics = metrics;
  }

  /** All tasks that there are, of all instances. */
  allTasks(): TaskId[] {
    const { topology, topics } = this.#surroundings;
    return allTasks(topology.subTopologies, (topic) => topics.partitions.get(topic) ?? 0);
  }

  /** What a task reads, by the topics' names on the cluster. */
  partitionsOf({ subTopology, partition }: TaskId): [topic: string, partition: number][] {
    const { topics, names } = this.#surroundings;
    return subTopology.sources
      .filter(({ topic }) => partition < (topics.partitions.get(topic.name) ?? 0))
      .map(({ topic }) => [names.topic(topic), partition]);
  }

  assignedTasks(assignment: Assignment): TaskId[] {
    return this.allTasks().filter((task) =>
      this.partitionsOf(task).some(([topic, partition]) => assignment.get(topic)?.includes(partition)),
    );
  }

  /** The task that reads a partition. */
  ownerOf({ topic, partition }: { readonly topic: string; readonly partition: number }): Work | undefined {
    for (const work of this.works.values()) {
      if (work.active.inputs.some((input) => input.topic === topic && input.partition === partition)) return work;
    }
    return undefined;
  }

  /**
   * Opens tasks, fences whoever had them, restores their stores, and reads from where they are committed. Where that is
   * cancelled none of them is taken.
   */
  async take(ids: readonly TaskId[], reader: PartitionReader, isCancelled: () => boolean): Promise<void> {
    if (ids.length === 0) return;
    const { cluster, applicationId } = this.#surroundings.config;
    const partitions = new Map<string, number[]>();
    for (const [topic, partition] of ids.flatMap((id) => this.partitionsOf(id))) {
      partitions.set(topic, [...(partitions.get(topic) ?? []), partition]);
    }
    const release = async (): Promise<void> => {
      await Promise.all(ids.map((id) => this.#surroundings.disks.close(taskName(id))));
    };
    // Before: what an older owner committed at last is in the offsets.
    await this.#takeOver.fence?.(partitions);
    try {
      const [committed, begins] = await Promise.all([
        cluster.committedOffsets(applicationId, partitions, this.#takeOver),
        beginningsOf(this.#surroundings, cluster),
      ]);
      const opened = await Promise.all(ids.map((id) => openStores(id, this.#surroundings)));
      const begun = performance.now();
      const restored = await restoreTasks(opened, this.#surroundings, isCancelled);
      this.#metrics.restored(restored, performance.now() - begun);
      if (isCancelled()) {
        // A half-restored store is of no use; the next assignment begins anew.
        for (const { stores } of opened) for (const store of stores) store.close();
        await release();
        return;
      }
      // Operators begin with what their stores hold: not before these are restored.
      const works = opened.map((stores): Work => {
        const active = openTask(stores, this.#surroundings, committed, begins);
        return { active, persist: this.#persist(stores), hasSent: false, failure: undefined };
      });
      this.#begin(works, reader);
    } catch (error) {
      await release();
      throw error;
    }
  }

  #begin(works: readonly Work[], reader: PartitionReader): void {
    for (const work of works) this.works.set(work.active.name, work);
    reader.seek(
      works.flatMap(({ active }) =>
        active.inputs.map(({ topic, partition, fetchedTo }) => ({ topic, partition, offset: fetchedTo })),
      ),
    );
    this.#metrics.taskCreated(works.length);
    this.#count();
  }

  /** Gives tasks up as they are: what is not committed is done again, by whoever has them next. */
  async abandon(works: readonly Work[], reader: PartitionReader): Promise<void> {
    reader.remove(works.flatMap(({ active }) => active.inputs));
    for (const { active } of works) this.works.delete(active.name);
    await Promise.all(
      works.map(async ({ active }) => {
        active.close();
        await this.#surroundings.disks.close(active.name);
      }),
    );
    this.#metrics.taskClosed(works.length);
    this.#count();
  }

  /** Ends tasks; those whose stores hold what is committed have all of it on disk then. */
  async end(works: readonly Work[], { isCommitted }: { readonly isCommitted: boolean }): Promise<void> {
    for (const { active } of works) this.works.delete(active.name);
    await Promise.all(
      works.map(async ({ active, failure }) => {
        active.close();
        const isClean = isCommitted && failure === undefined;
        // Nothing waits to be written any more.
        await this.#surroundings.disks.close(active.name, isClean ? new Map() : undefined);
      }),
    );
    this.#metrics.taskClosed(works.length);
    this.#count();
  }

  /** How a task's stores on disk are written: now and then, or when much waits. */
  #persist(opened: OpenStores): Work['persist'] {
    const { id, restoredTo } = opened;
    const disk = this.#surroundings.disks.of(taskName(id));
    if (disk === undefined) return undefined;
    const changelogs = persistentChangelogs(opened, this.#surroundings);
    let nextAt = performance.now() + PERSIST_INTERVAL_MS;
    return ({ always, written }) => {
      const isDue = always || performance.now() >= nextAt || disk.pendingWrites > MAX_PENDING_WRITES;
      if (!isDue || disk.pendingWrites === 0) return;
      nextAt = performance.now() + PERSIST_INTERVAL_MS;
      // By what this instance has written itself: the end of the changelog may be another one's by now, and further on.
      const checkpoint = Array.from(changelogs, ([store, topic]): [string, number] => {
        const own = written({ topic, partition: id.partition }) ?? 0;
        return [store, Math.max(restoredTo.get(store) ?? 0, own)];
      });
      disk.flush(new Map(checkpoint));
    };
  }

  #count(): void {
    this.#metrics.tasks = this.works.size;
    this.#metrics.assignedPartitions = [...this.works.values()].reduce(
      (sum, { active }) => sum + active.inputs.length,
      0,
    );
  }
}
