import { type Dashboard, LiveView, type PredictionFields, startDashboard } from '#shared/dashboard';
import { createMetrics, type Metrics } from '#shared/metrics';
import type { ScorerStatus } from '#shared/monitoring';
import { readModelCard } from '#shared/scoring';
import type { DemoDefinition } from './demo-definition.js';
import { modelFolder } from './demo-model.js';
import type { DemoOptions } from './demo-options.js';
import { preciseNow } from './producer-role.js';
import type { RunWatch } from './run-watch.js';
import type { Terminal } from './terminal.js';

const DEFAULT_PORT = 4_000;
/** A scorer that was not heard of for so long is silent. */
const SILENT_MS = 5_000;
const REFRESH_MS = 1_000;

/** The live page with its metrics, or under --headless with --port the metrics alone. */
export interface DemoPage<P extends PredictionFields, O> {
  readonly view: LiveView<P, O>;
  readonly metrics: Metrics;
  /** Starts to listen. */
  open(watch: RunWatch<unknown, P, O>, facts: () => Record<string, string>): Promise<Dashboard>;
}

/** Undefined where the options leave out page and metrics. */
export async function createDemoPage<I, P extends PredictionFields, O>(
  definition: DemoDefinition<I, P, O>,
  options: DemoOptions,
  terminal: Terminal,
): Promise<DemoPage<P, O> | undefined> {
  const { headless, host, port } = options;
  if (headless && port === undefined) return undefined;
  const { threshold } = await readModelCard(modelFolder(definition, options));
  const view = new LiveView<P, O>({ ...definition.dashboard, ...(threshold !== undefined && { threshold }) });
  const metrics = createMetrics();
  return {
    view,
    metrics,
    async open(watch, facts) {
      const wanted = port ?? DEFAULT_PORT;
      const dashboard = await startDashboard<P, O>({
        host,
        port: wanted,
        ...(headless ? {} : { view }),
        metrics,
        facts,
        ready: () => readiness(watch),
      });
      if (wanted !== 0 && dashboard.port !== wanted) {
        terminal.say(`Port ${wanted} is taken; the next free one is used instead: ${dashboard.port}.`);
      }
      if (!['127.0.0.1', 'localhost', '::1'].includes(host)) {
        terminal.say(`Listening on ${host}: whoever reaches this machine can see the page.`);
      }
      const timer = setInterval(() => refreshGauges(metrics, view, watch), REFRESH_MS);
      return {
        ...dashboard,
        close: async () => {
          clearInterval(timer);
          await dashboard.close();
        },
      };
    },
  };
}

function readiness({ scorers }: Pick<RunWatch<unknown, PredictionFields, unknown>, 'scorers'>): {
  ready: boolean;
  reason: string;
} {
  const heard = [...scorers.values()].filter(({ readAt }) => preciseNow() - readAt < SILENT_MS);
  if (heard.length === 0) return { ready: false, reason: 'no scorer has been heard of in the last 5 s' };
  if (heard.some(({ status }) => status.state === 'RUNNING')) return { ready: true, reason: '' };
  return { ready: false, reason: `the scorer is ${heard[0]?.status.state ?? 'silent'}` };
}

/** Gauges are of this moment: what no record announces, such as a scorer fallen silent, is looked up each second. */
function refreshGauges(
  metrics: Metrics,
  view: { readonly auc: { readonly value: number | undefined } },
  { scorers }: Pick<RunWatch<unknown, PredictionFields, unknown>, 'scorers'>,
): void {
  if (view.auc.value !== undefined) metrics.runningAuc.set(view.auc.value);
  metrics.modelInfo.clear();
  for (const { status, readAt } of scorers.values()) {
    const up = preciseNow() - readAt < SILENT_MS && status.state === 'RUNNING';
    const labels = { scorer: status.instance };
    metrics.scorerUp.set(up ? 1 : 0, labels);
    metrics.scorerRecordsPerSecond.set(up ? status.recordsPerSecond : 0, labels);
    metrics.scorerPartitions.set(up ? status.partitions : 0, labels);
    metrics.scorerRecordsScored.set(status.scoredTotal, labels);
    if (up) metrics.modelInfo.set(1, { name: status.modelName, version: status.modelVersion });
  }
  refreshModelGauges(
    metrics,
    [...scorers.values()].filter(({ readAt }) => preciseNow() - readAt < SILENT_MS).map(({ status }) => status),
  );
}

/** Of all scorers that are heard of together. */
function refreshModelGauges(metrics: Metrics, statuses: readonly ScorerStatus[]): void {
  metrics.challengerCompared.clear();
  metrics.challengerDisagreement.clear();
  metrics.unknownCategories.clear();
  const challengers = statuses.flatMap(({ challenger }) => challenger ?? []);
  for (const { modelName: name, modelVersion: version } of challengers) {
    const same = challengers.filter((other) => other.modelName === name && other.modelVersion === version);
    const compared = same.reduce((sum, each) => sum + each.compared, 0);
    metrics.challengerCompared.set(compared, { name, version });
    if (compared === 0) continue;
    const disagreed = same.reduce((sum, each) => sum + each.disagreed, 0);
    metrics.challengerDisagreement.set(disagreed / compared, { name, version });
  }
  const unknown = new Map<string, number>();
  for (const { unknownCategories } of statuses) {
    for (const [input, count] of Object.entries(unknownCategories)) {
      unknown.set(input, (unknown.get(input) ?? 0) + count);
    }
  }
  for (const [input, count] of unknown) metrics.unknownCategories.set(count, { input });
}
