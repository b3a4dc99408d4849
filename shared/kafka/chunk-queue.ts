import type { KitError } from '#shared/errors';
import type { Chunk } from './records.js';

/** Chunks between the fetch loop and whoever polls: bounded, and emptied when a rebalance makes them stale. */
export class ChunkQueue {
  #chunks: Chunk[] = [];
  #queuedRecords = 0;
  #failure: KitError | undefined;
  #arrival: (() => void) | undefined;
  #room = new Set<() => void>();

  constructor(private readonly maxRecords: number) {}

  get isFull(): boolean {
    return this.#queuedRecords >= this.maxRecords;
  }

  add(chunk: Chunk): void {
    this.#chunks.push(chunk);
    this.#queuedRecords += chunk.records.length;
    this.#arrival?.();
  }

  /** Drops everything that waits. */
  clear(): void {
    this.#chunks = [];
    this.#queuedRecords = 0;
    this.#announceRoom();
  }

  /** From now on `take` throws this. */
  fail(error: KitError): void {
    // What follows from the first failure explains less.
    this.#failure ??= error;
    this.#arrival?.();
  }

  /** The next chunk, or undefined after `maxWaitMs` without one. One caller at a time. */
  async take(maxWaitMs: number): Promise<Chunk | undefined> {
    if (this.#chunks.length === 0 && this.#failure === undefined && maxWaitMs > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, maxWaitMs);
        this.#arrival = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#arrival = undefined;
    }
    if (this.#failure !== undefined) throw this.#failure;
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return undefined;
    this.#queuedRecords -= chunk.records.length;
    if (!this.isFull) this.#announceRoom();
    return chunk;
  }

  /** Resolves when there is room again, at the latest after `maxWaitMs`. */
  async roomWithin(maxWaitMs: number): Promise<void> {
    if (!this.isFull) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#room.delete(done);
        resolve();
      };
      const timer = setTimeout(done, maxWaitMs);
      this.#room.add(done);
    });
  }

  #announceRoom(): void {
    for (const announce of this.#room) announce();
  }
}
