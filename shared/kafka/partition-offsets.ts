import { KitError } from '#shared/errors';
import { apis } from '#shared/wire';
import { isolationLevel } from './fetch-request.js';
import type { Link } from './link.js';
import type { Nodes } from './nodes.js';
import { fetchOffsets } from './offset-fetch.js';
import type { Isolation } from './partition-reader.js';
import type { PartialOffsets, TopicOffsets, TopicPartition } from './records.js';
import { accept, errorCode, Refusal } from './refusal.js';

export const EARLIEST = -2;
export const LATEST = -1;
const ANSWERED_WITHIN_MS = 8_000;
const STABLE_WITHIN_MS = 2_000;

/** How many partitions the topics have; one that is missing has no entry. */
export function partitionCounts(nodes: Nodes, topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
  return nodes.insist(`Looking for the partitions of ${topics.join(', ')}`, async () => {
    if (topics.length > 0) await nodes.refresh(topics);
    const counts = new Map<string, number>();
    for (const topic of topics) {
      const refusal = nodes.refusalOf(topic);
      if (refusal !== undefined) {
        throw new KitError('topic-mismatch', `Looking at ${topic}: the cluster refuses (${refusal.message}).`);
      }
      const count = nodes.knownPartitions(topic);
      if (count !== undefined) counts.set(topic, count);
    }
    return counts;
  });
}

/** The first offset that is still there, of every partition. */
export function beginningOffsets(nodes: Nodes, topics: readonly string[]): Promise<TopicOffsets> {
  return offsetsAt(nodes, topics, EARLIEST, `Looking for the first offsets of ${topics.join(', ')}`);
}

export interface EndOptions {
  /**
   * The end for whom: for `read_committed` a partition ends where the first open transaction begins. `read_uncommitted`,
   * unless said.
   */
  readonly isolation?: Isolation;
}

/** The next offset of every partition. */
export function endOffsets(
  nodes: Nodes,
  topics: readonly string[],
  { isolation = 'read_uncommitted' }: EndOptions = {},
): Promise<TopicOffsets> {
  return offsetsAt(nodes, topics, LATEST, `Looking for the ends of ${topics.join(', ')}`, isolation);
}

/** The offset of one partition at a time, as its leader has it; an error means that it is not known. */
export async function offsetAt(
  leader: Link,
  { topic, partition }: TopicPartition,
  timestamp: number,
  isolation: Isolation,
): Promise<number> {
  const { topics } = await leader.request(apis.listOffsets, {
    replicaId: -1,
    isolationLevel: isolationLevel(isolation),
    topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }],
    timeoutMs: ANSWERED_WITHIN_MS,
  });
  const { errorCode: code = errorCode.unknownServerError, offset = -1 } = topics[0]?.partitions[0] ?? {};
  accept(code);
  return offset;
}

async function offsetsAt(
  nodes: Nodes,
  topics: readonly string[],
  timestamp: number,
  doing: string,
  isolation: Isolation = 'read_uncommitted',
): Promise<TopicOffsets> {
  const counts = await partitionCounts(nodes, topics);
  const wanted = topics.map((topic) => {
    const count = counts.get(topic);
    if (count === undefined) throw new KitError('topic-mismatch', `${doing}: there is no topic ${topic}.`);
    return [topic, Array.from({ length: count }, () => timestamp)] as const;
  });
  const found = new Map(wanted.map(([topic]) => [topic, [] as number[]]));
  await eachPartition(nodes, doing, new Map(wanted), async (leader, byTopic) => {
    const answer = await (await nodes.link(leader)).request(apis.listOffsets, {
      replicaId: -1,
      isolationLevel: isolationLevel(isolation),
      topics: Array.from(byTopic, ([name, partitions]) => ({
        name,
        partitions: Array.from(partitions, ([partitionIndex, time]) => ({ partitionIndex, timestamp: time })),
      })),
      timeoutMs: ANSWERED_WITHIN_MS,
    });
    return answer.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, errorCode: code, offset }) => {
        const offsets = found.get(name);
        if (code === errorCode.none && offsets !== undefined) offsets[partitionIndex] = offset;
        return [name, partitionIndex, code] as const;
      }),
    );
  });
  return found;
}

/** Deletes what lies before the offsets. @throws KitError 'topic-mismatch' where a partition has no such offset. */
export async function deleteRecords(nodes: Nodes, before: PartialOffsets): Promise<void> {
  await eachPartition(
    nodes,
    `Deleting records of ${[...before.keys()].join(', ')}`,
    before,
    async (leader, byTopic) => {
      const answer = await (await nodes.link(leader)).request(apis.deleteRecords, {
        topics: Array.from(byTopic, ([name, partitions]) => ({
          name,
          partitions: Array.from(partitions, ([partitionIndex, offset]) => ({ partitionIndex, offset })),
        })),
        timeoutMs: ANSWERED_WITHIN_MS,
      });
      return answer.topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, errorCode: code }) => [name, partitionIndex, code] as const),
      );
    },
  );
}

type Ask = (
  leader: number,
  byTopic: ReadonlyMap<string, ReadonlyMap<number, number>>,
) => Promise<readonly (readonly [topic: string, partition: number, errorCode: number])[]>;

/** Asks the leader of each partition, with the number given for it, until each has accepted. */
async function eachPartition(nodes: Nodes, doing: string, wanted: PartialOffsets, ask: Ask): Promise<void> {
  const left = new Map(
    Array.from(wanted, ([topic, numbers]) => [
      topic,
      new Map(numbers.flatMap((number, partition) => (number === undefined ? [] : [[partition, number] as const]))),
    ]),
  );
  const attempt = async (): Promise<void> => {
    const byLeader = new Map<number, Map<string, Map<number, number>>>();
    for (const [topic, partitions] of left) {
      const leaders = await nodes.leadersOf(topic);
      for (const [partition, number] of partitions) {
        const leader = leaders?.[partition] ?? -1;
        if (leader < 0) throw new Refusal(errorCode.leaderNotAvailable);
        const byTopic = byLeader.get(leader) ?? new Map<string, Map<number, number>>();
        byLeader.set(leader, byTopic);
        const those = byTopic.get(topic) ?? new Map<number, number>();
        byTopic.set(topic, those.set(partition, number));
      }
    }
    const answers = await Promise.all(Array.from(byLeader, ([leader, byTopic]) => ask(leader, byTopic)));
    let refused = 0;
    for (const [topic, partition, code] of answers.flat()) {
      if (code === errorCode.none) left.get(topic)?.delete(partition);
      else refused = code;
    }
    accept(refused);
  };
  const again = (): void => {
    for (const topic of left.keys()) nodes.forgetLeaders(topic);
  };
  try {
    await nodes.insist(doing, attempt, { again });
  } catch (error) {
    throw KitError.from(error, 'topic-mismatch', doing);
  }
}

export interface CommittedOptions {
  /** How long offsets are waited for that a transaction is about to commit; as long as for any answer, unless that is longer. */
  readonly stableWithinMs?: number;
}

/** Topics with all their partitions, or with some of them. */
export type PartitionsOf = readonly string[] | ReadonlyMap<string, readonly number[]>;

/**
 * What a group has committed; undefined where it has not. An offset that a transaction is about to commit is waited for.
 * Of whole topics for 2 s only: a process that is gone may have left the transaction open, and then what was committed
 * before it counts. Of partitions that are named until the call gives up altogether: whoever goes on from there must not
 * start at an offset that is about to be replaced.
 */
export async function committedOffsets(
  nodes: Nodes,
  groupId: string,
  partitions: PartitionsOf,
  { stableWithinMs = 0 }: CommittedOptions = {},
): Promise<PartialOffsets> {
  const wanted = isWhole(partitions) ? await allPartitions(nodes, partitions) : partitions;
  const doing = `Looking for what ${groupId} has committed`;
  const deadline = isWhole(partitions) ? Date.now() + STABLE_WITHIN_MS : Number.POSITIVE_INFINITY;
  try {
    const ask = async (coordinator: Link): Promise<PartialOffsets> => {
      const topics = Array.from(wanted, ([name, partitionIndexes]) => ({ name, partitionIndexes }));
      const [answer] = await fetchOffsets(coordinator, [{ groupId, topics }], { stable: Date.now() < deadline });
      accept(answer?.errorCode ?? errorCode.none);
      const committed = new Map<string, (number | undefined)[]>(
        Array.from(wanted, ([topic, numbers]) => [topic, Array.from({ length: Math.max(-1, ...numbers) + 1 })]),
      );
      for (const { name, partitions: answers } of answer?.topics ?? []) {
        for (const { partitionIndex, committedOffset, errorCode: code } of answers) {
          accept(code);
          const offsets = committed.get(name);
          if (offsets !== undefined && committedOffset >= 0) offsets[partitionIndex] = committedOffset;
        }
      }
      return committed;
    };
    const withinMs = Math.max(stableWithinMs, nodes.patienceMs);
    return await nodes.insistOnCoordinator(doing, 'group', groupId, ask, { withinMs });
  } catch (error) {
    const refusal = error instanceof KitError ? error.cause : error;
    if (!(refusal instanceof Refusal && refusal.isMomentary)) throw KitError.from(error, 'run-failed', doing);
    throw new KitError(
      'cluster-unreachable',
      `${doing}: a transaction is about to commit offsets, and nobody ends it (${refusal.message}). ` +
        'kafka-transactions.sh of Apache Kafka finds transactions that hang, and aborts them.',
      { cause: error },
    );
  }
}

/**
 * The transactional ids under which offsets of these partitions were committed last; none where that was without a
 * transaction. What a transaction is about to commit is not waited for.
 */
export async function committers(
  nodes: Nodes,
  groupId: string,
  partitions: ReadonlyMap<string, readonly number[]>,
): Promise<ReadonlySet<string>> {
  const doing = `Looking for who has committed offsets of ${groupId}`;
  const topics = Array.from(partitions, ([name, partitionIndexes]) => ({ name, partitionIndexes }));
  return nodes.insistOnCoordinator(doing, 'group', groupId, async (coordinator) => {
    const [answer] = await fetchOffsets(coordinator, [{ groupId, topics }], { stable: false });
    accept(answer?.errorCode ?? errorCode.none);
    const answers = (answer?.topics ?? []).flatMap(({ partitions: those }) => those);
    return new Set(answers.flatMap(({ metadata }) => (metadata ? [metadata] : [])));
  });
}

function isWhole(partitions: PartitionsOf): partitions is readonly string[] {
  return Array.isArray(partitions);
}

async function allPartitions(nodes: Nodes, topics: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>> {
  const counts = await partitionCounts(nodes, topics);
  return new Map(Array.from(counts, ([topic, count]) => [topic, Array.from({ length: count }, (_, index) => index)]));
}
