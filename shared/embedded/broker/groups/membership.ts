/** What the leader learns of a member, and what each member learns of its generation. */
export interface JoinResult {
  readonly errorCode: number;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leader: string;
  readonly skipAssignment: boolean;
  readonly memberId: string;
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly metadata: Buffer;
  }[];
}

/** A member's assignment in a generation. */
export interface SyncResult {
  readonly errorCode: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignment: Buffer;
}

/** One way of assigning that a member can follow, with what it has to say for it. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** What a member says of itself when it joins. */
export interface JoiningMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  readonly protocols: readonly MemberProtocol[];
}

export const noBytes = Buffer.alloc(0);

/** The answer to a member that does not get into a generation. */
export const refusedJoin = (errorCode: number, memberId: string): JoinResult => ({
  errorCode,
  generationId: -1,
  protocolType: null,
  protocolName: null,
  leader: '',
  skipAssignment: false,
  memberId,
  members: [],
});

/** The answer to a member that gets no assignment. */
export const refusedSync = (errorCode: number): SyncResult => ({
  errorCode,
  protocolType: null,
  protocolName: null,
  assignment: noBytes,
});

/** What a request says of the member that sends it. */
export interface Identity {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generationId?: number;
}

/** How a joining member is to be treated, by the version of its request. */
export interface JoinManners {
  /** From version 4 on a new member is first told its id and joins again with it (KIP-394). */
  readonly mustKnowId: boolean;
  /** From version 9 on a returning static leader can be told not to assign anew (KIP-814). */
  readonly canSkipAssignment: boolean;
}
