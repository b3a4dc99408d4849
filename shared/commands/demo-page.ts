import { type Dashboard, type DashboardPage, LiveView, type PredictionFields, startDashboard } from '#shared/dashboard';
import type { Exposition, Metrics } from '#shared/metrics';
import type { ScorerStatus } from '#shared/monitoring';
import { readModelCard } from '#shared/scoring';
import { ClusterWatch } from './cluster-watch.js';
import type { DemoCluster } from './demo-cluster.js';
import type { DemoDefinition } from './demo-definition.js';
import { modelFolder } from './demo-model.js';
import type { DemoOptions } from './demo-options.js';
import { createFormAsk } from './form-ask.js';
import { sayWhere } from './open-probes.js';
import type { ReportWatch } from './report-watch.js';
import type { RunWatch } from './run-watch.js';
import type { Terminal } from './terminal.js';
import { type WatchedDemo, watchedDemo } from './watched-demo.js';

const DEFAULT_PORT = 4_000;
const REFRESH_MS = 1_000;

/** What a demo shows and counts. */
export interface DemoPage<P extends PredictionFields, O> {
  readonly view: LiveView<P, O>;
  readonly metrics: Metrics;
  /** The page, with what is known of the demo at work. */
  shown(known: KnownOfDemo<P, O>): ShownDemo;
}

interface KnownOfDemo<P extends PredictionFields, O> {
  readonly watch: RunWatch<unknown, P, O>;
  /** Undefined where it is not monitored. */
  readonly reports: ReportWatch | undefined;
  /** Where its parts are. */
  readonly facts: () => Record<string, string>;
  readonly demo: DemoCluster;
}

/** A demo as `openPages` takes it: alone, or beside others. */
export interface ShownDemo {
  readonly page: DashboardPage;
  /** Sets the gauges, which are of this moment: what no record announces, such as a scorer fallen silent, is looked up. */
  refresh(): void;
  /** What its cluster is asked for beside what the demo reads. */
  readonly watched: WatchedDemo;
}

/** Undefined where the options leave out page and metrics. */
export async function createDemoPage<I, P extends PredictionFields, O>(
  definition: DemoDefinition<I, P, O>,
  options: DemoOptions,
  metrics: Metrics,
): Promise<DemoPage<P, O> | undefined> {
  if (options.headless && options.port === undefined) return undefined;
  const { threshold } = await readModelCard(modelFolder(definition, options));
  const view = new LiveView<P, O>({ ...definition.dashboard, ...(threshold !== undefined && { threshold }) });
  return {
    view,
    metrics,
    shown: ({ watch, reports, facts, demo }) => {
      const { asks, run } = watch;
      const ask = createFormAsk(definition, demo, {
        asks,
        run,
        eventTime: () => view.eventTime,
        monitoring: options.monitoring,
      });
      const page = { name: definition.name, view, facts, ready: () => readiness(watch), ...(ask && { ask }) };
      const watched = watchedDemo(definition, options, demo, metrics);
      const refresh = (): void => {
        refreshGauges(metrics, view, watch);
        reports?.refresh(metrics, watch.knownScorers);
      };
      return { page, refresh, watched };
    },
  };
}

/**
 * Starts to listen: one server with the page of a demo, or those of several and their overview; under --headless with
 * the metrics alone. `metrics` is what /metrics shows.
 */
export async function openPages(
  demos: readonly ShownDemo[],
  metrics: Exposition,
  { headless, host, port = DEFAULT_PORT }: Pick<DemoOptions, 'headless' | 'host' | 'port'>,
  terminal: Terminal,
): Promise<Dashboard> {
  const watch = new ClusterWatch(
    demos.map(({ watched }) => watched),
    (sentence) => terminal.say(sentence),
  );
  const pages = demos.map(({ page }) => pageOnCluster(page, watch));
  const dashboard = await startDashboard({ host, port, pages, headless, metrics }).catch((error: unknown) => {
    watch.close();
    throw error;
  });
  const forms = demos.some(({ page }) => page.ask !== undefined) ? ', and ask from its form' : '';
  sayWhere({ host, port }, dashboard, `the page${forms}`, terminal);
  const timer = setInterval(() => {
    for (const demo of demos) demo.refresh();
  }, REFRESH_MS);
  return {
    ...dashboard,
    close: async () => {
      clearInterval(timer);
      watch.close();
      await dashboard.close();
    },
  };
}

/** The page, with what the cluster makes of it: one that does not answer shows nothing new. */
function pageOnCluster(page: DashboardPage, watch: Pick<ClusterWatch, 'silentSince'>): DashboardPage {
  const silence = (): string | undefined => {
    const since = watch.silentSince;
    return since === undefined ? undefined : `has not answered for ${Math.round((Date.now() - since) / 1_000)} s`;
  };
  return {
    ...page,
    facts: () => {
      const silent = silence();
      return silent === undefined ? page.facts() : { Cluster: silent, ...page.facts() };
    },
    ready: () => {
      const silent = silence();
      return silent === undefined ? page.ready() : { ready: false, reason: `the cluster ${silent}` };
    },
  };
}

function readiness({ heardScorers: heard }: Pick<RunWatch<unknown, PredictionFields, unknown>, 'heardScorers'>): {
  ready: boolean;
  reason: string;
} {
  if (heard.length === 0) return { ready: false, reason: 'no scorer has been heard of in the last 5 s' };
  if (heard.some(({ state }) => state === 'RUNNING')) return { ready: true, reason: '' };
  return { ready: false, reason: `the scorer is ${heard[0]?.state ?? 'silent'}` };
}

function refreshGauges(
  metrics: Metrics,
  view: { readonly auc: { readonly value: number | undefined } },
  watch: Pick<RunWatch<unknown, PredictionFields, unknown>, 'scorers' | 'heardScorers' | 'forgetScorers'>,
): void {
  if (view.auc.value !== undefined) metrics.runningAuc.set(view.auc.value);
  watch.forgetScorers();
  const { scorers, heardScorers: heard } = watch;
  // What a process measured that is gone is not so any more.
  metrics.showScorers(new Map(heard.map((status) => [status.instance, status.metrics])));
  for (const gauge of [metrics.scorerUp, metrics.scorerRecordsPerSecond, metrics.scorerPartitions]) gauge.clear();
  metrics.scorerRecordsScored.clear();
  metrics.modelInfo.clear();
  for (const { status } of scorers.values()) {
    const up = heard.includes(status) && status.state === 'RUNNING';
    const labels = { scorer: status.instance };
    metrics.scorerUp.set(up ? 1 : 0, labels);
    metrics.scorerRecordsPerSecond.set(up ? status.recordsPerSecond : 0, labels);
    metrics.scorerPartitions.set(up ? status.partitions : 0, labels);
    metrics.scorerRecordsScored.set(status.scoredTotal, labels);
    if (up) metrics.modelInfo.set(1, { name: status.modelName, version: status.modelVersion });
  }
  refreshModelGauges(metrics, heard);
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
