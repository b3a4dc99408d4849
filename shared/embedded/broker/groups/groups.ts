import { errorCode } from '#shared/wire';
import { inMemory, type JournaledOffset, type Storage } from '../storage/storage.js';
import { Group } from './group.js';
import type { Identity } from './membership.js';

/** More groups than this are a client that makes up a name each time, and would fill the memory. */
const maxGroups = 10_000;

type OrderOf = (offset: JournaledOffset) => number;

/** The groups that this broker coordinates: all there are. */
export class Groups {
  readonly #byId = new Map<string, Group>();
  #lastOrder = 0;

  constructor(readonly storage: Storage = inMemory) {}

  all(): Iterable<Group> {
    return this.#byId.values();
  }

  find(groupId: string): Group | undefined {
    return this.#byId.get(groupId);
  }

  /** The group of that name, new if need be; undefined where there are too many already. */
  admit(groupId: string): Group | undefined {
    if (this.#byId.size >= maxGroups && !this.#byId.has(groupId)) this.#forgetEmpty();
    return this.#byId.size < maxGroups || this.#byId.has(groupId) ? this.findOrCreate(groupId) : undefined;
  }

  /** Groups without members and offsets are as good as groups that nobody has heard of. */
  #forgetEmpty(): void {
    for (const group of this.#byId.values()) {
      if (!group.isDeletable || !group.offsets.isEmpty) continue;
      group.close();
      this.#byId.delete(group.id);
    }
  }

  findOrCreate(groupId: string): Group {
    const known = this.#byId.get(groupId);
    if (known !== undefined) return known;
    const group = new Group(groupId);
    this.#byId.set(groupId, group);
    return group;
  }

  /** Whether this sender may commit offsets for the group now: gives an error code. Who is no member may make a group. */
  mayCommit(groupId: string, identity: Required<Identity>, how: { readonly isTransactional: boolean }): number {
    const group = identity.generationId < 0 ? this.admit(groupId) : this.find(groupId);
    if (group !== undefined) return group.mayCommit(identity, how);
    return identity.generationId < 0 ? errorCode.groupMaxSizeReached : errorCode.illegalGeneration;
  }

  delete(group: Group): void {
    this.storage.record({ is: 'group-deleted', group: group.id });
    group.close();
    this.#byId.delete(group.id);
  }

  /** The place of a commit among all of them: higher than that of every earlier one. */
  nextOrder(): number {
    this.#lastOrder += 1;
    return this.#lastOrder;
  }

  /** Keeps the offsets of one request, or of a transaction, each with its place among all commits. */
  commit(group: Group, offsets: readonly JournaledOffset[], orderOf: OrderOf = () => this.nextOrder()): void {
    if (offsets.length === 0) return;
    // What can't be kept is not committed.
    this.storage.record({ is: 'offsets', group: group.id, offsets });
    this.restoreOffsets(group.id, offsets, orderOf);
  }

  /** Has offsets again as they were committed in an earlier run. */
  restoreOffsets(groupId: string, offsets: readonly JournaledOffset[], orderOf: OrderOf = () => 0): void {
    const group = this.findOrCreate(groupId);
    for (const journaled of offsets) {
      const [topic, partition, offset, leaderEpoch, metadata] = journaled;
      group.offsets.set(topic, partition, { offset, leaderEpoch, metadata, order: orderOf(journaled) });
    }
  }

  uncommit(group: Group, topic: string, partition: number): void {
    this.storage.record({ is: 'offset-deleted', group: group.id, topic, partition });
    group.offsets.delete(topic, partition);
  }

  /** Forgets what was committed for a topic that is no more. */
  forgetTopic(topic: string): void {
    for (const group of this.#byId.values()) group.offsets.deleteTopic(topic);
  }

  close(): void {
    for (const group of this.#byId.values()) group.close();
  }
}
