import type { Assignment, Membership } from '#shared/kafka';

/** What the group gives a member, and as whom it has it. */
export interface Given {
  readonly assignment: Assignment;
  readonly membership: Membership;
}

/** How an instance stands with its group, by what it has heard: what it is to have, and as whom it has what it has. */
export class GroupStanding {
  /** As whom this member has the tasks that it has. */
  membership: Membership | undefined;
  /** The transactional ids of all instances that are in the group. */
  instances: ReadonlySet<string> = new Set();
  /** The group has thrown this member out, and it has not joined anew yet. */
  isExpelled = false;
  /** What the group gave this member last, until it is put into effect. */
  #given: Given | undefined;
  #times = 0;

  give(given: Given): void {
    this.#given = given;
    this.#times += 1;
    this.isExpelled = false;
  }

  get hasGiven(): boolean {
    return this.#given !== undefined;
  }

  /** What is to be put into effect. */
  take(): Given | undefined {
    const given = this.#given;
    this.#given = undefined;
    return given;
  }

  /** Whether another member may have the tasks that this one has. */
  get isReassigned(): boolean {
    return this.hasGiven || this.isExpelled;
  }

  /** Gives whether the group has given other partitions since. */
  overtaking(): () => boolean {
    const times = this.#times;
    return () => this.#times !== times;
  }

  /**
   * Whether a member has had its tasks all the time: one that was thrown out and is there again, or that was not told what
   * was shared in between, may come back to tasks that another one has had and moved on.
   */
  isContinuedBy({ memberId, generationId }: Membership): boolean {
    const before = this.membership;
    return before === undefined || (memberId === before.memberId && generationId === before.generationId + 1);
  }
}
