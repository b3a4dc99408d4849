import type { Closing } from './closing.js';
import type { DemoOptions } from './demo-options.js';
import type { MonitorReady } from './monitor-role.js';
import { partArguments, partEnvironment } from './part-command.js';
import type { RunCluster } from './run-cluster.js';
import { aborted, type Shutdown } from './shutdown.js';
import { type SupervisedProcess, startSupervised } from './supervised-process.js';
import type { Terminal } from './terminal.js';
import { SMALL_YOUNG_GENERATION } from './v8-flags.js';

/** What the monitor is left to commit and to leave its groups; what it had not committed it does again, and no more is lost. */
const MONITOR_PATIENCE_MS = 1_500;

interface MonitorStart {
  /** The path of the program that has `--only monitor`. */
  readonly program: string;
  /** What comes before the options: which demos. */
  readonly demos: readonly string[];
  /** The same for people: `npm run demo -- all`. */
  readonly command: string;
  readonly options: DemoOptions;
  readonly where: RunCluster;
  /** Told when it is at work, and when it no longer is. */
  readonly onUp: (isUp: boolean) => void;
  readonly terminal: Terminal;
  readonly shutdown: Shutdown;
  /** Takes the monitor, to be ended with the rest. */
  readonly closing: Closing;
}

/** The monitor of a demo, or of several: its closing and what becomes of it are in good hands. */
export interface MonitorProcess {
  readonly pid: number;
}

/**
 * Starts the monitor in a process of its own that yields to all others, and does not wait for it. Where it cannot start, or
 * goes, that is said, and the demo goes on without it.
 */
export function startMonitor(start: MonitorStart): MonitorProcess {
  const { program, demos, options, where, onUp, terminal, shutdown, closing } = start;
  const monitor = startSupervised<MonitorReady>({
    who: 'The monitor',
    program,
    args: [...demos, ...partArguments('monitor', options, where)],
    env: partEnvironment(where),
    v8Flags: [SMALL_YOUNG_GENERATION],
    yields: true,
    onLine: (line) => {
      if (options.verbose) terminal.say(terminal.dim(`monitor: ${line}`));
    },
  });
  onUp(false);
  let isReady = false;
  const ready = monitor.ready.then(() => {
    isReady = true;
    onUp(true);
  });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    // One that is not at work yet has nothing to commit.
    closed ??= monitor.close(isReady ? MONITOR_PATIENCE_MS : 0);
    return closed;
  };
  closing.add(close);
  // While the producer and the scorer drain, so that nobody waits for it after them.
  void aborted(shutdown.signal).then(close);
  void outlive(ready, monitor, start);
  return { pid: monitor.pid };
}

async function outlive(
  ready: Promise<void>,
  { gone }: SupervisedProcess<MonitorReady>,
  { command, options, where, onUp, terminal }: MonitorStart,
): Promise<void> {
  try {
    await ready;
    await gone;
  } catch (error) {
    onUp(false);
    terminal.error(error);
    terminal.say(
      'Scoring goes on; delivery, quality and drift are not watched now. To put another monitor in its place:',
    );
    terminal.say(`  ${command} ${partArguments('monitor', options, where).join(' ')}`);
  }
}
