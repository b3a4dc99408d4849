import { BucketHistogram, scorerMetrics } from '#shared/metrics';
import type { DropReason } from './operator-context.js';

/**
 * What an application counts since its start, and how its work is distributed. Names follow Kafka Streams' metrics
 * (`process-total`, `dropped-records-total` …); buckets are those of the metrics that it is shown by.
 */
export class StreamsMetrics {
  /** Records taken from topics, internal ones included. */
  processTotal = 0;
  /** Records that operators passed over: null keys or values, too late for their window, or stale answers of foreign keys. */
  droppedRecordsTotal = 0;
  readonly droppedRecords: Record<DropReason, number> = { null: 0, expired: 0, stale: 0 };
  /** Records that did not decode, failed in an operator or could not be written. */
  failedRecordsTotal = 0;
  /** How many records of a partition came at once. */
  readonly chunkRecords = new BucketHistogram(scorerMetrics.chunkRecords.buckets);
  /** How far records were behind the stream time of their task, in seconds; of those that were. */
  readonly lateness = new BucketHistogram(scorerMetrics.recordLateness.buckets);
  /** Commits: with exactly_once of single tasks. */
  commitTotal = 0;
  /** How long a commit took from the decision on, in seconds. */
  readonly commitDuration = new BucketHistogram(scorerMetrics.commitDuration.buckets);
  taskCreatedTotal = 0;
  taskClosedTotal = 0;
  /** Tasks that were begun anew after a commit that failed, or a producer that was fenced. */
  taskRevivedTotal = 0;
  /** Times that the group gave this instance its partitions anew. */
  rebalanceTotal = 0;
  /** Records of changelogs that stores were restored from, and how long that took. */
  restoreTotal = 0;
  restoreSecondsTotal = 0;
  /** Tasks, and input partitions, that this instance has now. */
  tasks = 0;
  assignedPartitions = 0;

  fetched(records: number): void {
    this.chunkRecords.observe(records);
  }

  processed(records: number): void {
    this.processTotal += records;
  }

  dropped(reason: DropReason): void {
    this.droppedRecordsTotal += 1;
    this.droppedRecords[reason] += 1;
  }

  failed(): void {
    this.failedRecordsTotal += 1;
  }

  late(behindMs: number): void {
    this.lateness.observe(behindMs / 1_000);
  }

  committed(tookMs: number): void {
    this.commitTotal += 1;
    this.commitDuration.observe(tookMs / 1_000);
  }

  taskCreated(tasks: number): void {
    this.taskCreatedTotal += tasks;
  }

  taskClosed(tasks: number): void {
    this.taskClosedTotal += tasks;
  }

  taskRevived(tasks: number): void {
    this.taskRevivedTotal += tasks;
  }

  rebalanced(): void {
    this.rebalanceTotal += 1;
  }

  restored(records: number, tookMs: number): void {
    this.restoreTotal += records;
    this.restoreSecondsTotal += tookMs / 1_000;
  }
}
