import type { Chunk, TopicOffsets } from '#shared/kafka';

/** Offsets whose records are done and whose outputs are acknowledged, not committed yet. */
export class CommittableOffsets {
  #offsets = new Map<string, number[]>();
  #generation = 0;

  /** Which assignment is in force: work is begun in one, and may come back in a later one. */
  get generation(): number {
    return this.#generation;
  }

  /** Work that was begun in an earlier generation is left out: its partition may be another member's, and further on, now. */
  done({ topic, partition, nextOffset }: Chunk, generation: number): void {
    if (generation !== this.#generation) return;
    const partitions = this.#offsets.get(topic) ?? [];
    partitions[partition] = nextOffset;
    this.#offsets.set(topic, partitions);
  }

  /** What is to be committed now; afterwards there is nothing until more is done. */
  take(): TopicOffsets {
    const offsets = this.#offsets;
    this.#offsets = new Map();
    return offsets;
  }

  /** After a rebalance the partitions may be another member's. */
  reassigned(): void {
    this.#generation++;
    this.#offsets = new Map();
  }
}
