import type { CommittedOffset } from './committed-offsets.js';
import { Group } from './group.js';

/** The groups that this broker coordinates: all there are. */
export class Groups {
  readonly #byId = new Map<string, Group>();

  all(): Iterable<Group> {
    return this.#byId.values();
  }

  find(groupId: string): Group | undefined {
    return this.#byId.get(groupId);
  }

  findOrCreate(groupId: string): Group {
    const known = this.#byId.get(groupId);
    if (known !== undefined) return known;
    const group = new Group(groupId);
    this.#byId.set(groupId, group);
    return group;
  }

  delete(group: Group): void {
    group.close();
    this.#byId.delete(group.id);
  }

  commit(group: Group, topic: string, partition: number, committed: CommittedOffset): void {
    group.offsets.set(topic, partition, committed);
  }

  uncommit(group: Group, topic: string, partition: number): void {
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
