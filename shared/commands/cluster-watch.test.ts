import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBroker } from '#shared/embedded/broker';
import { type Cluster, connectCluster } from '#shared/kafka';
import { createDemosMetrics, type DemosMetrics } from '#shared/metrics';
import { ClusterWatch } from './cluster-watch.js';

const PATIENCE = { timeout: 15_000 };

describe('the watch over a cluster', () => {
  let dataDir: string;
  let broker: Awaited<ReturnType<typeof startBroker>>;
  let cluster: Cluster;
  let metrics: DemosMetrics;
  let said: string[];
  let watch: ClusterWatch;

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'cluster-watch-'));
    broker = await startBroker({ port: 0, dataDir });
    cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
    await cluster.ensureTopics([{ name: 'churn.calls', partitions: 2, config: {} }]);
    metrics = createDemosMetrics(['churn', 'titanic']);
    said = [];
    const watched = (demo: string, topics: readonly string[]) => ({
      cluster,
      metrics: metrics.of(demo),
      topics,
      groups: [{ groupId: `${demo}.scorer`, topics }],
    });
    watch = new ClusterWatch([watched('churn', ['churn.calls']), watched('titanic', [])], (line) => said.push(line));
  });

  afterEach(async () => {
    watch.close();
    await cluster.close();
    await broker.close();
    rmSync(dataDir, { recursive: true });
  });

  /** The samples of the cluster's metrics, but for the histogram's. */
  const samples = async (): Promise<string[]> =>
    (await metrics.text())
      .split('\n')
      .filter((line) => /^kafka_ml_(cluster|consumer)/.test(line) && !line.includes('_duration_'))
      .map((line) => line.replace(/^kafka_ml_/, ''));

  const healthy = [
    'cluster_up{demo="churn"} 1',
    'cluster_up{demo="titanic"} 1',
    'cluster_brokers{demo="churn"} 1',
    'cluster_brokers{demo="titanic"} 1',
    'cluster_offline_partitions{demo="churn"} 0',
    'cluster_offline_partitions{demo="titanic"} 0',
    'cluster_under_replicated_partitions{demo="churn"} 0',
    'cluster_under_replicated_partitions{demo="titanic"} 0',
  ];
  const lags = (first: number, second: number): string[] => [
    `consumer_lag_records{demo="churn",group="churn.scorer",topic="churn.calls",partition="0"} ${first}`,
    `consumer_lag_records{demo="churn",group="churn.scorer",topic="churn.calls",partition="1"} ${second}`,
    // Nothing was ever committed: the group would begin with the first record.
    'consumer_committed_offset{demo="churn",group="churn.scorer",topic="churn.calls",partition="0"} 0',
    'consumer_committed_offset{demo="churn",group="churn.scorer",topic="churn.calls",partition="1"} 0',
  ];

  it('shows for each demo how the cluster is and how far its groups are, while nobody reads', async () => {
    await expect.poll(samples, PATIENCE).toEqual([...healthy, ...lags(0, 0)]);
    const producer = await cluster.produce();
    const record = { topic: 'churn.calls', key: null, value: Buffer.from('call'), timestamp: 1_380_000_000_000 };
    await producer.send([record, record, record].map((one, index) => ({ ...one, partition: index === 0 ? 0 : 1 })));
    await producer.close();
    await expect.poll(samples, PATIENCE).toEqual([...healthy, ...lags(1, 2)]);
    expect(await metrics.text()).toMatch(/^kafka_ml_cluster_request_duration_seconds_count\{demo="churn"\} [1-9]/m);
    expect(said).toEqual([]);
    expect(watch.silentSince).toBeUndefined();
  });

  it('shows a cluster that is gone as down, and nothing else of it; says so once, and that it is back', async () => {
    await expect.poll(samples, PATIENCE).toContain('cluster_up{demo="churn"} 1');
    const { port } = broker;
    await broker.close();
    await expect.poll(samples, PATIENCE).toEqual(['cluster_up{demo="churn"} 0', 'cluster_up{demo="titanic"} 0']);
    expect(watch.silentSince).toBeLessThanOrEqual(Date.now());
    await expect.poll(() => said, PATIENCE).toHaveLength(1);
    broker = await startBroker({ port, dataDir });
    await expect.poll(samples, PATIENCE).toEqual([...healthy, ...lags(0, 0)]);
    expect(said).toEqual([
      expect.stringMatching(
        /^The cluster does not answer; the page waits for it for more than a minute\. Asking the cluster how it is: /,
      ),
      expect.stringMatching(/^The cluster answers again, after \d+ s\.$/),
    ]);
    expect(watch.silentSince).toBeUndefined();
  });

  it('writes nothing more once it is closed', async () => {
    await expect.poll(samples, PATIENCE).toEqual([...healthy, ...lags(0, 0)]);
    watch.close();
    const { port } = broker;
    await broker.close();
    await expect(cluster.health([])).rejects.toMatchObject({ code: 'cluster-unreachable' });
    broker = await startBroker({ port, dataDir });
    await expect.poll(() => cluster.health([]).then(() => 'up')).toBe('up');
    expect(await samples()).toEqual([...healthy, ...lags(0, 0)]);
    expect(said).toEqual([]);
  });
});
