import { randomUUID } from 'node:crypto';
import { KitError } from '#shared/errors';
import type { Chunk, Cluster, Consumer, TopicOffsets } from '#shared/kafka';

/** Takes the records of one topic, in order per partition, each exactly once. */
export type ChunkHandler = (chunk: Chunk) => Promise<void>;

/** What is gathered before topics are read on which nothing is timed: at a tenth of a second the reader is still live. */
const UNHURRIED_FETCH_BYTES = 262_144;

/**
 * Reads topics from given offsets on, for one reader alone. What it knows of a run it knows from here: the topics
 * themselves, read_committed.
 */
export class TopicObserver {
  readonly #handlers: ReadonlyMap<string, ChunkHandler>;
  readonly #positions = new Map<string, number[]>();
  readonly #consumers: readonly Consumer[];
  readonly #closing = new AbortController();
  /** Rejects when reading fails. */
  readonly finished: Promise<void>;

  private constructor(consumers: readonly Consumer[], handlers: ReadonlyMap<string, ChunkHandler>, from: TopicOffsets) {
    this.#consumers = consumers;
    this.#handlers = handlers;
    for (const [topic, offsets] of from) this.#positions.set(topic, [...offsets]);
    this.finished = Promise.all(consumers.map((consumer) => this.#read(consumer))).then(() => undefined);
    this.finished.catch(() => undefined);
  }

  /** Reads each topic of `handlers` from the offsets given; the urgent one, whose records are timed, as they come. */
  static async start(
    cluster: Cluster,
    groupPrefix: string,
    handlers: ReadonlyMap<string, ChunkHandler>,
    urgent: string,
    from: TopicOffsets,
  ): Promise<TopicObserver> {
    const consume = (topics: readonly string[], minFetchBytes: number): Promise<Consumer> =>
      cluster.consume({
        groupId: `${groupPrefix}.${randomUUID()}`,
        topics,
        from: new Map([...from].filter(([topic]) => topics.includes(topic))),
        minFetchBytes,
        // A topic may end with what nobody is shown.
        emptyChunks: true,
        temporaryGroup: true,
      });
    const unhurried = [...handlers.keys()].filter((topic) => topic !== urgent);
    const consumers = await Promise.all([consume([urgent], 1), consume(unhurried, UNHURRIED_FETCH_BYTES)]);
    return new TopicObserver(consumers, handlers, from);
  }

  /** Whether the handlers have taken all records before these offsets. */
  hasReached(ends: TopicOffsets): boolean {
    for (const [topic, offsets] of ends) {
      const positions = this.#positions.get(topic) ?? [];
      if (offsets.some((end, partition) => (positions[partition] ?? 0) < end)) return false;
    }
    return true;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.finished.catch(() => undefined);
    await Promise.all(this.#consumers.map((consumer) => consumer.close()));
  }

  async #read(consumer: Consumer): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const chunk = await consumer.poll(50);
      if (chunk === undefined) continue;
      const positions = this.#positions.get(chunk.topic) ?? [];
      this.#positions.set(chunk.topic, positions);
      const fresh = freshPart(chunk, positions[chunk.partition] ?? 0);
      if (fresh === undefined) continue;
      const handler = this.#handlers.get(chunk.topic);
      if (handler === undefined)
        throw new KitError('internal', `Records of ${chunk.topic} came, which nobody asked for.`);
      if (fresh.records.length > 0) await handler(fresh);
      // Not before: whoever asks hasReached() goes by what the handler has made of the records.
      positions[chunk.partition] = chunk.nextOffset;
    }
  }
}

// After a rebalance the client starts again where it committed: what was read before is left out.
function freshPart(chunk: Chunk, position: number): Chunk | undefined {
  if (chunk.nextOffset <= position) return undefined;
  const [first] = chunk.records;
  if (first === undefined || first.offset >= position) return chunk;
  return { ...chunk, records: chunk.records.filter(({ offset }) => offset >= position) };
}
