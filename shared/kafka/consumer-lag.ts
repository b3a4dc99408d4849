import { KitError } from '#shared/errors';
import { apis } from '#shared/wire';
import { WATCH_LANE } from './cluster-health.js';
import { isolationLevel } from './fetch-request.js';
import type { Link } from './link.js';
import type { Nodes } from './nodes.js';
import { fetchOffsets } from './offset-fetch.js';
import { EARLIEST, LATEST } from './partition-offsets.js';
import type { PartialOffsets } from './records.js';
import { errorCode, Refusal } from './refusal.js';

/** A group whose lag is asked for. */
export interface WatchedGroup {
  readonly groupId: string;
  /** What it reads, whether it has committed there or not; what else it has committed comes along. */
  readonly topics: readonly string[];
}

/** How far a group is. */
export interface GroupLag {
  readonly groupId: string;
  /** Records behind what the group has committed, by topic, index = partition; undefined where it is not known now. */
  readonly lag: PartialOffsets;
  /** Where it would go on: what it has committed, or the beginning. */
  readonly committed: PartialOffsets;
}

const ANSWERED_WITHIN_MS = 2_000;

/** Numbers of partitions, by topic. */
type Numbers = ReadonlyMap<string, ReadonlyMap<number, number>>;

/**
 * How far groups are behind the ends of their partitions for read_committed: in three requests a broker, whatever there is
 * of groups and partitions. Nothing is waited for; what a coordinator or a leader does not say now is left out.
 * @throws KitError 'cluster-unreachable' where nobody answers, 'run-failed' where everything is refused.
 */
export async function consumerLag(nodes: Nodes, groups: readonly WatchedGroup[]): Promise<readonly GroupLag[]> {
  const committed = await committedNow(
    nodes,
    groups.map(({ groupId }) => groupId),
  );
  const known = groups.flatMap((group) => {
    const offsets = committed.get(group.groupId);
    return offsets === undefined
      ? []
      : [{ groupId: group.groupId, offsets, topics: [...new Set([...group.topics, ...offsets.keys()])] }];
  });
  const counts = await partitionsNow(nodes, [...new Set(known.flatMap(({ topics }) => topics))]);
  const all = new Map<string, Map<number, number>>();
  const uncommitted = new Map<string, Map<number, number>>();
  for (const { topics, offsets } of known) {
    for (const topic of topics) {
      for (let partition = 0; partition < (counts.get(topic) ?? 0); partition += 1) {
        put(all, topic, partition, LATEST);
        if (offsets.get(topic)?.get(partition) === undefined) put(uncommitted, topic, partition, EARLIEST);
      }
    }
  }
  const [ends, beginnings] = await Promise.all([offsetsNow(nodes, all), offsetsNow(nodes, uncommitted)]);
  return known.map(({ groupId, offsets, topics }) => {
    const next = new Map(
      topics.flatMap((topic) => {
        const count = counts.get(topic);
        if (count === undefined) return [];
        const nextOf = (partition: number): number | undefined =>
          offsets.get(topic)?.get(partition) ?? beginnings.get(topic)?.get(partition);
        return [[topic, Array.from({ length: count }, (_, partition) => nextOf(partition))] as const];
      }),
    );
    const lag = new Map(
      Array.from(next, ([topic, each]) => [
        topic,
        each.map((offset, partition) => lagOf(offset, ends.get(topic)?.get(partition))),
      ]),
    );
    return { groupId, lag, committed: next };
  });
}

/** A topic that was deleted and made anew, or a log that was cut, may end before what was committed. */
function lagOf(next: number | undefined, end: number | undefined): number | undefined {
  return next === undefined || end === undefined ? undefined : Math.max(0, end - next);
}

/** What each group has committed, of all topics; a group whose coordinator does not say has no entry. */
async function committedNow(nodes: Nodes, groupIds: readonly string[]): Promise<ReadonlyMap<string, Numbers>> {
  const byCoordinator = new Map<Link, string[]>();
  const forget = (groupId: string): void => nodes.forgetCoordinator('group', groupId);
  await eachOf(groupIds, async (groupId) => {
    const coordinator = await nodes.coordinator('group', groupId, WATCH_LANE).catch((reason: unknown) => {
      forget(groupId);
      throw reason;
    });
    const those = byCoordinator.get(coordinator);
    if (those === undefined) byCoordinator.set(coordinator, [groupId]);
    else those.push(groupId);
  });
  const committed = new Map<string, Numbers>();
  await eachOf([...byCoordinator], async ([coordinator, those]) => {
    const questions = those.map((groupId) => ({ groupId, topics: null }));
    const options = { stable: false, answeredWithinMs: ANSWERED_WITHIN_MS };
    const answers = await fetchOffsets(coordinator, questions, options).catch((reason: unknown) => {
      those.forEach(forget);
      throw reason;
    });
    for (const { groupId, errorCode: code, topics } of answers) {
      if (code !== errorCode.none) {
        forget(groupId);
        continue;
      }
      const offsets = new Map<string, Map<number, number>>();
      for (const { name, partitions } of topics) {
        for (const { partitionIndex, committedOffset, errorCode: refused } of partitions) {
          if (refused === errorCode.none && committedOffset >= 0) put(offsets, name, partitionIndex, committedOffset);
        }
      }
      committed.set(groupId, offsets);
    }
  });
  return committed;
}

/** How many partitions each topic has; asks for those only of which nothing was heard. */
async function partitionsNow(nodes: Nodes, topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const unheard = topics.filter((topic) => nodes.knownPartitions(topic) === undefined);
  if (unheard.length > 0) await nodes.refresh(unheard);
  return new Map(
    topics.flatMap((topic) => {
      const count = nodes.knownPartitions(topic);
      return count === undefined ? [] : [[topic, count] as const];
    }),
  );
}

/** The offsets at the times given for partitions, of those whose leaders say it. */
async function offsetsNow(nodes: Nodes, wanted: Numbers): Promise<Numbers> {
  const byLeader = new Map<number, Map<string, Map<number, number>>>();
  for (const [topic, partitions] of wanted) {
    for (const [partition, time] of partitions) {
      const leader = nodes.knownLeader(topic, partition);
      if (leader === undefined) {
        nodes.forgetLeaders(topic);
        continue;
      }
      const those = byLeader.get(leader) ?? new Map<string, Map<number, number>>();
      byLeader.set(leader, those);
      put(those, topic, partition, time);
    }
  }
  const found = new Map<string, Map<number, number>>();
  await eachOf([...byLeader], async ([leader, byTopic]) => {
    const topics = Array.from(byTopic, ([name, partitions]) => ({
      name,
      partitions: Array.from(partitions, ([partitionIndex, timestamp]) => ({ partitionIndex, timestamp })),
    }));
    const link = await nodes.link(leader, WATCH_LANE);
    const request = {
      replicaId: -1,
      isolationLevel: isolationLevel('read_committed'),
      topics,
      timeoutMs: ANSWERED_WITHIN_MS,
    };
    const answer = await link.request(apis.listOffsets, request, ANSWERED_WITHIN_MS);
    for (const { name, partitions } of answer.topics) {
      for (const { partitionIndex, errorCode: code, offset } of partitions) {
        if (code === errorCode.none) put(found, name, partitionIndex, offset);
        else nodes.forgetLeaders(name);
      }
    }
  });
  return found;
}

function put(into: Map<string, Map<number, number>>, topic: string, partition: number, number: number): void {
  const those = into.get(topic);
  if (those === undefined) into.set(topic, new Map([[partition, number]]));
  else those.set(partition, number);
}

/** Does it for each; that some fail, or cannot now, is borne; that all fail is not. */
async function eachOf<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const settled = await Promise.allSettled(all.map(work));
  const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const [first] = failures;
  if (failures.length < all.length || failures.length === 0 || failures.some(isPassing)) return;
  const code = first instanceof Refusal ? 'run-failed' : 'cluster-unreachable';
  throw KitError.from(first, code, 'Asking how far groups are');
}

const isPassing = (reason: unknown): boolean => reason instanceof Refusal && reason.isPassing;
