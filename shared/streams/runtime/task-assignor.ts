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

/** Shares tasks among members: who had a task keeps it if that leaves nobody with more than their share. */
export function shareTasks(tasks: readonly string[], members: readonly Claimant[]): Map<string, string[]> {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const shares = new Map<string, string[]>(sorted.map(({ memberId }) => [memberId, []]));
  if (sorted.length === 0) return shares;
  const least = Math.floor(tasks.length / sorted.length);
  let withOneMore = tasks.length % sorted.length;
  const open = new Set(tasks);
  for (const { memberId, claims } of sorted) {
    const share = shares.get(memberId) ?? [];
    for (const task of claims) {
      if (!open.has(task)) continue;
      if (share.length >= least) {
        if (share.length > least || withOneMore === 0) break;
        withOneMore -= 1;
      }
      open.delete(task);
      share.push(task);
    }
  }
  for (const task of open) {
    const subTopology = subTopologyOf(task);
    const sameKind = (share: readonly string[]): number =>
      share.filter((other) => subTopologyOf(other) === subTopology).length;
    // The one with the fewest tasks, and among those with the fewest of the same sub-topology: that is the same work.
    const [share] = [...shares.values()].sort((a, b) => a.length - b.length || sameKind(a) - sameKind(b));
    share?.push(task);
  }
  return shares;
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
