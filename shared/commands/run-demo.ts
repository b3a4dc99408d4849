import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PredictionFields } from '#shared/dashboard';
import { connectDemo } from './demo-cluster.js';
import type { DemoDefinition } from './demo-definition.js';
import { parseDemoOptions } from './demo-options.js';
import { demoHelp } from './help.js';
import { runProgram } from './program.js';
import { withReportFile } from './run-report.js';
import type { Shutdown } from './shutdown.js';
import type { Terminal } from './terminal.js';

/** Runs a demo as its command line says. Does nothing where the demo's module is not the program that was started. */
export async function runDemo<I, P extends PredictionFields, O>(definition: DemoDefinition<I, P, O>): Promise<void> {
  if (!isProgram(definition.module)) return;
  const args = process.argv.slice(2);
  await runProgram(args, (terminal, shutdown) => demoCommand(definition, args, terminal, shutdown));
}

function isProgram(module: string): boolean {
  const [, program] = process.argv;
  return program !== undefined && realpathSync(program) === realpathSync(fileURLToPath(module));
}

/** What a demo does with these arguments; gives the exit code. Each process of a demo loads what its part of it needs. */
export async function demoCommand<I, P extends PredictionFields, O>(
  definition: DemoDefinition<I, P, O>,
  args: readonly string[],
  terminal: Terminal,
  shutdown: Shutdown,
): Promise<0 | 1> {
  const options = parseDemoOptions(args, process.env);
  if (options.help) {
    process.stdout.write(demoHelp(definition.name, definition.paceInWords));
    return 0;
  }
  const { cluster, registry, only } = options;
  if (only === undefined || cluster === undefined || registry === undefined) {
    const { runWholeDemo } = await import('./whole-demo.js');
    return runWholeDemo(definition, withReportFile(options), terminal, shutdown);
  }
  const address = { cluster, registry };
  if (only === 'scorer') {
    const { runScorer } = await import('./scorer-role.js');
    await runScorer(definition, options, address, terminal, shutdown);
    return 0;
  }
  if (only === 'monitor') {
    const { runMonitor } = await import('./monitor-role.js');
    await runMonitor([definition], options, address, terminal, shutdown);
    return 0;
  }
  const demo = await connectDemo(definition, options, address);
  try {
    if (only === 'producer') {
      const { produceAlone } = await import('./producer-role.js');
      await produceAlone(definition, options, demo, terminal, shutdown);
    } else {
      const { runDashboard } = await import('./dashboard-role.js');
      await runDashboard(definition, options, address, demo, terminal, shutdown);
    }
  } finally {
    await demo.cluster.close();
  }
  return 0;
}
