import type { Dashboard, PredictionFields } from '#shared/dashboard';
import { accountForRun, type RunningDemo } from './account-for-run.js';
import { type ClusterAddress, connectDemo } from './demo-cluster.js';
import type { DemoDefinition } from './demo-definition.js';
import type { DemoOptions } from './demo-options.js';
import { createDemoPage, openPages } from './demo-page.js';
import { type EmbeddedPair, startEmbeddedPair } from './embedded-pair.js';
import { demoFacts } from './facts.js';
import { newRunId } from './producer-role.js';
import { latencyFigures, type RunReport, reportInWords, rounded, writeReport } from './run-report.js';
import { RunWatch } from './run-watch.js';
import { type ScorerProcess, startScorerProcess } from './scorer-process.js';
import type { Shutdown } from './shutdown.js';
import type { Terminal } from './terminal.js';
import { TopicObserver } from './topic-observer.js';
import { userPath } from './user-path.js';

/** What the scorer is left for its last commit. */
const SCORER_PATIENCE_MS = 2_000;

/** Where a whole demo runs. */
interface Where extends ClusterAddress {
  readonly mode: RunReport['mode'];
}

/** A demo as a whole: cluster, scorer process, page, producer. Ends with the exit code. */
export async function runWholeDemo<I, P extends PredictionFields, O>(
  definition: DemoDefinition<I, P, O>,
  options: DemoOptions,
  terminal: Terminal,
  shutdown: Shutdown,
): Promise<0 | 1> {
  const closing: (() => Promise<void>)[] = [];
  try {
    const where = await cluster(options, terminal, closing);
    terminal.say(firstLine(definition.name, where, options, terminal));
    const demo = await connectDemo(definition, options, where);
    closing.push(() => demo.cluster.close());
    const page = await createDemoPage(definition, options);
    const run = newRunId();
    const watch = new RunWatch(definition, demo, {
      wholeRun: options.records !== undefined || options.report !== undefined,
      run,
      ...(page && { view: page.view, metrics: page.metrics }),
      onWarning: (sentence) => terminal.say(sentence),
      onNews: (sentence) => terminal.say(sentence),
    });
    const from = await demo.cluster.endOffsets([...watch.handlers.keys()]);
    const starting = startScorerProcess(scorerArguments(options, where), scorerEnvironment(where), (line) => {
      if (options.verbose) terminal.say(terminal.dim(`scorer: ${line}`));
    });
    closing.push(async () => (await starting.catch(() => undefined))?.close(SCORER_PATIENCE_MS));
    const group = `${options.namespace}${definition.name}.dashboard`;
    const observing = TopicObserver.start(demo.cluster, group, watch.handlers, watch.urgent, from);
    closing.push(async () => (await observing.catch(() => undefined))?.close());
    // Together: on a cluster that takes its time, a scorer that refuses its model must be heard while the groups form.
    const [scorer, observer] = await Promise.all([starting, observing]);
    const facts = demoFacts(definition, demo, {
      mode: where.mode,
      brokers: where.cluster.brokers.join(','),
      registry: where.registry.url,
      guarantee: options.guarantee,
    });
    const dashboard = page && (await openPages([page.shown(watch, () => facts)], page.metrics, options, terminal));
    if (dashboard) closing.push(() => dashboard.close());
    greet(definition, options, where, scorer, dashboard, terminal);

    const anotherScorer = `npm run demo:${definition.name} -- ${scorerArguments(options, where).join(' ')}`;
    const parts = { definition, options, demo, watch, observer, scorer, terminal, shutdown, run };
    const running: RunningDemo<I, P, O> = { ...parts, anotherScorer };
    const { elapsedMs, failure } = await accountForRun(running);
    if (shutdown.signal.aborted) terminal.say(`Ending: ${String(shutdown.signal.reason)}.`);
    const code = finish(reportOf(running, where, elapsedMs, dashboard), definition, options, terminal);
    if (failure === undefined) return code;
    if (!failure.said) terminal.error(failure.error);
    return 1;
  } finally {
    for (const close of closing.reverse()) {
      // What cannot be ended in good order must not hide how the run went, nor keep the rest from ending.
      await close().catch((error: unknown) => options.verbose && terminal.error(error));
    }
  }
}

async function cluster(options: DemoOptions, terminal: Terminal, closing: (() => Promise<void>)[]): Promise<Where> {
  if (options.cluster !== undefined && options.registry !== undefined) {
    return { mode: 'cluster', cluster: options.cluster, registry: options.registry };
  }
  const pair: EmbeddedPair = await startEmbeddedPair(
    {
      ...(options.brokerPort !== undefined && { brokerPort: options.brokerPort }),
      ...(options.dataDir !== undefined && { dataDir: userPath(options.dataDir) }),
    },
    (sentence) => terminal.say(sentence),
  );
  closing.push(() => pair.close());
  return { mode: 'embedded', cluster: { brokers: [pair.brokers] }, registry: { url: pair.registry } };
}

/** The scorer gets what concerns it, and the address of the cluster that this process found or started. */
function scorerArguments(options: DemoOptions, { cluster: { brokers }, registry }: Where): string[] {
  return [
    '--only',
    'scorer',
    `--brokers=${brokers.join(',')}`,
    `--registry=${registry.url}`,
    `--guarantee=${options.guarantee}`,
    ...(options.namespace ? [`--namespace=${options.namespace}`] : []),
    ...(options.model === undefined ? [] : [`--model=${userPath(options.model)}`]),
    ...(options.verbose ? ['--verbose'] : []),
  ];
}

/** The embedded pair has neither TLS nor users, whatever the environment says of another cluster. */
function scorerEnvironment({ mode }: Where): NodeJS.ProcessEnv {
  if (mode === 'cluster') return process.env;
  const ofAnother = /^(KAFKA_(SSL|SASL)|SCHEMA_REGISTRY_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofAnother.test(name)));
}

function firstLine(
  demo: string,
  { mode, cluster: { brokers } }: Where,
  { dataDir }: DemoOptions,
  terminal: Terminal,
): string {
  const kept = dataDir === undefined ? 'in memory' : `kept in ${dataDir}`;
  return mode === 'embedded'
    ? `${terminal.bold(demo)} on an embedded Kafka at ${brokers.join(',')} (${kept}; any Kafka client on this machine can join in)`
    : `${terminal.bold(demo)} on the Kafka cluster at ${brokers.join(',')}`;
}

function greet<I, P extends PredictionFields, O>(
  definition: DemoDefinition<I, P, O>,
  options: DemoOptions,
  where: Where,
  { model, pid }: ScorerProcess,
  dashboard: Dashboard | undefined,
  terminal: Terminal,
): void {
  const topic = `${options.namespace}${definition.topics.predictions.name}`;
  const pace =
    options.rate === undefined
      ? definition.paceInWords
      : options.rate === 0
        ? 'as fast as possible'
        : `${options.rate} records a second`;
  terminal.say(
    `  Model        ${model.name} ${model.version}, scored by process ${pid}, ${options.guarantee.replaceAll('_', ' ')}`,
  );
  terminal.say(`  Registry     ${where.registry.url}`);
  if (dashboard)
    terminal.say(
      `  ${options.headless ? 'Metrics  ' : 'Live page'}    ${terminal.bold(dashboard.url)}${options.headless ? 'metrics' : ''}`,
    );
  terminal.say(`  Predictions  topic ${topic}; with kcat: kcat -b ${where.cluster.brokers.join(',')} -t ${topic} -C`);
  const { name, gathers } = definition.scoredUnit;
  const counted = gathers === true ? 'records' : `${name}s`;
  terminal.say(
    `  Pace         ${pace}${options.records === undefined ? '; Ctrl-C ends it' : `, ${options.records} ${counted}`}`,
  );
}

function reportOf<I, P extends PredictionFields, O>(
  { definition, options, watch, scorer }: RunningDemo<I, P, O>,
  where: Where,
  elapsedMs: number,
  dashboard: Dashboard | undefined,
): RunReport {
  const records = watch.audit.counts();
  const latencyMs = latencyFigures(watch.latency);
  const quality = watch.quality.quality();
  const settled = watch.audit.settledInputs;
  return {
    demo: definition.name,
    mode: where.mode,
    guarantee: options.guarantee,
    model: watch.latestModel ?? scorer.model,
    records,
    ...(latencyMs && { latencyMs }),
    ...(settled > 0 && { throughput: { recordsPerSecond: rounded((settled * 1_000) / elapsedMs, 1) } }),
    ...(watch.firstPredictionAt !== undefined && {
      startup: { toFirstPredictionMs: Math.round(watch.firstPredictionAt - performance.timeOrigin) },
    }),
    ...(quality && { quality: { auc: rounded(quality.auc, 6), n: quality.n } }),
    urls: {
      brokers: where.cluster.brokers.join(','),
      registry: where.registry.url,
      ...(dashboard && !options.headless && { dashboard: dashboard.url }),
      ...(dashboard && { metrics: new URL('metrics', dashboard.url).href }),
    },
  };
}

/** Writes the report where it was asked for, says it in words, and gives the exit code. */
function finish<I, P extends PredictionFields, O>(
  report: RunReport,
  definition: DemoDefinition<I, P, O>,
  options: DemoOptions,
  terminal: Terminal,
): 0 | 1 {
  if (options.records !== undefined || options.report !== undefined) {
    for (const line of reportInWords(report, definition.scoredUnit.name)) terminal.say(line);
  }
  if (options.report !== undefined) writeReport(report, options.report);
  const { lost, duplicated } = report.records;
  return lost > 0 || (duplicated > 0 && options.guarantee === 'exactly_once') ? 1 : 0;
}
