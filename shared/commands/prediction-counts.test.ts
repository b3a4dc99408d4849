import { expect, it } from 'vitest';
import { createMetrics } from '#shared/metrics';
import { PredictionCounts } from './prediction-counts.js';

it('counts what each version decided, and how its scores are distributed', async () => {
  const metrics = createMetrics('demo');
  const counts = new PredictionCounts(metrics);
  counts.add({ score: 0.7, decision: 'late', modelVersion: '1' });
  counts.add({ score: 0.05, decision: 'late', modelVersion: '1' });
  counts.add({ score: 12, decision: null, modelVersion: '1' });
  counts.add({ score: 0.1, decision: 'late', modelVersion: '2' });
  const text = await metrics.text();
  expect(text).toContain('kafka_ml_records_scored_total{demo="demo"} 4\n');
  expect(text).toContain('kafka_ml_predictions_total{demo="demo",decision="late",version="1"} 2\n');
  expect(text).toContain('kafka_ml_predictions_total{demo="demo",decision="none",version="1"} 1\n');
  expect(text).toContain('kafka_ml_predictions_total{demo="demo",decision="late",version="2"} 1\n');
  expect(text).toContain('kafka_ml_prediction_score_bucket{le="0.05",demo="demo",version="1"} 1\n');
  expect(text).toContain('kafka_ml_prediction_score_count{demo="demo",version="1"} 3\n');
});

it('counts a prediction whose score is no finite number, and leaves its score out', async () => {
  const metrics = createMetrics('demo');
  const counts = new PredictionCounts(metrics);
  for (const score of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5]) {
    counts.add({ score, decision: 'late', modelVersion: '1' });
  }
  const text = await metrics.text();
  expect(text).toContain('kafka_ml_records_scored_total{demo="demo"} 4\n');
  expect(text).toContain('kafka_ml_predictions_total{demo="demo",decision="late",version="1"} 4\n');
  expect(text).toContain('kafka_ml_prediction_score_count{demo="demo",version="1"} 1\n');
  expect(text).toContain('kafka_ml_prediction_score_sum{demo="demo",version="1"} 0.5\n');
});

it('counts each once whatever a topic holds, and keeps the labels few', async () => {
  const metrics = createMetrics('demo');
  const counts = new PredictionCounts(metrics);
  for (const round of [1, 2]) {
    for (let i = 0; i < 500; i++) {
      counts.add({ score: round / 4, decision: `decision ${i % 100}`, modelVersion: `${i}` });
      counts.add({ score: round / 4, decision: `decision ${i}`, modelVersion: '0' });
    }
  }
  const samples = (await metrics.text())
    .split('\n')
    .filter((line) => line.startsWith('kafka_ml_predictions_total{'))
    .map((line) => line.split('} '));
  expect(samples.reduce((sum, [, value]) => sum + Number(value), 0)).toBe(2_000);
  const versions = new Set(samples.map(([labels]) => /version="(\w+)"/.exec(labels ?? '')?.[1]));
  const decisions = new Set(samples.map(([labels]) => /decision="([\w ]+)"/.exec(labels ?? '')?.[1]));
  expect([versions.size, decisions.size]).toEqual([65, 17]);
});
