import kafkajs from 'kafkajs';
import { KitError } from '#shared/errors';
import { apis } from '#shared/wire';
import type { Assignment } from './consumer.js';
import type { GroupOptions, JoinedMember, Share } from './group-options.js';
import type { Link } from './link.js';
import type { Nodes } from './nodes.js';
import type { PartialOffsets } from './records.js';
import { accept, errorCode, OVERTAKEN, Refusal } from './refusal.js';

// Node finds what kafkajs exports by a getter on the CommonJS module alone.
const { AssignerProtocol } = kafkajs;

const PROTOCOL_TYPE = 'consumer';
/** The first layout of what members tell each other: names of topics and what the assignor adds. */
const LAYOUT = 0;
/** What waits for the whole group goes apart from what must not wait. */
const COMMIT_LANE = 1;
/** A coordinator answers a join when the rebalance is over, a moment after its time-out at the latest. */
const JOIN_SLACK_MS = 5_000;

/** What the coordinator answers to a join. */
export interface Joined {
  readonly memberId: string;
  readonly generationId: number;
  /** All members, for the one that is to share the partitions among them. */
  readonly members: readonly JoinedMember[] | undefined;
}

/** What the coordinator answers to a sync: what this member reads, and is told by the leader's assignor. */
export interface Synced {
  readonly assignment: Assignment;
  readonly userData: Buffer;
}

/** The requests of a group's member, once each: a refusal is thrown as Refusal, what else fails is a broken connection. */
export class GroupProtocol {
  readonly #name: string;
  readonly #sessionTimeoutMs: number;
  readonly #rebalanceTimeoutMs: number;

  constructor(
    private readonly nodes: Nodes,
    private readonly options: GroupOptions,
  ) {
    const { assignor, sessionTimeoutMs = 10_000, rebalanceTimeoutMs = 20_000 } = options;
    this.#name = `${assignor.name}-${assignor.version}`;
    this.#sessionTimeoutMs = sessionTimeoutMs;
    this.#rebalanceTimeoutMs = rebalanceTimeoutMs;
  }

  /** JoinGroup; answered when all members have joined. */
  async join(memberId: string): Promise<Joined> {
    const { topics, assignor, groupId } = this.options;
    const metadata = AssignerProtocol.MemberMetadata.encode({
      version: LAYOUT,
      topics: [...topics],
      userData: assignor.userData(),
    });
    const coordinator = await this.#coordinator();
    const answer = await coordinator.request(
      apis.joinGroup,
      {
        groupId,
        memberId,
        groupInstanceId: null,
        sessionTimeoutMs: this.#sessionTimeoutMs,
        rebalanceTimeoutMs: this.#rebalanceTimeoutMs,
        protocolType: PROTOCOL_TYPE,
        protocols: [{ name: this.#name, metadata }],
        reason: null,
      },
      this.#rebalanceTimeoutMs + JOIN_SLACK_MS,
    );
    // Who is new is given an id first, so that a join whose answer is lost leaves no second member behind (KIP-394).
    if (answer.errorCode === errorCode.memberIdRequired) return this.join(answer.memberId);
    accept(answer.errorCode);
    return {
      memberId: answer.memberId,
      generationId: answer.generationId,
      members: answer.leader === answer.memberId ? answer.members.map(readMember) : undefined,
    };
  }

  /** SyncGroup: the leader tells what each member reads, and each is told. */
  async sync({ memberId, generationId }: Joined, shares: ReadonlyMap<string, Share>): Promise<Synced> {
    const answer = await (await this.#coordinator()).request(
      apis.syncGroup,
      {
        groupId: this.options.groupId,
        memberId,
        generationId,
        groupInstanceId: null,
        protocolType: PROTOCOL_TYPE,
        protocolName: this.#name,
        assignments: Array.from(shares, ([id, share]) => ({ memberId: id, assignment: encodeShare(share) })),
      },
      this.#rebalanceTimeoutMs + JOIN_SLACK_MS,
    );
    accept(answer.errorCode);
    const decoded = answer.assignment.length > 0 ? AssignerProtocol.MemberAssignment.decode(answer.assignment) : null;
    return {
      assignment: new Map(Object.entries(decoded?.assignment ?? {})),
      userData: decoded?.userData ?? Buffer.alloc(0),
    };
  }

  async heartbeat(memberId: string, generationId: number): Promise<void> {
    const { groupId } = this.options;
    const request = { groupId, memberId, generationId, groupInstanceId: null };
    accept((await (await this.#coordinator()).request(apis.heartbeat, request)).errorCode);
  }

  /** OffsetCommit, insisted on; false where a rebalance came first. */
  async commit(memberId: string, generationId: number, offsets: PartialOffsets): Promise<boolean> {
    const { groupId } = this.options;
    const topics = Array.from(offsets, ([name, byPartition]) => ({
      name,
      partitions: byPartition.flatMap((committedOffset, partitionIndex) =>
        committedOffset === undefined ? [] : [{ partitionIndex, committedOffset, committedMetadata: null }],
      ),
    })).filter(({ partitions }) => partitions.length > 0);
    if (topics.length === 0) return true;
    const doing = `Committing offsets of ${groupId}`;
    const ask = async (coordinator: Link): Promise<void> => {
      const answer = await coordinator.request(apis.offsetCommit, {
        groupId,
        memberId,
        generationIdOrMemberEpoch: generationId,
        groupInstanceId: null,
        topics,
      });
      for (const { partitions } of answer.topics) for (const { errorCode: code } of partitions) accept(code);
    };
    try {
      await this.nodes.insistOnCoordinator(doing, 'group', groupId, ask, { lane: COMMIT_LANE });
      return true;
    } catch (error) {
      if (error instanceof Refusal && OVERTAKEN.has(error.code)) return false;
      throw KitError.from(error, 'cluster-unreachable', doing);
    }
  }

  async leave(memberId: string): Promise<void> {
    const { groupId } = this.options;
    const coordinator = await this.nodes.coordinator('group', groupId, COMMIT_LANE);
    const members = [{ memberId, groupInstanceId: null, reason: null }];
    accept((await coordinator.request(apis.leaveGroup, { groupId, memberId, members })).errorCode);
  }

  /** The coordinator is looked for anew with the next request. */
  forgetCoordinator(): void {
    this.nodes.forgetCoordinator('group', this.options.groupId);
  }

  /** How many partitions each topic has that is there, as the cluster says now. */
  async partitionCounts(): Promise<ReadonlyMap<string, number>> {
    const { topics } = this.options;
    await this.nodes.refresh(topics);
    const counts = new Map<string, number>();
    for (const topic of topics) {
      const count = this.nodes.knownPartitions(topic);
      if (count !== undefined) counts.set(topic, count);
    }
    return counts;
  }

  #coordinator(): Promise<Link> {
    return this.nodes.coordinator('group', this.options.groupId);
  }
}

function readMember({ memberId, metadata }: { readonly memberId: string; readonly metadata: Buffer }): JoinedMember {
  const told = AssignerProtocol.MemberMetadata.decode(metadata);
  return { memberId, topics: told?.topics ?? [], userData: told?.userData ?? Buffer.alloc(0) };
}

function encodeShare({ partitions: byTopic, userData = Buffer.alloc(0) }: Share): Buffer {
  const assignment = Object.fromEntries(Array.from(byTopic, ([topic, partitions]) => [topic, [...partitions]]));
  return AssignerProtocol.MemberAssignment.encode({ version: LAYOUT, assignment, userData });
}
