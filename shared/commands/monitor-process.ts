import { setTimeout as delay } from 'node:timers/promises';
import type { Closing } from './closing.js';
import type { DemoOptions } from './demo-options.js';
import type { MonitorReady } from './monitor-role.js';
import { partArguments, partEnvironment } from './part-command.js';
import type { RunCluster } from './run-cluster.js';
import { aborted, type Shutdown } from './shutdown.js';
import { startSupervised } from './supervised-process.js';
import type { Terminal } from './terminal.js';
import { COLLECTS_ALONE, SMALL_YOUNG_GENERATION } from './v8-flags.js';

/** What the monitor is left to commit and to leave its groups; what it had not committed it does again, and no more is lost. */
const MONITOR_PATIENCE_MS = 1_500;

/** After how long another one is started in the place of one that went, until one has been at work for a while. */
const RESTARTED_AFTER_SECONDS = [1, 5, 30] as const;
const AT_WORK_FOR_MS = 300_000;

interface MonitorStart {
  /** The path of the program that has `--only monitor`. */
  readonly program: string;
  /** What comes before the options: which demos. */
  readonly demos: readonly string[];
  /** The same for people: `npm run demo -- all`. */
  readonly command: string;
  readonly options: DemoOptions;
  readonly where: RunCluster;
  readonly terminal: Terminal;
  readonly shutdown: Shutdown;
  /** Takes the monitor, to be ended with the rest. */
  readonly closing: Closing;
}

/** The monitor of a demo, or of several, as it was started first: its closing and what becomes of it are in good hands. */
export interface MonitorProcess {
  readonly pid: number;
  /** Ends it while something is done that is not to be watched, and starts another one afterwards. */
  without<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Starts the monitor in a process of its own that yields to all others, and does not wait for it. Where it cannot start, or
 * goes, that is said, the demo goes on, and another one is started: after 1, 5 and 30 s, then no more.
 */
export function startMonitor(start: MonitorStart): MonitorProcess {
  const { shutdown, closing } = start;
  let kept = startKept(start);
  let isClosed = false;
  let works = 0;
  const close = (): Promise<void> => {
    isClosed = true;
    return kept.close();
  };
  closing.add(close);
  // While the producer and the scorer drain, so that nobody waits for it after them.
  void aborted(shutdown.signal).then(close);
  return {
    pid: kept.pid,
    async without(work) {
      works += 1;
      await kept.close();
      try {
        return await work();
      } finally {
        works -= 1;
        if (works === 0 && !isClosed) kept = startKept(start);
      }
    },
  };
}

/** A monitor that is kept up until it is closed. */
function startKept(start: MonitorStart): Pick<OneMonitor, 'pid' | 'close'> {
  const ending = new AbortController();
  let current = startOne(start);
  let closed: Promise<void> | undefined;
  void keepUp(start, current, ending.signal, (next) => {
    current = next;
  });
  return {
    pid: current.pid,
    close() {
      ending.abort();
      closed ??= current.close();
      return closed;
    },
  };
}

interface OneMonitor {
  readonly pid: number;
  /** Rejects with the reason when it goes. */
  readonly gone: Promise<never>;
  close(): Promise<void>;
}

function startOne({ program, demos, options, where, terminal }: MonitorStart): OneMonitor {
  const monitor = startSupervised<MonitorReady>({
    who: 'The monitor',
    program,
    args: [...demos, ...partArguments('monitor', options, where)],
    env: partEnvironment(where),
    v8Flags: [SMALL_YOUNG_GENERATION, COLLECTS_ALONE],
    yields: true,
    onLine: (line) => {
      if (options.verbose) terminal.say(terminal.dim(`monitor: ${line}`));
    },
    onTold: (sentence) => terminal.say(sentence),
  });
  let isReady = false;
  monitor.ready.then(
    () => {
      isReady = true;
    },
    // Whoever waits for `gone` is told the same.
    () => undefined,
  );
  return {
    pid: monitor.pid,
    gone: monitor.gone,
    // One that is not at work yet has nothing to commit.
    close: () => monitor.close(isReady ? MONITOR_PATIENCE_MS : 0),
  };
}

/** Puts another in the place of a monitor that goes, until that was often enough, or `ending`. */
async function keepUp(
  start: MonitorStart,
  first: OneMonitor,
  ending: AbortSignal,
  onNext: (monitor: OneMonitor) => void,
): Promise<void> {
  const { command, options, where, terminal } = start;
  let monitor = first;
  for (let restarts = 0; ; restarts++) {
    const startedAt = performance.now();
    terminal.error(await monitor.gone.catch((error: unknown) => error));
    if (performance.now() - startedAt > AT_WORK_FOR_MS) restarts = 0;
    const seconds = RESTARTED_AFTER_SECONDS[restarts];
    if (seconds === undefined) break;
    terminal.say(
      `Scoring goes on; delivery, quality and drift are watched again by another monitor, started in ${seconds} s.`,
    );
    await delay(seconds * 1_000, undefined, { signal: ending }).catch(() => undefined);
    if (ending.aborted) return;
    monitor = startOne(start);
    onNext(monitor);
    terminal.say(`The monitor is process ${monitor.pid} now.`);
  }
  terminal.say(
    'Scoring goes on; delivery, quality and drift are not watched now. To put another monitor in its place:',
  );
  terminal.say(`  ${command} ${partArguments('monitor', options, where).join(' ')}`);
}
