import { BucketHistogram, type MetricSample, scorerMetrics, scorerSamples } from '#shared/metrics';
import type { Model } from '#shared/scoring';
import type { KafkaStreams } from '#shared/streams';
import { EventLoopDelay } from './event-loop-delay.js';

/** What is at work in a scorer's process. */
interface AtWork {
  readonly streams: Pick<KafkaStreams, 'metrics' | 'stores' | 'state'>;
  readonly model: Pick<Model, 'name' | 'version' | 'card'>;
  /** Since when the model serves, milliseconds since 1970. */
  readonly modelSince: number;
}

/** Measures a scorer: its model's calls, its streams and its process. */
export class ScorerInstruments {
  readonly #scoringDuration = new BucketHistogram(scorerMetrics.scoringDuration.buckets);
  readonly #scoringRows = new BucketHistogram(scorerMetrics.scoringRows.buckets);
  readonly #eventLoopDelay = new EventLoopDelay();
  #atWork: (() => AtWork) | undefined;

  /** To be told of each call of the model: its rows, and how long it took, milliseconds. */
  readonly called = (rows: number, tookMs: number): void => {
    this.#scoringDuration.observe(tookMs / 1_000);
    this.#scoringRows.observe(rows);
  };

  /** From now on there is something to measure. */
  begin(atWork: () => AtWork): void {
    this.#atWork = atWork;
  }

  /** What keeps the scorer from scoring at this moment, in words. */
  missing(): string[] {
    const state = this.#atWork?.().streams.state;
    if (state === 'RUNNING') return [];
    return [state === undefined ? 'the scorer is starting' : `the scorer is ${state}`];
  }

  /** What there is to tell at this moment; nothing before there is something to measure. */
  samples(): MetricSample[] {
    if (this.#atWork === undefined) return [];
    const { streams, model, modelSince } = this.#atWork();
    const { metrics, stores } = streams;
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
