import { fileURLToPath } from 'node:url';
import type { Dashboard, PredictionFields } from '#shared/dashboard';
import { createMetrics } from '#shared/metrics';
import { Closing } from './closing.js';
import type { DemoDefinition } from './demo-definition.js';
import type { DemoOptions } from './demo-options.js';
import { openPages } from './demo-page.js';
import { paceInWords, type RunningDemo, reportOf } from './demo-run.js';
import { type MonitorProcess, startMonitor } from './monitor-process.js';
import { showProgress } from './progress.js';
import { openRunCluster, whereInWords } from './run-cluster.js';
import { exitCodeOfRun, isSaid, reportInWords, writeReport } from './run-report.js';
import { RunSlot } from './run-slot.js';
import { endingInWords, type Shutdown } from './shutdown.js';
import type { Terminal } from './terminal.js';

/** A demo as a whole: cluster, scorer process, page, producer. Ends with the exit code. */
export async function runWholeDemo<I, P extends PredictionFields, O>(
  definition: DemoDefinition<I, P, O>,
  options: DemoOptions,
  terminal: Terminal,
  shutdown: Shutdown,
): Promise<0 | 1> {
  const closing = new Closing((error) => options.verbose && terminal.error(error));
  let isStarted = false;
  try {
    const where = await openRunCluster(options, terminal, shutdown);
    closing.add(() => where.close());
    terminal.say(whereInWords(definition.name, where, options, terminal));
    const metrics = createMetrics(definition.name);
    const slot = await RunSlot.open(definition, options, { where, metrics, terminal, shutdown, closing });
    const monitor = options.monitoring
      ? startMonitor({
          program: fileURLToPath(definition.module),
          demos: [],
          command: `npm run demo:${definition.name} --`,
          options,
          where,
          terminal,
          shutdown,
          closing,
        })
      : undefined;
    const dashboard = slot.page && (await openPages([slot.page], metrics, options, terminal));
    if (dashboard) closing.add(() => dashboard.close());
    greet(slot.running, dashboard, monitor);
    isStarted = true;

    const stopProgress = showProgress(() => [slot.running.watch.audit], terminal);
    closing.add(() => Promise.resolve(stopProgress()));
    const { elapsedMs, failure } = await slot.toItsEnd(monitor);
    stopProgress();
    if (shutdown.signal.aborted) terminal.say(endingInWords(shutdown));
    const report = reportOf(slot.running, elapsedMs, dashboard);
    if (isSaid(failure === undefined ? [report] : [], options)) {
      for (const line of reportInWords(report, definition.scoredUnit.name)) terminal.say(line);
    }
    if (options.report !== undefined) writeReport(report, options.report);
    if (failure === undefined) return exitCodeOfRun(report);
    if (!failure.said) terminal.error(failure.error);
    return 1;
  } catch (error) {
    // Whoever ends a demo while it starts need not hear how far it has come.
    if (isStarted || !shutdown.signal.aborted) throw error;
    if (options.verbose) terminal.error(error);
    terminal.say(endingInWords(shutdown));
    return 0;
  } finally {
    await closing.close();
  }
}

function greet<I, P extends PredictionFields, O>(
  { definition, options, where, scorer: { model, pid }, terminal }: RunningDemo<I, P, O>,
  dashboard: Dashboard | undefined,
  monitor: MonitorProcess | undefined,
): void {
  const topic = `${options.namespace}${definition.topics.predictions.name}`;
  terminal.say(
    `  Model        ${model.name} ${model.version}, scored by process ${pid}, ${options.guarantee.replaceAll('_', ' ')}`,
  );
  if (monitor) terminal.say(`  Monitor      process ${monitor.pid}: delivery, quality and drift`);
  terminal.say(`  Registry     ${where.registry.url}`);
  if (dashboard)
    terminal.say(
      `  ${options.headless ? 'Metrics  ' : 'Live page'}    ${terminal.bold(dashboard.url)}${options.headless ? 'metrics' : ''}`,
    );
  terminal.say(`  Predictions  topic ${topic}; with kcat: kcat -b ${where.cluster.brokers.join(',')} -t ${topic} -C`);
  terminal.say(`  Pace         ${paceInWords(definition, options)}${lengthInWords(definition, options)}`);
}

function lengthInWords<I, P extends PredictionFields, O>(
  { scoredUnit: { name, gathers } }: DemoDefinition<I, P, O>,
  { records }: DemoOptions,
): string {
  if (records === undefined) return '; Ctrl-C ends it';
  return `, ${records} ${gathers === true ? 'records' : `${name}s`}`;
}
