import type { Cluster, PartitionReader, TopicOffsets } from '#shared/kafka';

/**
 * Where the records of topics of one partition end. A topic that is written in transactions ends with the mark of a commit,
 * which whoever has processed all records need not have seen.
 */
export class LastRecords {
  readonly #reader: PartitionReader;
  readonly #nexts = new Map<string, number>();

  private constructor(
    reader: PartitionReader,
    readonly topics: readonly string[],
  ) {
    this.#reader = reader;
  }

  static async open(cluster: Cluster, topics: readonly string[]): Promise<LastRecords> {
    // What the application has deleted of its own topics it has processed.
    const reader = await cluster.reader({ isolation: 'read_uncommitted', onOutOfRange: 'earliest' });
    reader.seek(topics.map((topic) => ({ topic, partition: 0, offset: 0 })));
    return new LastRecords(reader, topics);
  }

  /** The offset behind the last record of each topic, up to these ends of the topics. */
  async before(ends: TopicOffsets): Promise<ReadonlyMap<string, number>> {
    const isBehind = (topic: string): boolean =>
      (this.#reader.position({ topic, partition: 0 }) ?? 0) < (ends.get(topic)?.[0] ?? 0);
    while (this.topics.some(isBehind)) await this.#take(100);
    // Positions are of what has been fetched, and that can wait to be polled.
    await this.#take(0);
    return this.#nexts;
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  async #take(maxWaitMs: number): Promise<void> {
    for (const { topic, records } of await this.#reader.poll(maxWaitMs)) {
      const last = records.at(-1);
      if (last !== undefined) this.#nexts.set(topic, last.offset + 1);
    }
  }
}
