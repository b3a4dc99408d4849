import { fileURLToPath } from 'node:url';
import { ControlFollower, type ResetAnswer } from '#shared/control';
import type { Dashboard, PredictionFields } from '#shared/dashboard';
import type { Metrics } from '#shared/metrics';
import type { Closing } from './closing.js';
import type { DemoCluster } from './demo-cluster.js';
import type { DemoBasics, DemoDefinition } from './demo-definition.js';
import type { DemoOptions } from './demo-options.js';
import { createDemoPage, type ShownDemo } from './demo-page.js';
import { demoFacts } from './facts.js';
import { FaultSupervisor } from './fault-supervisor.js';
import { partArguments, partEnvironment } from './part-command.js';
import { ReportWatch } from './report-watch.js';
import type { RunCluster } from './run-cluster.js';
import { newRunId } from './run-id.js';
import { latencyFigures, type RunReport, rounded } from './run-report.js';
import { RunWatch } from './run-watch.js';
import { startScorerProcess } from './scorer-process.js';
import { ScorerSlot } from './scorer-slot.js';
import type { Shutdown } from './shutdown.js';
import type { Terminal } from './terminal.js';
import { TopicObserver } from './topic-observer.js';
import { SMALL_YOUNG_GENERATION } from './v8-flags.js';

/** What the scorer is left for its last commit. */
const SCORER_PATIENCE_MS = 2_000;

/** A demo whose parts are all at work, but for its producer. */
export interface RunningDemo<I, P extends PredictionFields, O> {
  readonly definition: DemoDefinition<I, P, O>;
  readonly options: DemoOptions;
  readonly where: RunCluster;
  readonly demo: DemoCluster;
  readonly watch: RunWatch<I, P, O>;
  readonly observer: TopicObserver;
  readonly scorer: ScorerSlot;
  /** What is switched on. */
  readonly control: ControlFollower;
  /** Undefined where there is no control topic. */
  readonly supervisor: FaultSupervisor | undefined;
  readonly terminal: Terminal;
  readonly shutdown: Shutdown;
  /** Marks the records of this run. */
  readonly run: string;
  /** When it was begun, milliseconds since 1970: the first with its process. */
  readonly begunAt: number;
  /** What is served of it; undefined where the options leave out page and metrics. */
  readonly page: ShownDemo | undefined;
}

/** What a demo is started with beside its options. */
export interface Surroundings {
  readonly where: RunCluster;
  /** There, with its topics made. */
  readonly demo: DemoCluster;
  /** Whether other demos run beside it, so that memory is worth more than what its scorer loses by having little. */
  readonly beside?: boolean;
  /** When the run was begun, milliseconds since 1970; with this process unless said. */
  readonly begunAt?: number;
  /** What became of the order to begin anew by which it is begun; absent for the first run. */
  readonly answered?: ResetAnswer;
  /** The demo's own among those of all. */
  readonly metrics: Metrics;
  readonly terminal: Terminal;
  readonly shutdown: Shutdown;
  /** Takes what is to be ended, also where the start fails halfway. */
  readonly closing: Closing;
}

/**
 * Starts a demo's scorer, and reads its topics from where they end now.
 * @throws KitError of the cluster, or of the scorer, that cannot start; or where it is to end while it starts.
 */
export async function startDemo<I, P extends PredictionFields, O>(
  definition: DemoDefinition<I, P, O>,
  options: DemoOptions,
  {
    where,
    demo,
    beside = false,
    begunAt = performance.timeOrigin,
    answered,
    metrics,
    terminal,
    shutdown,
    closing,
  }: Surroundings,
): Promise<RunningDemo<I, P, O>> {
  const control = await ControlFollower.start(definition.name, demo, {
    onWarning: (sentence) => terminal.say(sentence),
  });
  closing.add(() => control.close());
  const supervisor = await FaultSupervisor.start(definition.name, demo, {
    control,
    where,
    modelFolder: definition.modelFolder,
    say: (sentence) => terminal.say(sentence),
    answered,
  });
  closing.add(async () => supervisor?.close());
  const page = await createDemoPage(definition, options, metrics);
  const run = newRunId();
  const watch = new RunWatch(definition, demo, {
    wholeRun: options.records !== undefined || options.report !== undefined,
    run,
    ...(page && { view: page.view, metrics: page.metrics }),
    onWarning: (sentence) => terminal.say(sentence),
    onNews: (sentence) => terminal.say(sentence),
  });
  const reports =
    page && options.monitoring
      ? await ReportWatch.open(definition, demo, (sentence) => terminal.say(sentence))
      : undefined;
  const from = new Map([...(await demo.cluster.endOffsets([...watch.handlers.keys()])), ...(reports?.from ?? [])]);
  const starting = ScorerSlot.open({
    control,
    broker: where.broker,
    say: (sentence) => terminal.say(sentence),
    givenUp: shutdown.signal,
    start: (onInstance, givenUp) =>
      startScorerProcess({
        onInstance,
        givenUp,
        program: fileURLToPath(definition.module),
        args: partArguments('scorer', options, where),
        env: partEnvironment(where),
        v8Flags: beside ? [SMALL_YOUNG_GENERATION] : [],
        onLine: (line) => {
          if (options.verbose) terminal.say(terminal.dim(`scorer: ${line}`));
        },
      }),
  });
  closing.add(async () => (await starting.catch(() => undefined))?.close(SCORER_PATIENCE_MS));
  const handlers = new Map([...watch.handlers, ...(reports?.handlers ?? [])]);
  const observing = TopicObserver.start(demo.cluster, handlers, {
    urgent: watch.urgent,
    from,
    onWarning: (sentence) => terminal.say(sentence),
  });
  closing.add(async () => (await observing.catch(() => undefined))?.close());
  // Together: on a cluster that takes its time, a scorer that refuses its model must be heard while the groups form.
  const [scorer, observer] = await Promise.all([starting, observing]);
  const facts = demoFacts(definition, demo, {
    mode: where.mode,
    brokers: where.cluster.brokers.join(','),
    registry: where.registry.url,
    guarantee: options.guarantee,
  });
  const say = (sentence: string): void => terminal.say(sentence);
  const shown = page?.shown({
    watch,
    reports,
    facts: () => facts,
    demo,
    registry: where.registry,
    say,
    ...(where.broker && { resumeBroker: () => where.broker?.resume(definition.name) }),
  });
  closing.add(async () => shown?.close());
  return {
    definition,
    options,
    where,
    demo,
    watch,
    observer,
    scorer,
    control,
    supervisor,
    terminal,
    shutdown,
    run,
    begunAt,
    page: shown,
  };
}

/** How fast a demo is told to go, for people. */
export function paceInWords({ paceInWords }: DemoBasics, { rate }: Pick<DemoOptions, 'rate'>): string {
  if (rate === undefined) return paceInWords;
  return rate === 0 ? 'as fast as possible' : `${rate} records a second`;
}

/** The report of a run that is over; `elapsedMs` is from its first record to the last that was settled. */
export function reportOf<I, P extends PredictionFields, O>(
  { definition, options, where, watch, scorer, begunAt }: RunningDemo<I, P, O>,
  elapsedMs: number,
  dashboard: Dashboard | undefined,
): RunReport {
  const latencyMs = latencyFigures(watch.latency);
  const quality = watch.quality.quality();
  const records = watch.audit.counts();
  const cameOut = records.scored + records.deadLettered;
  const pageUrl = options.headless ? undefined : dashboard?.pageUrls.get(definition.name);
  return {
    demo: definition.name,
    mode: where.mode,
    guarantee: options.guarantee,
    model: watch.latestModel ?? scorer.model,
    records,
    ...(latencyMs && { latencyMs }),
    ...(cameOut > 0 && {
      throughput: { recordsPerSecond: rounded((watch.audit.settledInputs * 1_000) / elapsedMs, 1) },
    }),
    ...(watch.firstPredictionAt !== undefined && {
      startup: { toFirstPredictionMs: Math.round(watch.firstPredictionAt - begunAt) },
    }),
    ...(quality && { quality: { auc: rounded(quality.auc, 6), n: quality.n } }),
    urls: {
      brokers: where.cluster.brokers.join(','),
      registry: where.registry.url,
      ...(pageUrl !== undefined && { dashboard: pageUrl }),
      ...(dashboard && { metrics: new URL('metrics', dashboard.url).href }),
    },
  };
}
