import type { Chunk, TopicOffsets } from '#shared/kafka';

/** Offsets whose records are done and whose outputs are acknowledged, not committed yet. */
export class CommittableOffsets {
  #offsets = new Map<string, number[]>();

  done({ topic, partition, nextOffset }: Chunk): void {
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
  clear(): void {
    this.#offsets = new Map();
  }
}
