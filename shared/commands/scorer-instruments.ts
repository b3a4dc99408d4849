import { BucketHistogram, type MetricSample, scorerMetrics, scorerSamples } from '#shared/metrics';
import type { Model } from '#shared/scoring';
import type { KafkaStreams } from '#shared/streams';
import { EventLoopDelay } from './event-loop-delay.js';

/** What is at work in a scorer's process. */
interface Measured {
  readonly streams: Pick<KafkaStreams, 'metrics' | 'stores'>;
  readonly model: Pick<Model, 'name' | 'version' | 'card'>;
  /** Since when the model serves, milliseconds since 1970. */
  readonly modelSince: number;
}

/** Measures a scorer: its model's calls, its streams and its process. */
export class ScorerInstruments {
  readonly #scoringDuration = new BucketHistogram(scorerMetrics.scoringDuration.buckets);
  readonly #scoringRows = new BucketHistogram(scorerMetrics.scoringRows.buckets);
  readonly #eventLoopDelay = new EventLoopDelay();

  /** To be told of each call of the model: its rows, and how long it took, milliseconds. */
  readonly called = (rows: number, tookMs: number): void => {
    this.#scoringDuration.observe(tookMs / 1_000);
    this.#scoringRows.observe(rows);
  };

  /** What there is to tell at this moment. */
  samples({ streams: { metrics, stores }, model, modelSince }: Measured): MetricSample[] {
    const { user, system } = process.cpuUsage();
    const labels = { name: model.name, version: model.version };
    const auc = model.card.quality?.auc;
    return scorerSamples({
      scoringDuration: this.#scoringDuration,
      scoringRows: this.#scoringRows,
      chunkRecords: metrics.chunkRecords,
      recordsProcessed: metrics.processTotal,
      recordsDropped: Object.entries(metrics.droppedRecords).map(([drop, value]) => ({ labels: { drop }, value })),
      recordsFailed: metrics.failedRecordsTotal,
      recordLateness: metrics.lateness,
      commits: metrics.commitTotal,
      commitDuration: metrics.commitDuration,
      commitFailures: metrics.taskRevivedTotal,
      tasks: metrics.tasks,
      rebalances: metrics.rebalanceTotal,
      restoredRecords: metrics.restoreTotal,
      restoreDuration: metrics.restoreSecondsTotal,
      storeEntries: Array.from(stores.sizes(), ([store, value]) => ({ labels: { store }, value })),
      scorerCpu: (user + system) / 1e6,
      scorerMemory: process.memoryUsage.rss(),
      scorerEventLoopDelay: this.#eventLoopDelay.longestSeconds,
      cardAuc: typeof auc === 'number' ? [{ labels, value: auc }] : [],
      modelSince: [{ labels, value: modelSince / 1_000 }],
    });
  }

  close(): void {
    this.#eventLoopDelay.close();
  }
}
