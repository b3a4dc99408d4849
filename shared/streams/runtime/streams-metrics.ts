import type { DropReason } from './operator-context.js';

/** What an application counts since its start. Names follow Kafka Streams' metrics (`process-total`, `dropped-records-total` …). */
export class StreamsMetrics {
  /** Records taken from topics, internal ones included. */
  processTotal = 0;
  /** Records that operators passed over: null keys or values, too late for their window, or stale answers of foreign keys. */
  droppedRecordsTotal = 0;
  readonly droppedRecords: Record<DropReason, number> = { null: 0, expired: 0, stale: 0 };
  /** Records that did not decode, failed in an operator or could not be written. */
  failedRecordsTotal = 0;
  /** Commits: with exactly_once of single tasks. */
  commitTotal = 0;
  taskCreatedTotal = 0;
  taskClosedTotal = 0;
  /** Tasks that were begun anew after a commit that failed, or a producer that was fenced. */
  taskRevivedTotal = 0;
  /** Records of changelogs that stores were restored from. */
  restoreTotal = 0;
  /** Input partitions that this instance has now. */
  assignedPartitions = 0;

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

  committed(): void {
    this.commitTotal += 1;
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

  restored(records: number): void {
    this.restoreTotal += records;
  }
}
