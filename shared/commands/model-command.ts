import { KitError } from '#shared/errors';
import type { Cluster } from '#shared/kafka';
import { exitCodeOf } from './exit-code.js';
import { joinCluster } from './joined-cluster.js';
import { type ModelOptions, parseModelOptions } from './model-options.js';
import { listenForShutdown, type Shutdown } from './shutdown.js';
import { createTerminal, type Terminal } from './terminal.js';

interface ModelCommand {
  readonly help: string;
  /** Checks what it can before the cluster is joined; what it gives is done then. Its result is the exit code. */
  readonly prepare: (
    options: ModelOptions,
    terminal: Terminal,
    shutdown: Shutdown,
  ) => Promise<(cluster: Cluster) => Promise<0 | 1>>;
}

/** Runs a command about the model topic as its command line says, and sets the exit code. */
export async function runModelCommand({ help, prepare }: ModelCommand): Promise<void> {
  const args = process.argv.slice(2);
  const terminal = createTerminal({ dataOnStdout: args.includes('--json'), verbose: args.includes('--verbose') });
  const shutdown = listenForShutdown(false);
  try {
    const options = parseModelOptions(args, process.env);
    if (options === undefined) {
      process.stdout.write(help);
      return;
    }
    const work = await prepare(options, terminal, shutdown);
    const { verbose } = options;
    const cluster = await joinCluster(options.cluster, { clientId: 'model', verbose, suggestsBroker: true });
    try {
      process.exitCode = await work(cluster);
    } finally {
      await cluster.close();
    }
  } catch (error) {
    terminal.error(error);
    process.exitCode = exitCodeOf(KitError.from(error).code);
  }
}
