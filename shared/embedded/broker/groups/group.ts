import { randomUUID } from 'node:crypto';
import { errorCode } from '#shared/wire';
import type { RequestContext } from '../handler.js';
import { CommittedOffsets } from './committed-offsets.js';
import { Member, maxMembers, rosterOf } from './member.js';
import {
  type Identity,
  type JoiningMember,
  type JoinManners,
  type JoinResult,
  noBytes,
  refusedJoin,
  refusedSync,
  type SyncResult,
} from './membership.js';
import { PendingMembers } from './pending-members.js';
import { isProtocolShared, selectProtocol } from './protocol-selection.js';
import { subscribedTopics } from './subscription.js';

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable';

/**
 * A consumer group in the classic protocol: members join until all known ones are there (a generation), its leader assigns,
 * everyone fetches its assignment, and the heartbeats keep it so until somebody comes or goes. There is no delay before the
 * first generation: a member that is alone has its partitions at once.
 */
export class Group {
  readonly offsets = new CommittedOffsets();
  readonly #members = new Map<string, Member>();
  readonly #instances = new Map<string, string>();
  readonly #pending = new PendingMembers(() => this.#completeJoinIfAllAreThere());
  #state: GroupState = 'Empty';
  #generationId = 0;
  #protocolType: string | null = null;
  #protocolName: string | null = null;
  #leaderId = '';
  #rebalance: NodeJS.Timeout | undefined;

  constructor(readonly id: string) {}

  get state(): GroupState {
    return this.#state;
  }

  get protocolType(): string {
    return this.#protocolType ?? '';
  }

  get protocolName(): string {
    return this.#state === 'Stable' ? (this.#protocolName ?? '') : '';
  }

  get members(): Iterable<Member> {
    return this.#members.values();
  }

  get isDeletable(): boolean {
    return this.#members.size === 0;
  }

  /** JoinGroup: answers once the generation that the member takes part in is complete. */
  join(
    joining: JoiningMember,
    manners: JoinManners,
    context: Pick<RequestContext, 'clientId' | 'clientHost'>,
  ): JoinResult | Promise<JoinResult> {
    const refused = (code: number, memberId = joining.memberId) => refusedJoin(code, memberId);
    if (joining.protocols.length === 0 || joining.protocolType === '')
      return refused(errorCode.inconsistentGroupProtocol);
    const others = [...this.#members.values()].filter(({ id }) => id !== joining.memberId);
    const isOfType = others.length === 0 || joining.protocolType === this.#protocolType;
    const isNew = joining.memberId === '' && !this.#instances.has(joining.groupInstanceId ?? '');
    if (isNew && others.length + this.#pending.size >= maxMembers) return refused(errorCode.groupMaxSizeReached);
    if (!isOfType || !isProtocolShared(others, joining.protocols)) return refused(errorCode.inconsistentGroupProtocol);
    if (joining.groupInstanceId !== null) {
      const known = this.#instances.get(joining.groupInstanceId);
      if (joining.memberId === '') return this.#joinStatic(known, joining, manners, context);
      if (known !== undefined && known !== joining.memberId) return refused(errorCode.fencedInstanceId);
    }
    if (joining.memberId === '') {
      const memberId = `${context.clientId}-${randomUUID()}`;
      if (!manners.mustKnowId) return this.#add(memberId, joining, context);
      this.#pending.add(memberId, joining.sessionTimeoutMs);
      return refused(errorCode.memberIdRequired, memberId);
    }
    if (this.#pending.delete(joining.memberId)) return this.#add(joining.memberId, joining, context);
    const member = this.#members.get(joining.memberId);
    return member === undefined ? refused(errorCode.unknownMemberId) : this.#rejoin(member, joining);
  }

  #rejoin(member: Member, joining: JoiningMember): JoinResult | Promise<JoinResult> {
    const isUnchanged = member.hasProtocols(joining.protocols);
    // It may have missed the answer of the generation that it belongs to; that costs nobody a rebalance.
    const missedAnswer = this.#state === 'CompletingRebalance' && isUnchanged;
    const nothingNew = this.#state === 'Stable' && isUnchanged && member.id !== this.#leaderId;
    if (missedAnswer || nothingNew) {
      member.refreshSession();
      return this.#joined(member);
    }
    member.update(joining);
    const answer = member.awaitJoin(refusedJoin(errorCode.rebalanceInProgress, member.id));
    this.#prepareRebalance();
    return answer;
  }

  #add(
    memberId: string,
    joining: JoiningMember,
    context: Pick<RequestContext, 'clientId' | 'clientHost'>,
  ): Promise<JoinResult> {
    const member = new Member(memberId, joining, context, (expired) => this.#remove(expired));
    this.#members.set(memberId, member);
    if (joining.groupInstanceId !== null) this.#instances.set(joining.groupInstanceId, memberId);
    this.#protocolType = joining.protocolType;
    if (!this.#members.has(this.#leaderId)) this.#leaderId = memberId;
    const answer = member.awaitJoin(refusedJoin(errorCode.rebalanceInProgress, memberId));
    this.#prepareRebalance();
    return answer;
  }

  /** A static member (KIP-345) that starts again takes the place of the one it was, without a rebalance if it can. */
  #joinStatic(
    knownId: string | undefined,
    joining: JoiningMember,
    manners: JoinManners,
    context: Pick<RequestContext, 'clientId' | 'clientHost'>,
  ): JoinResult | Promise<JoinResult> {
    const memberId = `${joining.groupInstanceId}-${randomUUID()}`;
    const former = knownId === undefined ? undefined : this.#members.get(knownId);
    if (former === undefined) return this.#add(memberId, joining, context);

    const member = new Member(memberId, joining, context, (expired) => this.#remove(expired));
    member.assignment = former.assignment;
    this.#forget(former, errorCode.fencedInstanceId);
    this.#members.set(memberId, member);
    if (joining.groupInstanceId !== null) this.#instances.set(joining.groupInstanceId, memberId);
    const formerLeader = this.#leaderId;
    const isLeader = formerLeader === former.id;
    if (isLeader) this.#leaderId = memberId;

    if (this.#state === 'Stable' && selectProtocol(this.#memberList()) === this.#protocolName) {
      member.beginSession();
      const skipAssignment = isLeader && manners.canSkipAssignment;
      // Told its former id as the leader's, an older client does not take itself for the leader and assigns nothing.
      const leader = isLeader && !skipAssignment ? formerLeader : this.#leaderId;
      return {
        ...this.#joined(member),
        leader,
        skipAssignment,
        members: skipAssignment ? rosterOf(this.#memberList(), this.#protocolName) : [],
      };
    }
    const answer = member.awaitJoin(refusedJoin(errorCode.rebalanceInProgress, memberId));
    this.#prepareRebalance();
    return answer;
  }

  /** SyncGroup: the leader brings the assignments, everybody gets its own once they are there. */
  sync(
    identity: Identity,
    protocol: { readonly type: string | null; readonly name: string | null },
    assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[],
  ): SyncResult | Promise<SyncResult> {
    const member = this.#identify(identity);
    if (typeof member === 'number') return refusedSync(member);
    const isOther =
      (protocol.type !== null && protocol.type !== this.#protocolType) ||
      (protocol.name !== null && protocol.name !== this.#protocolName);
    if (isOther) return refusedSync(errorCode.inconsistentGroupProtocol);
    if (this.#state === 'PreparingRebalance') return refusedSync(errorCode.rebalanceInProgress);
    member.refreshSession();
    member.hasSynced = true;
    if (this.#state === 'Stable') return this.#synced(member);

    const answer = member.awaitSync(refusedSync(errorCode.rebalanceInProgress));
    if (member.id === this.#leaderId) {
      for (const one of this.#members.values()) one.assignment = noBytes;
      for (const { memberId, assignment } of assignments) {
        const assigned = this.#members.get(memberId);
        if (assigned !== undefined) assigned.assignment = Buffer.from(assignment);
      }
      this.#state = 'Stable';
      for (const one of this.#members.values()) if (one.isSyncing) one.answerSync(this.#synced(one));
    }
    return answer;
  }

  /** Heartbeat: gives an error code; 27 calls the member to join again. */
  heartbeat(identity: Identity): number {
    const member = this.#identify(identity);
    if (typeof member === 'number') return member;
    member.refreshSession();
    return this.#state === 'PreparingRebalance' ? errorCode.rebalanceInProgress : errorCode.none;
  }

  /** LeaveGroup for one member: gives an error code. */
  leave(identity: Identity): number {
    const memberId =
      identity.memberId === '' && identity.groupInstanceId !== null
        ? (this.#instances.get(identity.groupInstanceId) ?? '')
        : identity.memberId;
    if (this.#pending.delete(memberId)) {
      this.#completeJoinIfAllAreThere();
      return errorCode.none;
    }
    const member = this.#identify({ ...identity, memberId });
    if (typeof member === 'number') return member;
    this.#remove(member);
    return errorCode.none;
  }

  /**
   * Whether this sender may commit offsets now: gives an error code. A client that assigns partitions by itself commits without
   * being a member while there are none; within a transaction also beside them, as older clients do (KIP-447).
   */
  mayCommit(identity: Required<Identity>, { isTransactional }: { readonly isTransactional: boolean }): number {
    const { generationId, memberId, groupInstanceId } = identity;
    if (generationId < 0 && this.#state === 'Empty') return errorCode.none;
    const isNobody = generationId < 0 && memberId === '' && groupInstanceId === null;
    if (isNobody) return isTransactional ? errorCode.none : errorCode.unknownMemberId;
    const member = this.#identify(identity);
    if (typeof member === 'number') return member;
    if (this.#state === 'CompletingRebalance' && !isTransactional) return errorCode.rebalanceInProgress;
    member.refreshSession();
    return errorCode.none;
  }

  /** Whether a member consumes the topic, as far as one can tell: those that are not known to leave it out are said to. */
  isSubscribedTo(topic: string): boolean {
    return this.#memberList().some(
      (member) => subscribedTopics(member.metadataFor(this.#protocolName))?.includes(topic) ?? true,
    );
  }

  /** Ends every wait and timer; for when the broker closes or the group is deleted. */
  close(): void {
    clearTimeout(this.#rebalance);
    this.#pending.clear();
    for (const member of this.#members.values()) this.#forget(member, errorCode.coordinatorNotAvailable);
  }

  /** The member that a request claims to come from, or the error code for a claim that is wrong. */
  #identify({ memberId, groupInstanceId, generationId }: Identity): Member | number {
    if (groupInstanceId !== null) {
      const known = this.#instances.get(groupInstanceId);
      if (known === undefined) return errorCode.unknownMemberId;
      if (known !== memberId) return errorCode.fencedInstanceId;
    }
    const member = this.#members.get(memberId);
    if (member === undefined) return errorCode.unknownMemberId;
    return (generationId ?? this.#generationId) === this.#generationId ? member : errorCode.illegalGeneration;
  }

  #prepareRebalance(): void {
    if (this.#state === 'CompletingRebalance') {
      for (const member of this.#members.values()) {
        member.assignment = noBytes;
        if (member.isSyncing) member.answerSync(refusedSync(errorCode.rebalanceInProgress));
      }
    }
    if (this.#state !== 'PreparingRebalance') {
      this.#state = 'PreparingRebalance';
      this.#afterRebalanceTime(() => this.#completeJoin());
    }
    this.#completeJoinIfAllAreThere();
  }

  /** Within this time everybody must have joined, and then fetched its assignment. */
  #afterRebalanceTime(goOn: () => void): void {
    clearTimeout(this.#rebalance);
    const longestMs = Math.max(...this.#memberList().map(({ rebalanceTimeoutMs }) => rebalanceTimeoutMs));
    this.#rebalance = setTimeout(goOn, longestMs).unref();
  }

  #completeJoinIfAllAreThere(): void {
    if (this.#state !== 'PreparingRebalance' || !this.#pending.isEmpty) return;
    if (this.#memberList().every(({ isJoining }) => isJoining)) this.#completeJoin();
  }

  /** Begins the next generation with whoever has joined; who has not, is out. Static members may be away for a while. */
  #completeJoin(): void {
    clearTimeout(this.#rebalance);
    for (const member of this.#memberList()) {
      if (!member.isJoining && member.groupInstanceId === null) this.#forget(member, errorCode.unknownMemberId);
    }
    this.#generationId += 1;
    const members = this.#memberList();
    const [first] = members;
    if (first === undefined) {
      this.#state = 'Empty';
      this.#protocolName = null;
      return;
    }
    if (this.#members.get(this.#leaderId)?.isJoining !== true) {
      this.#leaderId = (members.find(({ isJoining }) => isJoining) ?? first).id;
    }
    this.#state = 'CompletingRebalance';
    this.#protocolName = selectProtocol(members);
    for (const member of members) {
      member.hasSynced = false;
      if (member.isJoining) member.answerJoin(this.#joined(member));
    }
    this.#afterRebalanceTime(() => this.#remove(...this.#memberList().filter(({ hasSynced }) => !hasSynced)));
  }

  #remove(...members: readonly Member[]): void {
    if (members.length === 0) return;
    for (const member of members) this.#forget(member, errorCode.unknownMemberId);
    if (this.#state === 'PreparingRebalance') this.#completeJoinIfAllAreThere();
    else if (this.#members.size > 0) this.#prepareRebalance();
    else this.#completeJoin();
  }

  #forget(member: Member, code: number): void {
    if (member.isJoining) member.answerJoin(refusedJoin(code, member.id));
    if (member.isSyncing) member.answerSync(refusedSync(code));
    member.endSession();
    this.#members.delete(member.id);
    const { groupInstanceId } = member;
    if (groupInstanceId !== null && this.#instances.get(groupInstanceId) === member.id) {
      this.#instances.delete(groupInstanceId);
    }
  }

  #memberList(): Member[] {
    return [...this.#members.values()];
  }

  #joined(member: Member): JoinResult {
    return {
      errorCode: errorCode.none,
      generationId: this.#generationId,
      protocolType: this.#protocolType,
      protocolName: this.#protocolName,
      leader: this.#leaderId,
      skipAssignment: false,
      memberId: member.id,
      members: member.id === this.#leaderId ? rosterOf(this.#memberList(), this.#protocolName) : [],
    };
  }

  #synced(member: Member): SyncResult {
    return {
      errorCode: errorCode.none,
      protocolType: this.#protocolType,
      protocolName: this.#protocolName,
      assignment: member.assignment,
    };
  }
}
