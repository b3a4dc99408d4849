import { describe, expect, it } from 'vitest';
import {
  BucketHistogram,
  createDemosMetrics,
  createMetrics,
  createScorerExposition,
  type MetricSample,
  type ScorerMetrics,
  scorerMetrics,
  scorerSamples,
} from '#shared/metrics';

const samplesOf = (text: string, name: string): string[] => text.split('\n').filter((line) => line.startsWith(name));

const histogram = (of: { readonly buckets: readonly number[] }, ...values: readonly number[]): BucketHistogram => {
  const made = new BucketHistogram(of.buckets);
  for (const value of values) made.observe(value);
  return made;
};

const measured = (more: Partial<ScorerMetrics> = {}): MetricSample[] =>
  scorerSamples({
    scoringDuration: histogram(scorerMetrics.scoringDuration, 0.000_3, 0.000_5, 0.004, 3),
    scoringRows: histogram(scorerMetrics.scoringRows, 1, 64),
    chunkRecords: histogram(scorerMetrics.chunkRecords, 512),
    recordsProcessed: 4_969,
    recordsDropped: [
      { labels: { drop: 'null' }, value: 3 },
      { labels: { drop: 'expired' }, value: 0 },
    ],
    recordsFailed: 31,
    recordLateness: histogram(scorerMetrics.recordLateness),
    commits: 12,
    commitDuration: histogram(scorerMetrics.commitDuration, 0.01),
    commitFailures: 0,
    tasks: 4,
    rebalances: 1,
    restoredRecords: 0,
    restoreDuration: 0,
    storeEntries: [{ labels: { store: 'weather' }, value: 3 }],
    scorerCpu: 6.5,
    scorerMemory: 217_600_000,
    scorerEventLoopDelay: 0.02,
    cardAuc: [{ labels: { name: 'gbm', version: '1' }, value: 0.7434 }],
    modelSince: [{ labels: { name: 'gbm', version: '1' }, value: 1_795_680_122 }],
    ...more,
  });

describe('what scorers have measured', () => {
  it('is shown under each scorer, with one heading for all of them', async () => {
    const metrics = createMetrics('churn');
    metrics.showScorers(
      new Map([
        ['host-1', measured()],
        ['host-2', measured({ recordsProcessed: 7 })],
      ]),
    );
    const text = await metrics.text();
    expect(samplesOf(text, 'kafka_ml_streams_records_processed_total')).toEqual([
      'kafka_ml_streams_records_processed_total{demo="churn",scorer="host-1"} 4969',
      'kafka_ml_streams_records_processed_total{demo="churn",scorer="host-2"} 7',
    ]);
    expect(text).toContain(
      'kafka_ml_model_card_auc_ratio{demo="churn",scorer="host-1",name="gbm",version="1"} 0.7434\n',
    );
    for (const { name, kind, help } of Object.values(scorerMetrics)) {
      expect(text.split(`# TYPE ${name} ${kind}\n`)).toHaveLength(2);
      expect(text).toContain(`# HELP ${name} ${help}\n`);
    }
  });

  it('has histograms as Prometheus has them: cumulative buckets, their sum and their count', async () => {
    const metrics = createMetrics('churn');
    metrics.showScorers(new Map([['host-1', measured()]]));
    const [name, labels] = ['kafka_ml_scoring_duration_seconds', 'demo="churn",scorer="host-1"'];
    const shown = samplesOf(await metrics.text(), name);
    expect(shown).toHaveLength(scorerMetrics.scoringDuration.buckets.length + 3);
    expect(shown.slice(4, 7)).toEqual([
      `${name}_bucket{le="0.0002",${labels}} 0`,
      // A bound is part of its bucket.
      `${name}_bucket{le="0.0005",${labels}} 2`,
      `${name}_bucket{le="0.001",${labels}} 2`,
    ]);
    expect(shown.slice(-4)).toEqual([
      `${name}_bucket{le="1",${labels}} 3`,
      `${name}_bucket{le="+Inf",${labels}} 4`,
      `${name}_sum{${labels}} 3.0048`,
      `${name}_count{${labels}} 4`,
    ]);
  });

  it('is that of this moment: who is not named any more is not shown', async () => {
    const metrics = createMetrics('churn');
    metrics.showScorers(new Map([['host-1', measured()]]));
    metrics.showScorers(new Map([['host-2', measured()]]));
    const text = await metrics.text();
    expect(samplesOf(text, 'kafka_ml_streams_tasks')).toEqual([
      'kafka_ml_streams_tasks{demo="churn",scorer="host-2"} 4',
    ]);
    metrics.showScorers(new Map());
    expect(samplesOf(await metrics.text(), 'kafka_ml_streams_tasks')).toEqual([]);
  });

  it('passes over what the catalogue does not have: another name, other buckets, labels that are missing', async () => {
    const metrics = createMetrics('churn');
    const sample: MetricSample = { metric: 'kafka_ml_streams_tasks', labels: {}, value: 1, buckets: [] };
    metrics.showScorers(
      new Map([
        [
          'host-1',
          [
            { ...sample, labels: { surplus: 'x' } },
            { ...sample, metric: 'kafka_ml_moods' },
            { ...sample, metric: scorerMetrics.scoringRows.name, buckets: [1, 2] },
            { ...sample, metric: scorerMetrics.storeEntries.name },
          ],
        ],
      ]),
    );
    const text = await metrics.text();
    expect(samplesOf(text, 'kafka_ml_streams')).toEqual(['kafka_ml_streams_tasks{demo="churn",scorer="host-1"} 1']);
    expect(text).not.toMatch(/moods|scoring_rows/);
  });

  it('bounds the values of its labels, whatever a status topic holds', async () => {
    const metrics = createMetrics('churn');
    const storeEntries = Array.from({ length: 100 }, (_, index) => ({ labels: { store: `store-${index}` }, value: 1 }));
    const recordsDropped = [{ labels: { drop: 'whim' }, value: 2 }];
    metrics.showScorers(new Map([['host-1', measured({ storeEntries, recordsDropped })]]));
    const text = await metrics.text();
    const entries = samplesOf(text, 'kafka_ml_streams_store_entries');
    expect(entries).toHaveLength(64);
    expect(entries.join()).not.toContain('other');
    expect(text).toContain('records_dropped_total{demo="churn",scorer="host-1",drop="other"} 2');
  });

  it('of four demos fits into a scrape of 200 KB', async () => {
    const demos = ['flight-delay', 'churn', 'telco-anomaly', 'titanic'];
    const metrics = createDemosMetrics(demos);
    const storeEntries = Array.from({ length: 16 }, (_, index) => ({ labels: { store: `store-${index}` }, value: 1 }));
    for (const demo of demos)
      metrics.of(demo).showScorers(new Map([['a-host-name-1234567', measured({ storeEntries })]]));
    const text = await metrics.text();
    for (const demo of demos) expect(text).toContain(`kafka_ml_streams_tasks{demo="${demo}"`);
    expect(Buffer.byteLength(text)).toBeLessThan(200_000);
  });
});

describe('createScorerExposition', () => {
  it('shows what one scorer measures at the moment of the scrape, beside the metrics of its process', async () => {
    let recordsProcessed = 1;
    const exposition = createScorerExposition({ demo: 'churn', scorer: 'host-1' }, () =>
      measured({ recordsProcessed }),
    );
    recordsProcessed = 2;
    const text = await exposition.text();
    expect(text).toContain('kafka_ml_streams_records_processed_total{demo="churn",scorer="host-1"} 2\n');
    expect(samplesOf(text, 'process_cpu_seconds_total')).toHaveLength(1);
    expect(text).not.toContain('kafka_ml_scorer_up');
    expect(exposition.contentType).toMatch(/^text\/plain/);
  });
});
