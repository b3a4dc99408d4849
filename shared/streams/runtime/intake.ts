import { KitError } from '#shared/errors';
import type { LazyChunk, OffsetReset, PartitionReader } from '#shared/kafka';
import { fail } from './committer.js';
import { readerOptions } from './reader-options.js';
import type { StreamsConfig } from './streams-config.js';
import type { StreamsMetrics } from './streams-metrics.js';
import type { TaskOwner } from './task-owner.js';

const BUFFERED_RECORDS = 1_000;
/** What is out of range again so soon is not for the reason for which it may be read anew. */
const READ_ANEW_ONCE_IN_MS = 60_000;

/** Fetches what the tasks of an instance read, and gives it to them. */
export class Intake {
  readonly #config: StreamsConfig;
  readonly #owner: TaskOwner;
  readonly #metrics: StreamsMetrics;
  /** Where the reader went on elsewhere, until that is put into effect. */
  readonly #resets: OffsetReset[] = [];
  /** When something was out of range last, and was read anew from what is committed. */
  #readAnewAt = Number.NEGATIVE_INFINITY;

  constructor(config: StreamsConfig, owner: TaskOwner, metrics: StreamsMetrics) {
    this.#config = config;
    this.#owner = owner;
    this.#metrics = metrics;
  }

  openReader(): Promise<PartitionReader> {
    return this.#config.cluster.reader(readerOptions(this.#config, (reset) => this.#resets.push(reset)));
  }

  /** Gives tasks what was fetched; waits up to `maxWaitMs` for the first. */
  async take(reader: PartitionReader, maxWaitMs: number): Promise<void> {
    const chunks = await this.#poll(reader, maxWaitMs);
    for (const reset of this.#resets.splice(0)) {
      this.#owner.ownerOf(reset)?.active.reset(reset);
      this.#config.onOffsetReset?.(reset);
    }
    for (const chunk of chunks) {
      this.#metrics.fetched(chunk.lazyRecords.length);
      const active = this.#owner.ownerOf(chunk)?.active;
      const input = active?.inputs.find(
        ({ topic, partition }) => topic === chunk.topic && partition === chunk.partition,
      );
      const codec = input?.queue.codec;
      await codec?.prepare(chunk.values(codec.preparedBytes));
      active?.add(chunk);
    }
  }

  /** No more is fetched of a partition that has plenty waiting. */
  resumeOrPause(reader: PartitionReader): void {
    const most = this.#config.bufferedRecordsPerPartition ?? BUFFERED_RECORDS;
    for (const { active } of this.#owner.works.values()) {
      for (const input of active.inputs) {
        if (!input.isPaused && input.queue.size > most) {
          input.isPaused = true;
          reader.pause([input]);
        } else if (input.isPaused && input.queue.size <= most / 2) {
          input.isPaused = false;
          reader.resume([input]);
        }
      }
    }
  }

  /**
   * What was fetched. A member that the group has gone on without may ask for what its successor has deleted behind itself:
   * what is out of range is read anew from what is committed, and ends the application where it is so again.
   */
  async #poll(reader: PartitionReader, maxWaitMs: number): Promise<readonly LazyChunk[]> {
    try {
      return await reader.poll(maxWaitMs);
    } catch (error) {
      const isOutOfRange = error instanceof KitError && error.code === 'topic-mismatch';
      const now = performance.now();
      if (!isOutOfRange || now - this.#readAnewAt < READ_ANEW_ONCE_IN_MS) throw error;
      this.#readAnewAt = now;
      fail([...this.#owner.works.values()], new KitError('producer-fenced', error.message, { cause: error }));
      return [];
    }
  }
}
