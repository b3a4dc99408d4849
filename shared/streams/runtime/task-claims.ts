/** What each sub-topology reads, by its id: the topics as they are called on the cluster, sorted. */
export type SubTopologyTopics = Readonly<Record<string, readonly string[]>>;

/** What a member tells the leader. */
export interface Claim {
  /** The tasks that it has at hand. */
  readonly tasks: readonly string[];
  /** What its tasks are: two members that number them otherwise can't share them. A member of an older version does not say. */
  readonly topology?: SubTopologyTopics | undefined;
  /** Under which it writes, with exactly_once. */
  readonly transactionalId?: string | undefined;
}

/** What a member claims; nothing where its version of this says it in a way that is not understood. */
export function claimOf(userData: Buffer): Claim {
  try {
    const { tasks, topology, transactionalId } = JSON.parse(userData.toString('utf8')) as Partial<Claim>;
    return {
      tasks: Array.isArray(tasks) ? tasks.filter((task) => typeof task === 'string') : [],
      topology: isTopology(topology) ? topology : undefined,
      transactionalId: typeof transactionalId === 'string' ? transactionalId : undefined,
    };
  } catch {
    // Without a claim tasks are shared anew.
    return { tasks: [] };
  }
}

/**
 * The topology that is at work: of those that members have, the one with the most tasks at hand, then the one of the most
 * members, then the leader's own.
 */
export function topologyInUse(members: readonly Claim[], own: SubTopologyTopics): SubTopologyTopics {
  const candidates = new Map([[keyOf(own), { topology: own, tasks: 0, members: 0 }]]);
  for (const { tasks, topology } of members) {
    if (topology === undefined) continue;
    const before = candidates.get(keyOf(topology)) ?? { topology, tasks: 0, members: 0 };
    candidates.set(keyOf(topology), {
      topology,
      tasks: before.tasks + tasks.length,
      members: before.members + 1,
    });
  }
  const [first] = [...candidates.values()].sort((a, b) => b.tasks - a.tasks || b.members - a.members);
  return first?.topology ?? own;
}

/** Why a member of this topology has no part in a group at work on that one; undefined where they are the same. */
export function whyRefused(groupId: string, topology: SubTopologyTopics, inUse: SubTopologyTopics): string | undefined {
  if (keyOf(topology) === keyOf(inUse)) return undefined;
  const ids = [...new Set([...Object.keys(inUse), ...Object.keys(topology)])];
  const other = ids.find((id) => String(topology[id]) !== String(inUse[id])) ?? '0';
  const reads = (topics: readonly string[] | undefined): string => topics?.join(', ') ?? 'nothing, for there is none';
  return (
    `The application id ${groupId} is used by another topology: sub-topology ${other} of the instances at work reads ` +
    `${reads(inUse[other])}; here it reads ${reads(topology[other])}. Stop those instances, or give this one another application id.`
  );
}

const keyOf = (topology: SubTopologyTopics): string =>
  JSON.stringify(Object.entries(topology).sort(([a], [b]) => Number(a) - Number(b)));

function isTopology(given: unknown): given is SubTopologyTopics {
  return (
    typeof given === 'object' &&
    given !== null &&
    Object.values(given).every(
      (topics) => Array.isArray(topics) && topics.every((topic: unknown) => typeof topic === 'string'),
    )
  );
}
