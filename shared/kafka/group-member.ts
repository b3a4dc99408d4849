import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { KitError } from '#shared/errors';
import type { GroupOptions, JoinedMember, Share } from './group-options.js';
import { GroupProtocol, type Synced } from './group-protocol.js';
import type { Nodes } from './nodes.js';
import type { PartialOffsets } from './records.js';
import { errorCode, OVERTAKEN, Refusal } from './refusal.js';
import { SilenceWatch } from './silence-watch.js';
import { within } from './within.js';

/** Membership in a group with the caller's own assignor; it fetches nothing. */
export interface GroupMember {
  /** The member's id in its present generation. */
  readonly memberId: string;
  /** Commits in the member's generation. False: a rebalance came first, and nothing is committed. */
  commit(offsets: PartialOffsets): Promise<boolean>;
  /** Leaves the group. */
  close(): Promise<void>;
}

const LEAVE_WITHIN_MS = 2_000;
const AGAIN_MS = 100;
const HEARTBEAT_MS = 500;

export async function createGroupMember(nodes: Nodes, admin: Admin, options: GroupOptions): Promise<GroupMember> {
  const { groupId, topics, joinWithinMs = 30_000 } = options;
  const member = new Member(nodes, admin, options);
  const tooLate = (): Error => {
    const reason = (member.latestError ?? nodes.latestError)?.message ?? 'no answer';
    return new Error(
      `the group was not joined within ${joinWithinMs / 1_000} s (${reason}). Check that all brokers are running.`,
    );
  };
  try {
    await within(joinWithinMs, member.begin(), tooLate);
    return member;
  } catch (error) {
    await member.close();
    throw KitError.from(error, 'cluster-unreachable', `Joining ${groupId} for ${topics.join(', ')}`);
  }
}

/** A generation of the group in which this member takes part. */
interface Generation {
  readonly id: number;
  /** The partition counts by which it was shared, and when they were looked at; known to its leader only. */
  readonly sharedBy: { readonly counts: ReadonlyMap<string, number>; lookedAt: number } | undefined;
}

class Member implements GroupMember {
  memberId = '';
  /** Why the group could not be joined the last time. */
  latestError: Error | undefined;
  readonly #protocol: GroupProtocol;
  readonly #watch: SilenceWatch;
  readonly #stopped = new AbortController();
  readonly #commits = new Set<Promise<unknown>>();
  /** The generation whose partitions this member was told last. */
  #generation: Generation | undefined;

  constructor(
    private readonly nodes: Nodes,
    admin: Admin,
    private readonly options: GroupOptions,
  ) {
    this.#protocol = new GroupProtocol(nodes, options);
    const { groupId, silentMs = 30_000 } = options;
    this.#watch = new SilenceWatch(`Membership in ${groupId}`, admin, silentMs, (reason) => this.#lose(reason));
  }

  /** Resolves when the group was joined; the member then stays in it by itself. */
  async begin(): Promise<void> {
    await this.#join();
    void this.#stay();
  }

  async commit(offsets: PartialOffsets): Promise<boolean> {
    const generation = this.#generation;
    if (generation === undefined) return false;
    const committing = this.#protocol.commit(this.memberId, generation.id, offsets);
    this.#commits.add(committing);
    try {
      return await committing;
    } finally {
      this.#commits.delete(committing);
    }
  }

  async close(): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    this.#watch.stop();
    this.#generation = undefined;
    await this.#leave();
    this.nodes.close();
  }

  async #leave(): Promise<void> {
    // A coordinator that does not answer lets the session end by itself.
    const left = this.memberId === '' ? Promise.resolve() : this.#protocol.leave(this.memberId);
    await within(LEAVE_WITHIN_MS, left, () => new Error('it takes too long')).catch(() => undefined);
  }

  #lose(reason: KitError): void {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort(reason);
    this.#watch.stop();
    this.#generation = undefined;
    this.nodes.close();
    this.options.onLost(reason);
  }

  /** Joins until that works. */
  async #join(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      let synced: Synced;
      let generation: Generation;
      try {
        const joined = await this.#protocol.join(this.memberId);
        this.memberId = joined.memberId;
        // What is committed from now on would count for partitions that others may have by now.
        this.#generation = undefined;
        this.#watch.heard();
        const sharedBy = joined.members && { counts: await this.#protocol.partitionCounts(), lookedAt: Date.now() };
        const shares = joined.members && sharedBy ? this.#share(joined.members, sharedBy.counts) : new Map();
        synced = await this.#protocol.sync(joined, shares);
        generation = { id: joined.generationId, sharedBy };
      } catch (error) {
        await this.#recover(error);
        continue;
      }
      this.#watch.heard();
      if (signal.aborted) return;
      this.options.assignor.onShare?.(synced.userData);
      this.#generation = generation;
      this.options.onAssigned(synced.assignment, { memberId: this.memberId, generationId: generation.id });
      return;
    }
  }

  #share(members: readonly JoinedMember[], partitionCounts: ReadonlyMap<string, number>): ReadonlyMap<string, Share> {
    const { assignor, groupId } = this.options;
    try {
      return assignor.assign(members, { groupId, partitionCounts });
    } catch (error) {
      throw KitError.from(error, 'internal', `Sharing the partitions of ${this.options.groupId}`);
    }
  }

  /** Beats until the group is to be joined anew, joins, and so on. */
  async #stay(): Promise<void> {
    const { signal } = this.#stopped;
    const { sessionTimeoutMs = 10_000, groupId } = this.options;
    try {
      while (!signal.aborted) {
        await delay(Math.min(HEARTBEAT_MS, sessionTimeoutMs / 10), undefined, { signal });
        if ((await this.#isStable()) || signal.aborted) continue;
        const handedOver = this.options.onRebalancing?.(this.#generation !== undefined);
        const late = (): Error => new Error('it takes too long');
        // Nobody's heart beats meanwhile: whoever is not done by then has its work done again by others.
        await within(sessionTimeoutMs / 2, Promise.allSettled([handedOver, ...this.#commits]), late).catch(
          () => undefined,
        );
        await this.#join();
      }
    } catch (error) {
      if (signal.aborted) return;
      // Whoever goes for a reason of its own is not to keep partitions from others for the rest of its session.
      await this.#leave();
      this.#lose(KitError.from(error, 'cluster-unreachable', `Membership in ${groupId} ended`));
    }
  }

  async #isStable(): Promise<boolean> {
    const generation = this.#generation;
    if (generation === undefined) return false;
    try {
      await this.#protocol.heartbeat(this.memberId, generation.id);
      this.#watch.heard();
      return generation.sharedBy === undefined || !(await this.#haveTopicsGrown(generation.sharedBy));
    } catch (error) {
      await this.#recover(error);
      return !(error instanceof Refusal && OVERTAKEN.has(error.code));
    }
  }

  async #haveTopicsGrown(sharedBy: NonNullable<Generation['sharedBy']>): Promise<boolean> {
    if (Date.now() - sharedBy.lookedAt < (this.options.topicsMaxAgeMs ?? 30_000)) return false;
    const counts = await this.#protocol.partitionCounts();
    sharedBy.lookedAt = Date.now();
    return this.options.topics.some((topic) => counts.get(topic) !== sharedBy.counts.get(topic));
  }

  /** Gets ready to go on after a failure; throws it where there is no going on. */
  async #recover(error: unknown): Promise<void> {
    const { signal } = this.#stopped;
    if (signal.aborted) return;
    this.latestError = error instanceof Error ? error : new Error(String(error));
    if (error instanceof Refusal && OVERTAKEN.has(error.code)) {
      // Whoever is no member any more joins as a new one.
      if (error.code === errorCode.unknownMemberId) this.memberId = '';
      if (error.code !== errorCode.rebalanceInProgress) this.#generation = undefined;
      return;
    }
    if (error instanceof Refusal && !error.isPassing) throw error;
    if (error instanceof KitError && error.code !== 'cluster-unreachable') throw error;
    this.#protocol.forgetCoordinator();
    await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}
