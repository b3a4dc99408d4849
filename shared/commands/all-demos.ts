import type { Dashboard, PredictionFields } from '#shared/dashboard';
import { createDemosMetrics, type DemosMetrics } from '#shared/metrics';
import { Closing } from './closing.js';
import type { AnyDemo } from './demo-definition.js';
import type { DemoOptions } from './demo-options.js';
import { openPages } from './demo-page.js';
import { paceInWords, reportOf } from './demo-run.js';
import { type MonitorProcess, startMonitor } from './monitor-process.js';
import { showProgress } from './progress.js';
import { openRunCluster, type RunCluster, whereInWords } from './run-cluster.js';
import { exitCodeOfRun, isSaid, type RunReport, reportInWords, writeReport } from './run-report.js';
import { RunSlot } from './run-slot.js';
import { endingInWords, type Shutdown } from './shutdown.js';
import { namedError, speakingFor, type Terminal } from './terminal.js';

/** Room for the longest of the names that there are. */
const SUBJECT_WIDTH = 16;

type AnySlot = RunSlot<unknown, PredictionFields, unknown>;

/** What all demos of a run share. */
interface Shared {
  readonly options: DemoOptions;
  readonly where: RunCluster;
  readonly metrics: DemosMetrics;
  readonly terminal: Terminal;
  readonly shutdown: Shutdown;
}

/**
 * Demos side by side on one cluster, with one server of their pages; the scorer of each is a process of its own. Ends with
 * the exit code: 1 where one of them failed. `program` is run with `all`, for what is one process for all of them.
 */
export async function runAllDemos(
  demos: readonly AnyDemo[],
  program: string,
  options: DemoOptions,
  terminal: Terminal,
  shutdown: Shutdown,
): Promise<0 | 1> {
  const closing = new Closing((error) => options.verbose && terminal.error(error));
  let isStarted = false;
  try {
    const where = await openRunCluster(options, terminal, shutdown);
    closing.add(() => where.close());
    terminal.say(whereInWords(`${demos.length} demos`, where, options, terminal));
    const metrics = createDemosMetrics(demos.map(({ name }) => name));
    const shared = { options, where, metrics, terminal, shutdown };
    const slots = await startAll(demos, shared, closing);
    const monitor = options.monitoring
      ? startMonitor({
          program,
          demos: ['all'],
          command: 'npm run demo -- all',
          options,
          where,
          terminal,
          shutdown,
          closing,
        })
      : undefined;
    const shown = slots.flatMap(({ page }) => page ?? []);
    const dashboard = shown.length > 0 ? await openPages(shown, metrics, options, terminal) : undefined;
    if (dashboard) closing.add(() => dashboard.close());
    greet(slots, shared, dashboard, monitor);
    isStarted = true;

    const stopProgress = showProgress(() => slots.map(({ running }) => running.watch.audit), terminal);
    closing.add(() => Promise.resolve(stopProgress()));
    const ends = await Promise.all(slots.map((slot) => toItsEnd(slot, monitor, dashboard)));
    stopProgress();
    if (shutdown.signal.aborted) terminal.say(endingInWords(shutdown));
    const unexplained = ends.flatMap(({ report, failed }) => (failed ? [] : [report]));
    if (isSaid(unexplained, options)) {
      for (const [index, { report }] of ends.entries()) {
        terminal.say(terminal.bold(report.demo));
        for (const line of reportInWords(report, demos[index]?.scoredUnit.name ?? 'unit')) terminal.say(`  ${line}`);
      }
    }
    if (options.report !== undefined) {
      writeReport(
        ends.map(({ report }) => report),
        options.report,
      );
    }
    return ends.some(({ exitCode }) => exitCode === 1) ? 1 : 0;
  } catch (error) {
    // Whoever ends demos while they start need not hear how far they have come.
    if (isStarted || !shutdown.signal.aborted) throw error;
    if (options.verbose) terminal.error(error);
    terminal.say(endingInWords(shutdown));
    return 0;
  } finally {
    await closing.close();
  }
}

/**
 * Starts them together, and waits for each, so that what was started can be ended.
 * @throws KitError of the first that cannot start; it names the demo.
 */
async function startAll(
  demos: readonly AnyDemo[],
  { options, where, metrics, terminal, shutdown }: Shared,
  closing: Closing,
): Promise<AnySlot[]> {
  const closings = closing.addSeveral(demos.length);
  const starts = await Promise.allSettled(
    demos.map((definition, index) => {
      return RunSlot.open(definition, options, {
        where,
        beside: true,
        metrics: metrics.of(definition.name),
        terminal: speakingFor(definition.name, terminal),
        shutdown,
        closing: closings[index] ?? closing,
      });
    }),
  );
  return starts.map((start, index) => {
    if (start.status === 'fulfilled') return start.value;
    throw namedError(demos[index]?.name ?? '', start.reason);
  });
}

/** Runs one of them to its end; what went wrong is said at once, while the others go on unless they are to end with it. */
async function toItsEnd(
  slot: AnySlot,
  monitor: MonitorProcess | undefined,
  dashboard: Dashboard | undefined,
): Promise<{ readonly report: RunReport; readonly failed: boolean; readonly exitCode: 0 | 1 }> {
  const { elapsedMs, failure } = await slot.toItsEnd(monitor);
  const { running } = slot;
  if (failure && !failure.said) running.terminal.error(failure.error);
  if (failure && running.options.endWithScorer) running.shutdown.request(`${running.definition.name} has ended`);
  const report = reportOf(running, elapsedMs, dashboard);
  const failed = failure !== undefined;
  return { report, failed, exitCode: failed ? 1 : exitCodeOfRun(report) };
}

/** What a demo is, and where all of them are found. */
function greet(
  slots: readonly AnySlot[],
  { options, where, terminal }: Shared,
  dashboard: Dashboard | undefined,
  monitor: MonitorProcess | undefined,
): void {
  const say = (subject: string, line: string): void => terminal.say(`  ${subject.padEnd(SUBJECT_WIDTH)}${line}`);
  for (const { running } of slots) {
    const { definition, scorer } = running;
    const page = options.headless ? undefined : dashboard?.pageUrls.get(definition.name);
    const topic = `${options.namespace}${definition.topics.predictions.name}`;
    say(definition.name, `${scorer.model.name} ${scorer.model.version} in process ${scorer.pid}, to topic ${topic}`);
    say('', `${paceInWords(definition, options)}${page === undefined ? '' : `; ${page}`}`);
  }
  if (monitor) say('Monitor', `process ${monitor.pid}, of all: delivery, quality and drift`);
  say('Registry', where.registry.url);
  if (dashboard && options.headless) say('Metrics', `${terminal.bold(dashboard.url)}metrics`);
  else if (dashboard) say('Live pages', terminal.bold(dashboard.url));
  say('Length', options.records === undefined ? 'until Ctrl-C' : `${options.records} records of each main input`);
}
