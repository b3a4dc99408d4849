import type { ConsumedRecord } from '#shared/kafka';

/** What an operator may ask of the task that runs it. */
export interface TaskContext {
  /** Wall-clock milliseconds since the epoch. */
  now(): number;
  /** Runs once the records of a chunk have been read: where batched operators do their work. */
  afterChunk(work: () => Promise<void>): void;
  /** Runs a step for a record that came from `origin`; what it throws makes a dead letter of `origin`. */
  guard(origin: ConsumedRecord, step: () => void): void;
}
