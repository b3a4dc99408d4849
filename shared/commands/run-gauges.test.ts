import { expect, it, vi } from 'vitest';
import { createMetrics } from '#shared/metrics';
import { statusTopic } from '#shared/monitoring';
import { refreshPaceGauge, refreshRunGauges } from './run-gauges.js';
import { status, TestWatch } from './test-watch.js';

it('says of a scorer that is silent that it is not up, and not what nobody knows: its partitions and its pace', async () => {
  let now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const demo = new TestWatch({ wholeRun: false });
  const metrics = createMetrics('demo');
  const samples = async (): Promise<string[]> => {
    refreshRunGauges(metrics, { auc: { value: undefined } }, demo.watch);
    const found = (await metrics.text()).matchAll(/^kafka_ml_scorer_(\w+)\{demo="demo",scorer="scorer-1"\} (\d+)$/gm);
    return Array.from(found, ([, name, value]) => `${name} ${value}`);
  };
  const write = await demo.writer(statusTopic('demo'));
  const heartbeat = { ...status, partitions: 2, recordsPerSecond: 300, scoredTotal: 900 };
  await demo.lay('demo.status', { value: write(heartbeat) });
  expect(await samples()).toEqual(['up 1', 'records_per_second 300', 'assigned_partitions 2', 'scored_records 900']);

  await demo.lay('demo.status', { value: write({ ...heartbeat, state: 'REBALANCING', partitions: 0 }) });
  expect(await samples()).toEqual(['up 0', 'records_per_second 300', 'assigned_partitions 0', 'scored_records 900']);

  now += 6_000;
  expect(await samples()).toEqual(['up 0', 'scored_records 900']);
  vi.restoreAllMocks();
});

it('says how fast a demo is played, and of a paused one that it is not', async () => {
  const metrics = createMetrics('demo');
  const pace = async () => /^kafka_ml_production_pace_ratio\{demo="demo"\} (\S+)$/m.exec(await metrics.text())?.[1];
  expect(await pace()).toBeUndefined();
  refreshPaceGauge(metrics, { paused: false, speed: 0.25 });
  expect(await pace()).toBe('0.25');
  refreshPaceGauge(metrics, { paused: true, speed: 0.25 });
  expect(await pace()).toBe('0');
});
