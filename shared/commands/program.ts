import { KitError } from '#shared/errors';
import { exitCodeOf } from './exit-code.js';
import { fitV8 } from './fit-v8.js';
import { listenForShutdown, type Shutdown } from './shutdown.js';
import { isSupervised, type PartFailed } from './supervised-process.js';
import { createTerminal, type Terminal } from './terminal.js';

/** Runs what a demo's command line asks for, and sets the exit code: 0 done, 1 failed, 2 wrong command line. */
export async function runProgram(
  args: readonly string[],
  run: (terminal: Terminal, shutdown: Shutdown) => Promise<0 | 1>,
): Promise<void> {
  fitV8();
  const supervised = isSupervised();
  const terminal = createTerminal({
    dataOnStdout: args.some((arg, index) => arg === '--report=-' || (arg === '--report' && args[index + 1] === '-')),
    verbose: args.includes('--verbose'),
  });
  const shutdown = listenForShutdown(supervised);
  try {
    process.exitCode = await run(terminal, shutdown);
  } catch (thrown) {
    const error = KitError.from(thrown);
    process.exitCode = exitCodeOf(error.code);
    const failed: PartFailed = { type: 'failed', code: error.code, message: error.message };
    if (supervised) process.send?.(failed);
    else terminal.error(error);
  }
  // Timers and sockets of a client that failed must not keep a run alive that is over.
  if (supervised && process.connected) process.disconnect();
  setTimeout(() => process.exit(), 1_000).unref();
}
