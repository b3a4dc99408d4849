import type { JournaledOffset } from '../storage/storage.js';

/** Kafka's own `offset.metadata.max.bytes`, which it counts in UTF-16 code units all the same. */
export const maxMetadataLength = 4096;

/** An offset that a group has committed for a partition. */
export interface CommittedOffset {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string | null;
  /** Its place among all commits of this run; 0 for those of an earlier one. */
  readonly order: number;
}

/** The committed offsets of one group, by topic and partition. */
export class CommittedOffsets {
  readonly #byTopic = new Map<string, Map<number, CommittedOffset>>();

  get isEmpty(): boolean {
    return this.#byTopic.size === 0;
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.#byTopic.get(topic)?.get(partition);
  }

  set(topic: string, partition: number, committed: CommittedOffset): void {
    const partitions = this.#byTopic.get(topic) ?? new Map<number, CommittedOffset>();
    partitions.set(partition, committed);
    this.#byTopic.set(topic, partitions);
  }

  delete(topic: string, partition: number): void {
    const partitions = this.#byTopic.get(topic);
    partitions?.delete(partition);
    if (partitions?.size === 0) this.#byTopic.delete(topic);
  }

  deleteTopic(topic: string): void {
    this.#byTopic.delete(topic);
  }

  /** Every offset, as a journal keeps it. */
  entries(): JournaledOffset[] {
    return [...this.#byTopic].flatMap(([topic, partitions]) =>
      Array.from(partitions, ([partition, { offset, leaderEpoch, metadata }]): JournaledOffset => {
        return [topic, partition, offset, leaderEpoch, metadata];
      }),
    );
  }

  topics(): [string, number[]][] {
    return [...this.#byTopic].map(([topic, partitions]) => [topic, [...partitions.keys()]]);
  }
}
