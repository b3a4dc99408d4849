import { type Dashboard, type DashboardPage, LiveView, type PredictionFields, startDashboard } from '#shared/dashboard';
import type { Exposition, Metrics } from '#shared/metrics';
import type { SchemaRegistryOptions } from '#shared/schema';
import { MODELS_TOPIC } from '#shared/scoring';
import { ClusterWatch } from './cluster-watch.js';
import { createControlPage } from './control-page.js';
import type { DemoCluster } from './demo-cluster.js';
import type { DemoDefinition } from './demo-definition.js';
import { DemoJudge } from './demo-judge.js';
import { ownCards, ownFolders } from './demo-model.js';
import type { DemoOptions } from './demo-options.js';
import { createFormAsk } from './form-ask.js';
import { modelCommands } from './model-commands.js';
import { ModelWatch } from './model-watch.js';
import { sayWhere } from './open-probes.js';
import { createPipelinePart } from './pipeline-part.js';
import { createRecordsPart } from './records-part.js';
import type { ReportWatch } from './report-watch.js';
import { refreshPaceGauge, refreshRunGauges } from './run-gauges.js';
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
  /** Where the schemas of its records are. */
  readonly registry: SchemaRegistryOptions;
  /** Told what whoever runs it should know. */
  readonly say: (sentence: string) => void;
  /** Has a broker back that is away; absent where it is not the run's own. */
  readonly resumeBroker?: (() => void) | undefined;
}

/** A demo as `openPages` takes it: alone, or beside others. */
export interface ShownDemo {
  readonly page: DashboardPage;
  /** Sets the gauges, which are of this moment: what no record announces, such as a scorer fallen silent, is looked up. */
  refresh(cluster: ClusterWatch): void;
  /** What its cluster is asked for beside what the demo reads. */
  readonly watched: WatchedDemo;
  /** Ends what it reads for the page alone. */
  close(): Promise<void>;
}

/** Undefined where the options leave out page and metrics. */
export async function createDemoPage<I, P extends PredictionFields, O>(
  definition: DemoDefinition<I, P, O>,
  options: DemoOptions,
  metrics: Metrics,
): Promise<DemoPage<P, O> | undefined> {
  if (options.headless && options.port === undefined) return undefined;
  const own = await ownCards(definition, options);
  const { threshold } = own.champion;
  const view = new LiveView<P, O>({ ...definition.dashboard, ...(threshold !== undefined && { threshold }) });
  return {
    view,
    metrics,
    shown: ({ watch, reports, facts, demo, registry, say, resumeBroker }) => {
      const { asks, run } = watch;
      const ask = createFormAsk(definition, demo, {
        asks,
        run,
        eventTime: () => view.eventTime,
        monitoring: options.monitoring,
      });
      const topic = demo.topicName({ name: MODELS_TOPIC });
      const models = options.headless ? undefined : new ModelWatch(demo.cluster, { topic, demo: definition.name });
      const watched = watchedDemo(definition, options, demo, metrics);
      const group = watched.groups[0]?.groupId ?? '';
      const { monitoring } = options;
      const records = createRecordsPart(definition, demo, { registry, monitoring, watch });
      const control = options.headless ? undefined : createControlPage(definition, demo, watch, { say, resumeBroker });
      const pace = () => control?.control() ?? { paused: false, speed: 1 };
      const judge = models && new DemoJudge({ view, watch, reports, models, own, group, pace });
      const pipeline = createPipelinePart(definition, options, watch, group);
      const ofModels = modelCommands({
        demo: definition.name,
        cluster: demo.cluster,
        topic,
        folders: ownFolders(definition, options),
        scorers: () => watch.heardScorers,
      });
      const parts = {
        pipeline: () => pipeline.state(),
        records: records.state,
        ...(control && { faults: control.faults }),
        ...(judge && { model: () => judge.model() }),
      };
      const page = {
        name: definition.name,
        view,
        facts,
        ready: () => readiness(watch),
        run: () => run,
        parts,
        peek: records.peek,
        commands: { ...records.commands, ...ofModels, ...control?.commands },
        ...(control && { control: control.control }),
        ...(judge && { signals: () => judge.signals }),
        ...(ask && { ask }),
      };
      const refresh = (cluster: ClusterWatch): void => {
        refreshRunGauges(metrics, view, watch);
        if (control) refreshPaceGauge(metrics, pace());
        reports?.refresh(metrics, watch.knownScorers);
        judge?.refresh(cluster);
        pipeline.look(cluster, view, judge?.signals);
      };
      const close = async (): Promise<void> => {
        await Promise.all([models?.close(), control?.close()]);
      };
      return { page, refresh, watched, close };
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
  { headless, host, port = DEFAULT_PORT, controls }: Pick<DemoOptions, 'headless' | 'host' | 'port' | 'controls'>,
  terminal: Terminal,
): Promise<Dashboard> {
  const watch = new ClusterWatch(
    demos.map(({ watched }) => watched),
    (sentence) => terminal.say(sentence),
  );
  const pages = demos.map(({ page }) => pageOnCluster(page, watch));
  const closeDemos = (): Promise<unknown> => Promise.all(demos.map((demo) => demo.close()));
  const dashboard = await startDashboard({
    host,
    port,
    pages,
    headless,
    metrics,
    ...(controls !== undefined && { controls }),
  }).catch(async (error: unknown) => {
    watch.close();
    await closeDemos();
    throw error;
  });
  const forms = demos.some(({ page }) => page.ask !== undefined) ? ', and ask from its form' : '';
  sayWhere({ host, port }, dashboard, `the page${forms}`, terminal);
  const timer = setInterval(() => {
    for (const demo of demos) demo.refresh(watch);
  }, REFRESH_MS);
  return {
    ...dashboard,
    close: async () => {
      clearInterval(timer);
      watch.close();
      await Promise.all([dashboard.close(), closeDemos()]);
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
