import type { KitError } from '#shared/errors';
import type { Assignment } from './consumer.js';

/** How a group shares its partitions. Members whose name or version differ can't be in one group. */
export interface GroupAssignor {
  readonly name: string;
  readonly version: number;
  /** Told to the leader with each join. */
  userData(): Buffer;
  /** Asked of the leader only: what each member reads, and is told, by member id. */
  assign(members: readonly JoinedMember[], group: SharedGroup): ReadonlyMap<string, Share>;
  /**
   * Given what the leader tells this member with its share, before `onAssigned`. A member that throws here leaves the group,
   * and is lost with that error.
   */
  onShare?(userData: Buffer): void;
}

/** What a member reads, by topic, and what the leader's assignor tells the member's. */
export interface Share {
  readonly partitions: ReadonlyMap<string, readonly number[]>;
  readonly userData?: Buffer;
}

/** A group that is to be shared. */
export interface SharedGroup {
  readonly groupId: string;
  /** How many partitions the topics of the leader have now; one that is missing has no entry. */
  readonly partitionCounts: ReadonlyMap<string, number>;
}

/** A member of the group as the leader sees it. */
export interface JoinedMember {
  readonly memberId: string;
  readonly userData: Buffer;
  readonly topics: readonly string[];
}

/** Who a member is, in which generation of its group: what it commits counts in that one alone. */
export interface Membership {
  readonly memberId: string;
  readonly generationId: number;
}

export interface GroupOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly assignor: GroupAssignor;
  /** A member that is not heard of for so long loses its partitions; 10,000 unless said. */
  readonly sessionTimeoutMs?: number;
  /** How long a rebalance waits for members to join anew; 20,000 unless said. */
  readonly rebalanceTimeoutMs?: number;
  /** The group must be joined within so many milliseconds; 30,000 unless said. */
  readonly joinWithinMs?: number;
  /**
   * When nothing is heard for so many milliseconds, and the cluster does not answer, the member is lost; 30,000, or the cluster's
   * patience, unless said.
   */
  readonly silentMs?: number;
  /** How often the leader looks whether topics have got partitions, which makes the group share anew; 30,000 unless said. */
  readonly topicsMaxAgeMs?: number;
  /**
   * Called when the member learns that a rebalance begins, or that it is no member any more. It joins anew when what is
   * returned has resolved, and the commits that were begun here are done; it waits for that as long as its session lets it.
   * `isMember`: false where others have its partitions already.
   */
  readonly onRebalancing?: (isMember: boolean) => Promise<void> | undefined;
  /** Called after each join with what this member reads from now on, and as whom. */
  readonly onAssigned: (assignment: Assignment, membership: Membership) => void;
  /** The group is lost for good, or the cluster unreachable: no more callbacks follow. */
  readonly onLost: (reason: KitError) => void;
}
