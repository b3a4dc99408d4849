import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import type { PredictionFields } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import { runDashboard } from './dashboard-role.js';
import { connectDemo } from './demo-cluster.js';
import type { DemoDefinition } from './demo-definition.js';
import { type DemoOptions, parseDemoOptions } from './demo-options.js';
import { exitCodeOf } from './exit-code.js';
import { demoHelp } from './help.js';
import { produceAlone } from './producer-role.js';
import { checkReportFile } from './run-report.js';
import { isSupervised, type ScorerFailed } from './scorer-process.js';
import { runScorer } from './scorer-role.js';
import { listenForShutdown, type Shutdown } from './shutdown.js';
import { createTerminal, type Terminal } from './terminal.js';
import { userPath } from './user-path.js';
import { runWholeDemo } from './whole-demo.js';

/** By how much a heap grows over what is alive before it is collected: where memory is plenty V8 waits longer, and a demo takes 520 to 590 MB instead of 480. */
const HEAP_GROWING_PERCENT = 75;

/**
 * Runs a demo as its command line says, and sets the exit code: 0 done, 1 failed, 2 wrong command line. Does nothing where
 * the demo's module is not the program that was started.
 */
export async function runDemo<I, P extends PredictionFields, O>(definition: DemoDefinition<I, P, O>): Promise<void> {
  if (!isProgram(definition.module)) return;
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  const args = process.argv.slice(2);
  const supervised = isSupervised();
  const terminal = createTerminal({
    dataOnStdout: args.some((arg, index) => arg === '--report=-' || (arg === '--report' && args[index + 1] === '-')),
    verbose: args.includes('--verbose'),
  });
  const shutdown = listenForShutdown(supervised);
  try {
    const options = parseDemoOptions(args, process.env);
    if (options.help) process.stdout.write(demoHelp(definition.name, definition.paceInWords));
    else process.exitCode = await run(definition, options, terminal, shutdown);
  } catch (thrown) {
    const error = KitError.from(thrown);
    process.exitCode = exitCodeOf(error.code);
    const failed: ScorerFailed = { type: 'failed', code: error.code, message: error.message };
    if (supervised) process.send?.(failed);
    else terminal.error(error);
  }
  // Timers and sockets of a client that failed must not keep a run alive that is over.
  if (supervised && process.connected) process.disconnect();
  setTimeout(() => process.exit(), 1_000).unref();
}

function isProgram(module: string): boolean {
  const [, program] = process.argv;
  return program !== undefined && realpathSync(program) === realpathSync(fileURLToPath(module));
}

async function run<I, P extends PredictionFields, O>(
  definition: DemoDefinition<I, P, O>,
  options: DemoOptions,
  terminal: Terminal,
  shutdown: Shutdown,
): Promise<0 | 1> {
  const { cluster, registry, only } = options;
  if (only === undefined || cluster === undefined || registry === undefined) {
    const report = options.report === undefined || options.report === '-' ? options.report : userPath(options.report);
    if (report !== undefined) checkReportFile(report);
    return runWholeDemo(definition, { ...options, ...(report !== undefined && { report }) }, terminal, shutdown);
  }
  const address = { cluster, registry };
  if (only === 'scorer') {
    await runScorer(definition, options, address, terminal, shutdown);
    return 0;
  }
  const demo = await connectDemo(definition, options, address);
  try {
    if (only === 'producer') await produceAlone(definition, options, demo, terminal, shutdown);
    else await runDashboard(definition, options, address, demo, terminal, shutdown);
  } finally {
    await demo.cluster.close();
  }
  return 0;
}
