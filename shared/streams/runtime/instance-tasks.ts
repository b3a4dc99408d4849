import type { Cluster, OutgoingRecord, PartialOffsets } from '#shared/kafka';
import type { StateStore } from '../stores/state-store.js';
import { type DiskStores, openStore } from '../stores/store-definition.js';
import type { Topology } from '../topology/topology.js';
import { ActiveTask, type Input } from './active-task.js';
import type { ClusterTopics, Names } from './cluster-topics.js';
import type { FailedRecord } from './error-handlers.js';
import type { DropReason } from './operator-context.js';
import { type Restorable, restoreStores } from './restoration.js';
import type { StreamsConfig } from './streams-config.js';
import { Task } from './task.js';
import { MAX_PENDING_WRITES, type TaskDisks } from './task-disks.js';
import { type TaskId, taskName } from './task-id.js';
import type { TopicCodec } from './topic-codec.js';
import type { TopologyCounts } from './topology-counts.js';

/** What all tasks of an instance share. */
export interface TaskSurroundings {
  readonly topology: Topology;
  readonly config: StreamsConfig;
  readonly names: Names;
  readonly topics: ClusterTopics;
  readonly codecs: ReadonlyMap<string, TopicCodec>;
  readonly globalStores: ReadonlyMap<string, StateStore>;
  readonly disks: TaskDisks;
  readonly counts: TopologyCounts;
  readonly onDropped: (reason: DropReason) => void;
  readonly onFailed: (failed: FailedRecord) => void;
  readonly onLate: (behindMs: number) => void;
}

const MAX_REQUEST_SIZE = 1_048_576;

/** The stores of a task: open, and still to be restored. */
export interface OpenStores {
  readonly id: TaskId;
  readonly stores: readonly StateStore[];
  /** Where stores on disk stand in their changelogs, by the names of the stores. */
  readonly restoredTo: Map<string, number>;
}

export function openStores(id: TaskId, { topology, disks }: TaskSurroundings): Promise<OpenStores> {
  const definitions = id.subTopology.stores.flatMap((name) => topology.stores.get(name) ?? []);
  const isOnDisk = definitions.some(({ persistent }) => persistent);
  const open = (disk: DiskStores | undefined): OpenStores => ({
    id,
    stores: definitions.map((definition) => openStore(definition, { logging: true, disk })),
    restoredTo: new Map(),
  });
  return isOnDisk ? disks.open(taskName(id), open) : Promise.resolve(open(undefined));
}

/** Begins a task whose stores are restored: its operators, at the offsets that are committed. */
export function openTask(
  { id, stores }: OpenStores,
  surroundings: TaskSurroundings,
  committed: PartialOffsets,
  begins: PartialOffsets,
): ActiveTask {
  const { topology, config, names, topics, codecs, globalStores } = surroundings;
  const { subTopology, partition } = id;
  const outgoing: OutgoingRecord[] = [];
  const interceptor = config.interceptor?.(taskName(id));
  const task = new Task({
    id: taskName(id),
    nodes: subTopology.nodes,
    stores: new Map([...globalStores, ...stores.map((store) => [store.name, store] as const)]),
    codecs,
    handlers: config,
    counts: surroundings.counts,
    deadLetterTopic:
      config.deadLetterTopic && (config.topicName?.(config.deadLetterTopic) ?? config.deadLetterTopic.name),
    emitIntervalMs: config.emitIntervalMs ?? 1_000,
    now: config.now ?? Date.now,
    collect: (record) => void outgoing.push(record),
    partitionsOf: (topic) => topics.partitionsByFullName.get(topic) ?? 1,
    maxRecordBytes: config.maxRequestSize ?? MAX_REQUEST_SIZE,
    onTaken: interceptor && ((record) => interceptor.onProcess(record)),
    onDropped: surroundings.onDropped,
    onFailed: surroundings.onFailed,
    onLate: surroundings.onLate,
  });
  const inputs = subTopology.sources.flatMap((source): Input[] => {
    if (partition >= (topics.partitions.get(source.topic.name) ?? 0)) return [];
    const topic = names.topic(source.topic);
    const known = committed.get(topic)?.[partition];
    const offset = known ?? begins.get(topic)?.[partition] ?? 0;
    // Where reading begins at the end, that is to be committed at once: whoever comes next would begin at another end.
    const isToBeCommitted = known === undefined && source.options.offsetReset === 'latest';
    const queue = task.addPartition(source, partition);
    const isBeheaded = known === undefined && source.options.offsetReset !== 'latest' && offset > 0;
    if (isBeheaded) config.onOffsetReset?.({ topic, partition, from: 0, to: offset });
    return [
      {
        topic,
        partition,
        queue,
        fetchedTo: offset,
        settledTo: offset,
        committed: isToBeCommitted ? -1 : offset,
        isPaused: false,
      },
    ];
  });
  const changelogOf = (store: string): string | undefined =>
    topology.stores.get(store)?.logging === true ? names.changelog(store) : undefined;
  return new ActiveTask({ id, task, inputs, stores, outgoing, changelogOf, interceptor });
}

/** Where partitions begin that nobody has committed an offset for: at the first or the next record, as their source says. */
export async function beginningsOf(
  { topology, names }: Pick<TaskSurroundings, 'topology' | 'names'>,
  cluster: Cluster,
): Promise<PartialOffsets> {
  const byReset = { earliest: [] as string[], latest: [] as string[] };
  for (const { topic, options } of topology.sources)
    byReset[options.offsetReset ?? 'earliest'].push(names.topic(topic));
  const offsets = await Promise.all([
    byReset.earliest.length > 0 ? cluster.beginningOffsets(byReset.earliest) : new Map<string, number[]>(),
    byReset.latest.length > 0
      ? cluster.endOffsets(byReset.latest, { isolation: 'read_committed' })
      : new Map<string, number[]>(),
  ]);
  return new Map(offsets.flatMap((each) => [...each]));
}

/** Restores the stores of tasks from their changelogs. Gives how many records that took. */
export function restoreTasks(
  tasks: readonly OpenStores[],
  { topology, config, names, disks }: TaskSurroundings,
  isCancelled: () => boolean,
): Promise<number> {
  const restorables = tasks.flatMap(({ id, stores, restoredTo }) =>
    stores.flatMap((store): Restorable[] => {
      if (topology.stores.get(store.name)?.logging !== true) return [];
      const { name } = store;
      const changelog = { store, topic: names.changelog(name), partition: id.partition };
      const disk = store.persistent ? disks.of(taskName(id)) : undefined;
      if (disk === undefined) {
        return [{ ...changelog, checkpoint: undefined, wipe: () => undefined, onProgress: () => undefined }];
      }
      const checkpoint = disk.checkpoint(name);
      if (checkpoint !== undefined) restoredTo.set(name, checkpoint);
      const wipe = (): void => {
        disk.wipe(name);
        restoredTo.delete(name);
      };
      const onProgress = (nextOffset: number): void => {
        restoredTo.set(name, nextOffset);
        if (disk.pendingWrites > MAX_PENDING_WRITES) disk.flush(new Map([[name, nextOffset]]));
      };
      return [{ ...changelog, checkpoint, wipe, onProgress }];
    }),
  );
  return restoreStores(config.cluster, restorables, isCancelled);
}

/** The changelogs of the stores that a task keeps on disk, by the names of the stores. */
export function persistentChangelogs(
  { stores }: OpenStores,
  { topology, names }: TaskSurroundings,
): Map<string, string> {
  return new Map(
    stores
      .filter(({ name, persistent }) => persistent && topology.stores.get(name)?.logging === true)
      .map(({ name }) => [name, names.changelog(name)]),
  );
}
