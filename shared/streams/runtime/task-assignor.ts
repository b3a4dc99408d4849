import { KitError } from '#shared/errors';
import type { GroupAssignor, Share } from '#shared/kafka';
import { type Claim, claimOf, type SubTopologyTopics, topologyInUse, whyRefused } from './task-claims.js';
import { type TaskId, taskName } from './task-id.js';

/** What the leader tells a member with its share. */
interface Told {
  /** Why the member gets no tasks, and is to go. */
  readonly refusal?: string;
  /** How many partitions the topics have now. */
  readonly partitions?: Readonly<Record<string, number>>;
  /** The transactional ids of all members that have one. */
  readonly instances?: readonly string[];
}

/** What the assignor knows of the application. */
interface Assignable {
  /** All tasks there are. */
  readonly tasks: () => readonly TaskId[];
  /** The partitions of the topics, as they are called on the cluster, that a task reads. */
  readonly partitionsOf: (task: TaskId) => readonly (readonly [topic: string, partition: number])[];
  /** The tasks that this member has. */
  readonly owned: () => readonly string[];
  /** Under which this member writes, with exactly_once. */
  readonly transactionalId: string | undefined;
  /** Told with each share under which transactional ids the members of the group write. */
  readonly onInstances: (transactionalIds: readonly string[]) => void;
}

const NAME = 'kafka-ml-streams-sticky';

/**
 * Shares tasks, not partitions: what a task reads of several topics stays together. A task stays with the member that has
 * it as long as nobody has more than their share; the number of tasks per member differs by one at most. Members of another
 * topology than the one that is at work are sent away, and each member goes when a topic has got partitions that it does
 * not know of: shared by what is not so any more, partitions would be read twice, or by nobody.
 */
export function createTaskAssignor({
  tasks,
  partitionsOf,
  owned,
  transactionalId,
  onInstances,
}: Assignable): GroupAssignor {
  const topology = (): SubTopologyTopics => {
    const topics: Record<string, string[]> = {};
    for (const task of tasks()) {
      // The first partition is read of every topic.
      if (task.partition === 0)
        topics[task.subTopology.id] = partitionsOf(task)
          .map(([topic]) => topic)
          .sort();
    }
    return topics;
  };
  const partitionsOfTasks = (names: readonly string[]): Map<string, number[]> => {
    const byName = new Map(tasks().map((task) => [taskName(task), task]));
    const topics = new Map<string, number[]>();
    for (const name of names) {
      const task = byName.get(name);
      for (const [topic, partition] of task === undefined ? [] : partitionsOf(task)) {
        topics.set(topic, [...(topics.get(topic) ?? []), partition]);
      }
    }
    return topics;
  };
  return {
    name: NAME,
    // Members of version 1 had a transactional producer for each task, and could not be fenced by those of this one.
    version: 2,
    userData: () =>
      Buffer.from(JSON.stringify({ tasks: owned(), topology: topology(), transactionalId } satisfies Claim)),
    assign(joined, { groupId, partitionCounts }) {
      const members = joined.map(({ memberId, userData }) => ({ memberId, ...claimOf(userData) }));
      const own = topology();
      const inUse = topologyInUse(members, own);
      const refusals = new Map(
        members.flatMap(({ memberId, topology: theirs }) => {
          const refusal = theirs === undefined ? undefined : whyRefused(groupId, theirs, inUse);
          return refusal === undefined ? [] : [[memberId, refusal] as const];
        }),
      );
      const staying = members.filter(({ memberId }) => !refusals.has(memberId));
      const partitions = Object.fromEntries(partitionCounts);
      const instances = members.flatMap((member) => member.transactionalId ?? []);
      const shared =
        whyRefused(groupId, own, inUse) === undefined
          ? Array.from(
              shareTasks(
                tasks().map(taskName),
                staying.map(({ memberId, tasks: claims }) => ({ memberId, claims })),
              ),
              ([memberId, names]) => [memberId, partitionsOfTasks(names)] as const,
            )
          : // Who shares goes, and cannot know all tasks of the others: they keep what they have until they share it themselves.
            whatTheyHave(staying, inUse);
      const share = (memberId: string, given: Share['partitions'], told: Told): [string, Share] => [
        memberId,
        { partitions: given, userData: Buffer.from(JSON.stringify(told)) },
      ];
      return new Map([
        ...shared.map(([memberId, given]) => share(memberId, given, { partitions, instances })),
        ...Array.from(refusals, ([memberId, refusal]) => share(memberId, new Map(), { refusal })),
      ]);
    },
    onShare(userData) {
      const { refusal, partitions = {}, instances = [] } = toldBy(userData);
      if (refusal !== undefined) throw new KitError('topology', refusal);
      onInstances(instances);
      for (const [topic, own] of partitionsOfTasks(tasks().map(taskName))) {
        const count = partitions[topic] ?? 0;
        if (count > own.length) throw hasGrown(topic, own.length, count);
      }
    },
  };
}

function hasGrown(topic: string, from: number, to: number): KitError {
  return new KitError(
    'topic-mismatch',
    `The topic ${topic} has ${to} partitions now, and had ${from} when the application started, which reads no others. ` +
      'Restart it to have them read; where it keeps state by the keys of this topic, its internal topics and committed offsets ' +
      'have to be deleted before, as keys lie in other partitions now.',
  );
}

/** What the leader has told; nothing where its version says nothing, or in a way that is not understood. */
function toldBy(userData: Buffer): Told {
  if (userData.length === 0) return {};
  try {
    const { refusal, partitions, instances } = JSON.parse(userData.toString('utf8')) as Told;
    return {
      ...(typeof refusal === 'string' ? { refusal } : {}),
      ...(partitions ? { partitions } : {}),
      ...(Array.isArray(instances) ? { instances: instances.filter((id) => typeof id === 'string') } : {}),
    };
  } catch {
    return {};
  }
}

/** The tasks that members claim, each to one of them, by the topics that they say these read. */
function whatTheyHave(
  members: readonly (Claim & { readonly memberId: string })[],
  topology: SubTopologyTopics,
): (readonly [memberId: string, partitions: Map<string, number[]>])[] {
  const given = new Set<string>();
  return members.map(({ memberId, tasks }) => {
    const topics = new Map<string, number[]>();
    for (const name of tasks.filter((task) => !given.has(task))) {
      given.add(name);
      const [subTopology = '', partition] = name.split('_');
      for (const topic of topology[subTopology] ?? []) {
        topics.set(topic, [...(topics.get(topic) ?? []), Number(partition)]);
      }
    }
    return [memberId, topics] as const;
  });
}

interface Claimant {
  readonly memberId: string;
  readonly claims: readonly string[];
}

/**
 * Shares tasks among members, those of each sub-topology evenly: they are the same work. Who had a task keeps it if that
 * leaves nobody with more than their share. All in all members differ by one task at most.
 */
export function shareTasks(tasks: readonly string[], members: readonly Claimant[]): Map<string, string[]> {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const shares = new Map<string, string[]>(sorted.map(({ memberId }) => [memberId, []]));
  if (sorted.length === 0) return shares;
  const bySubTopology = new Map<string, string[]>();
  for (const task of tasks) {
    const subTopology = subTopologyOf(task);
    bySubTopology.set(subTopology, [...(bySubTopology.get(subTopology) ?? []), task]);
  }
  for (const alike of bySubTopology.values()) shareAlike(alike, sorted, shares);
  return shares;
}

function shareAlike(
  tasks: readonly string[],
  members: readonly Claimant[],
  shares: ReadonlyMap<string, string[]>,
): void {
  const open = new Set(tasks);
  const loadOf = (memberId: string): number => shares.get(memberId)?.length ?? 0;
  const claimed = new Map(members.map(({ memberId, claims }) => [memberId, claims.filter((task) => open.has(task))]));
  const least = Math.floor(tasks.length / members.length);
  const withOneMore = tasks.length % members.length;
  // One more goes to those who have the fewest of the other sub-topologies, and among them to who has it already.
  const order = [...members].sort(
    (a, b) =>
      loadOf(a.memberId) - loadOf(b.memberId) ||
      (claimed.get(b.memberId)?.length ?? 0) - (claimed.get(a.memberId)?.length ?? 0),
  );
  const room = new Map(order.map(({ memberId }, index) => [memberId, index < withOneMore ? least + 1 : least]));
  const give = (memberId: string, task: string): void => {
    if (!open.delete(task)) return;
    shares.get(memberId)?.push(task);
    room.set(memberId, (room.get(memberId) ?? 0) - 1);
  };
  for (const { memberId } of order) {
    for (const task of claimed.get(memberId) ?? []) if ((room.get(memberId) ?? 0) > 0) give(memberId, task);
  }
  for (const task of open) {
    const next = order.find(({ memberId }) => (room.get(memberId) ?? 0) > 0);
    if (next !== undefined) give(next.memberId, task);
  }
}

function subTopologyOf(task: string): string {
  return task.slice(0, task.indexOf('_'));
}
