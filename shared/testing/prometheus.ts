import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { type PrometheusApi, prometheusApi } from './prometheus-api.js';
import { prometheusProgram } from './prometheus-programs.js';
import { startServingProcess } from './serving-process.js';

const STOP_PATIENCE_MS = 5_000;

/** What Prometheus is to read. */
export interface ScrapeTarget {
  /** host:port; its metrics are at /metrics. */
  readonly address: string;
  /** `kafka-ml-demos` where it is not said. */
  readonly job?: string;
}

export interface PrometheusOptions {
  readonly targets?: readonly ScrapeTarget[];
  /** Absolute paths; none without. */
  readonly ruleFiles?: readonly string[];
  /** host:port of the Alertmanager that alerts go to. */
  readonly alertmanager?: string;
  /** How often targets are read and rules evaluated, in Prometheus' notation; each second where it is not said. */
  readonly scrapeInterval?: string;
}

/** A running Prometheus of a test's own, empty at its start. */
export interface Prometheus extends PrometheusApi, AsyncDisposable {
  /** host:port */
  readonly address: string;
  /** Has it read these targets from now on, and no others. */
  scrape(targets: readonly ScrapeTarget[]): Promise<void>;
}

/**
 * Starts Prometheus on a free port of 127.0.0.1, with its data in a temporary folder.
 * @throws KitError 'run-failed' when it is not installed, or with the end of its log when it does not serve.
 */
export async function startPrometheus({
  targets = [],
  ruleFiles = [],
  alertmanager,
  scrapeInterval = '1s',
}: PrometheusOptions = {}): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'kafka-ml-demos-prometheus-'));
  const targetsFile = join(folder, 'targets.json');
  const scrape = async (wanted: readonly ScrapeTarget[]): Promise<void> => {
    const groups = wanted.map(({ address, job = 'kafka-ml-demos' }) => ({ targets: [address], labels: { job } }));
    // Never half of it: Prometheus reads the file when it changes.
    await writeFile(`${targetsFile}.new`, JSON.stringify(groups));
    await rename(`${targetsFile}.new`, targetsFile);
  };
  await scrape(targets);
  const configFile = join(folder, 'prometheus.yml');
  // Each JSON document is a YAML document.
  await writeFile(
    configFile,
    JSON.stringify({
      global: { scrape_interval: scrapeInterval, scrape_timeout: scrapeInterval, evaluation_interval: scrapeInterval },
      rule_files: ruleFiles,
      scrape_configs: [{ job_name: 'targets', file_sd_configs: [{ files: [targetsFile], refresh_interval: '1s' }] }],
      ...(alertmanager === undefined
        ? {}
        : { alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] } }),
    }),
  );
  const address = `127.0.0.1:${await freePort()}`;
  const started = await startServingProcess(
    await prometheusProgram('prometheus'),
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      // Alertmanager is told again at each evaluation, so that what is over is over there, too.
      '--rules.alert.resend-delay=1s',
      '--log.level=warn',
    ],
    `http://${address}/-/ready`,
  );
  return {
    ...prometheusApi(address),
    address,
    scrape,
    async [Symbol.asyncDispose]() {
      await started.close(STOP_PATIENCE_MS);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
