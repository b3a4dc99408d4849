import type { GroupAssignor, JoinedMember } from '#shared/kafka';
import { type TaskId, taskName } from './task-id.js';

/** What a member tells the leader: the tasks that it has at hand. */
interface Claim {
  readonly tasks: readonly string[];
}

/** What the assignor knows of the application. */
interface Assignable {
  /** All tasks there are. */
  readonly tasks: () => readonly TaskId[];
  /** The partitions of the topics, as they are called on the cluster, that a task reads. */
  readonly partitionsOf: (task: TaskId) => readonly (readonly [topic: string, partition: number])[];
  /** The tasks that this member has. */
  readonly owned: () => readonly string[];
}

const NAME = 'kafka-ml-streams-sticky';

/**
 * Shares tasks, not partitions: what a task reads of several topics stays together. A task stays with the member that has
 * it as long as nobody has more than their share; the number of tasks per member differs by one at most.
 */
export function createTaskAssignor({ tasks, partitionsOf, owned }: Assignable): GroupAssignor {
  return {
    name: NAME,
    version: 1,
    userData: () => Buffer.from(JSON.stringify({ tasks: owned() } satisfies Claim)),
    assign(members) {
      const byName = new Map(tasks().map((task) => [taskName(task), task]));
      const shared = shareTasks(
        [...byName.keys()],
        members.map(({ memberId, userData }) => ({ memberId, claims: claimsOf(userData) })),
      );
      return new Map(
        Array.from(shared, ([memberId, names]) => {
          const topics = new Map<string, number[]>();
          for (const name of names) {
            const task = byName.get(name);
            for (const [topic, partition] of task === undefined ? [] : partitionsOf(task)) {
              topics.set(topic, [...(topics.get(topic) ?? []), partition]);
            }
          }
          return [memberId, topics];
        }),
      );
    },
  };
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
  for (const task of [...open]) {
    const next = order.find(({ memberId }) => (room.get(memberId) ?? 0) > 0);
    if (next !== undefined) give(next.memberId, task);
  }
}

function subTopologyOf(task: string): string {
  return task.slice(0, task.indexOf('_'));
}

/** What a member claims; nothing where its version of this says it in a way that is not understood. */
function claimsOf(userData: JoinedMember['userData']): readonly string[] {
  try {
    const { tasks } = JSON.parse(userData.toString('utf8')) as Partial<Claim>;
    return Array.isArray(tasks) ? tasks.filter((task) => typeof task === 'string') : [];
  } catch {
    // A claim decides about convenience only: without it tasks are shared anew.
    return [];
  }
}
