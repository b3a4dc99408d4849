import type { RequestContext } from '../handler.js';
import { type JoiningMember, type JoinResult, type MemberProtocol, noBytes, type SyncResult } from './membership.js';

/** The most members of a group, whose leader is told of them all; Kafka's `group.max.size`, which has no bound by default. */
export const maxMembers = 1_000;

/** A member of a group: what it joined with, its assignment, and the answers that it waits for. */
export class Member {
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocols: readonly MemberProtocol[];
  assignment: Buffer = noBytes;
  /** Whether it has asked for its assignment in the generation that it is in. */
  hasSynced = true;
  readonly clientId: string;
  readonly clientHost: string;
  #joining: ((result: JoinResult) => void) | undefined;
  #syncing: ((result: SyncResult) => void) | undefined;
  #session: NodeJS.Timeout | undefined;

  constructor(
    readonly id: string,
    joining: JoiningMember,
    context: Pick<RequestContext, 'clientId' | 'clientHost'>,
    readonly onExpired: (member: Member) => void,
  ) {
    this.groupInstanceId = joining.groupInstanceId;
    this.sessionTimeoutMs = joining.sessionTimeoutMs;
    this.rebalanceTimeoutMs = joining.rebalanceTimeoutMs;
    this.protocols = keep(joining.protocols);
    this.clientId = context.clientId;
    this.clientHost = context.clientHost;
  }

  readonly groupInstanceId: string | null;

  get isJoining(): boolean {
    return this.#joining !== undefined;
  }

  get isSyncing(): boolean {
    return this.#syncing !== undefined;
  }

  /** Takes over what the member says now that it joins again. */
  update(joining: JoiningMember): void {
    this.sessionTimeoutMs = joining.sessionTimeoutMs;
    this.rebalanceTimeoutMs = joining.rebalanceTimeoutMs;
    this.protocols = keep(joining.protocols);
  }

  /** Whether it joins with the very protocols it has. */
  hasProtocols(protocols: readonly MemberProtocol[]): boolean {
    return (
      protocols.length === this.protocols.length &&
      protocols.every(({ name, metadata }, i) => {
        const own = this.protocols[i];
        return own !== undefined && own.name === name && own.metadata.equals(metadata);
      })
    );
  }

  metadataFor(protocolName: string | null): Buffer {
    return this.protocols.find(({ name }) => name === protocolName)?.metadata ?? noBytes;
  }

  /** Waits for the generation to be complete; an earlier wait of the same member is superseded. */
  awaitJoin(superseded: JoinResult): Promise<JoinResult> {
    this.endSession();
    this.#joining?.(superseded);
    return new Promise((resolve) => {
      this.#joining = resolve;
    });
  }

  answerJoin(result: JoinResult): void {
    this.#joining?.(result);
    this.#joining = undefined;
    this.beginSession();
  }

  awaitSync(superseded: SyncResult): Promise<SyncResult> {
    this.#syncing?.(superseded);
    return new Promise((resolve) => {
      this.#syncing = resolve;
    });
  }

  answerSync(result: SyncResult): void {
    this.#syncing?.(result);
    this.#syncing = undefined;
    this.beginSession();
  }

  /** Begins the time within which the member must be heard of again. */
  beginSession(): void {
    this.endSession();
    this.#session = setTimeout(() => {
      // Who waits for the leader's assignments can't send a heartbeat meanwhile.
      if (this.isSyncing) this.beginSession();
      else this.onExpired(this);
    }, this.sessionTimeoutMs);
    this.#session.unref();
  }

  /** The member was heard of. */
  refreshSession(): void {
    if (!this.isJoining) this.beginSession();
  }

  endSession(): void {
    clearTimeout(this.#session);
    this.#session = undefined;
  }
}

/** What the leader learns of the members: what each has to say for the protocol. */
export const rosterOf = (members: readonly Member[], protocolName: string | null): JoinResult['members'] =>
  members.map((member) => ({
    memberId: member.id,
    groupInstanceId: member.groupInstanceId,
    metadata: member.metadataFor(protocolName),
  }));

/** Copies, so that a few bytes do not keep a whole frame in memory. */
const keep = (protocols: readonly MemberProtocol[]): MemberProtocol[] =>
  protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) }));
