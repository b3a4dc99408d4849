import type { ConsumedRecord, OutgoingRecord } from '#shared/kafka';

/**
 * Watches what a task takes of the topology's source topics, to audit it: Kafka's consumer interceptor, here of each task
 * and in its transactions. What it throws ends the application.
 * Source: KIP-42, https://cwiki.apache.org/confluence/display/KAFKA/KIP-42%3A+Add+Producer+and+Consumer+Interceptors
 */
export interface TaskInterceptor {
  /**
   * Told of each record when its turn to be processed has come, whether or not it decodes, and whatever becomes of it.
   * Repartition topics and global tables are the topology's own affair: their records are not among them.
   */
  onProcess(record: ConsumedRecord): void;
  /**
   * Gives what is to be written about the records since it was last asked, under the full names of its topics. With
   * exactly_once that is asked for at each commit and goes into the same transaction; with at_least_once it is written
   * before their offsets are committed.
   */
  onCommit(): readonly OutgoingRecord[];
}

/** Makes the interceptor of a task: another one each time that the task begins from what is committed. */
export type InterceptorSupplier = (taskId: string) => TaskInterceptor;
