import { KitError } from '#shared/errors';
import type { Chunk, Cluster, PartitionReader, TopicOffsets, TopicPartition } from '#shared/kafka';

/** Takes the records of one topic, in order per partition, each exactly once. */
export type ChunkHandler = (chunk: Chunk) => Promise<void>;

export interface ObserverOptions {
  /** The topic whose records are timed, and read as they come. */
  readonly urgent: string;
  /** Where each partition is read from. */
  readonly from: TopicOffsets;
  /** Told where records were gone before they were read. */
  readonly onWarning: (sentence: string) => void;
}

/** What is gathered before topics are read on which nothing is timed: at a tenth of a second the reader is still live. */
const UNHURRIED_FETCH_BYTES = 262_144;

/**
 * Reads topics from given offsets on, without a group: whatever happens to the cluster meanwhile, each partition goes on from
 * where it was. What it knows of a run it knows from here: the topics themselves, read_committed.
 */
export class TopicObserver {
  readonly #handlers: ReadonlyMap<string, ChunkHandler>;
  /** Up to where the records of each partition have been handled. */
  readonly #handledTo = new Map<string, number[]>();
  readonly #readers: readonly PartitionReader[];
  readonly #closing = new AbortController();
  /** Rejects when reading fails. */
  readonly finished: Promise<void>;

  private constructor(
    readers: ReadonlyMap<PartitionReader, readonly string[]>,
    handlers: ReadonlyMap<string, ChunkHandler>,
    from: TopicOffsets,
  ) {
    this.#handlers = handlers;
    this.#readers = [...readers.keys()];
    const reading = Array.from(readers, ([reader, topics]) => {
      const positions = topics.flatMap((topic) =>
        (from.get(topic) ?? []).map((offset, partition) => ({ topic, partition, offset })),
      );
      for (const { topic, partition, offset } of positions) this.#handled({ topic, partition }, offset);
      reader.seek(positions);
      return this.#read(reader, positions);
    });
    this.finished = Promise.all(reading).then(() => undefined);
    this.finished.catch(() => undefined);
  }

  /** Reads each topic of `handlers` from the offsets given. */
  static async start(
    cluster: Cluster,
    handlers: ReadonlyMap<string, ChunkHandler>,
    { urgent, from, onWarning }: ObserverOptions,
  ): Promise<TopicObserver> {
    const reader = (minFetchBytes: number): Promise<PartitionReader> =>
      cluster.reader({
        isolation: 'read_committed',
        minFetchBytes,
        onOutOfRange: 'earliest',
        onReset: ({ topic, partition, from: before, to }) =>
          onWarning(
            `Reading partition ${partition} of ${topic} went on at offset ${to} instead of ${before}: the records between had ` +
              'expired, or the topic was made anew. What was on them is not counted.',
          ),
      });
    const unhurried = [...handlers.keys()].filter((topic) => topic !== urgent);
    const readers = new Map([
      [await reader(1), [urgent]],
      [await reader(UNHURRIED_FETCH_BYTES), unhurried],
    ]);
    return new TopicObserver(readers, handlers, from);
  }

  /** Whether the handlers have taken all records before these offsets. */
  hasReached(ends: TopicOffsets): boolean {
    for (const [topic, offsets] of ends) {
      const handledTo = this.#handledTo.get(topic) ?? [];
      if (offsets.some((end, partition) => (handledTo[partition] ?? 0) < end)) return false;
    }
    return true;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.finished.catch(() => undefined);
    await Promise.all(this.#readers.map((reader) => reader.close()));
  }

  async #read(reader: PartitionReader, partitions: readonly TopicPartition[]): Promise<void> {
    while (!this.#closing.signal.aborted) {
      // Before the poll: what has been fetched by now is given by it, and there may be nothing but markers after that.
      const fetchedTo = partitions.map((partition) => reader.position(partition) ?? 0);
      for (const chunk of await reader.poll(50)) {
        const handler = this.#handlers.get(chunk.topic);
        if (handler === undefined)
          throw new KitError('internal', `Records of ${chunk.topic} came, which nobody asked for.`);
        await handler(chunk);
        // Not before: whoever asks hasReached() goes by what the handler has made of the records.
        this.#handled(chunk, chunk.nextOffset);
        if (this.#closing.signal.aborted) return;
      }
      for (const [index, partition] of partitions.entries()) this.#handled(partition, fetchedTo[index] ?? 0);
    }
  }

  #handled({ topic, partition }: TopicPartition, to: number): void {
    const handledTo = this.#handledTo.get(topic) ?? [];
    this.#handledTo.set(topic, handledTo);
    handledTo[partition] = Math.max(handledTo[partition] ?? 0, to);
  }
}
