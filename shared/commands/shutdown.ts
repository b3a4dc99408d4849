/** Ctrl-C, SIGTERM, or whoever started this process gone. */
export interface Shutdown {
  /** Aborted when the process is to end; its reason says why, for people. */
  readonly signal: AbortSignal;
  /** Asks for the end from inside. */
  request(reason: string): void;
}

const LONGEST_GOODBYE_MS = 4_700;

/**
 * Listens for the wish to end. The first one drains; a second one ends the process at once.
 * A supervised process leaves Ctrl-C to its supervisor, and ends when that one is gone.
 */
export function listenForShutdown(supervised: boolean): Shutdown {
  const controller = new AbortController();
  const request = (reason: string): void => {
    controller.abort(reason);
    // Whatever hangs, a cluster that does not answer above all: nobody waits longer than this.
    setTimeout(() => {
      process.stderr.write(
        `It had not ended in good order after ${LONGEST_GOODBYE_MS / 1_000} s, and leaves as it is.\n`,
      );
      process.exit(1);
    }, LONGEST_GOODBYE_MS).unref();
  };
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(130);
    request(name);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', supervised ? () => {} : onSignal);
  process.on('SIGHUP', supervised ? () => {} : onSignal);
  if (supervised) {
    process.on('message', (message) => {
      if (message === 'close') request('the demo ended');
    });
    process.on('disconnect', () => request('the demo is gone'));
    if (!process.connected) request('the demo is gone');
  } else if (process.env.npm_lifecycle_event !== undefined) {
    endWithNpm(request);
  }
  return { signal: controller.signal, request };
}

// A signal sent to npm alone ends npm and its shell, not what they started.
function endWithNpm(request: (reason: string) => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) request('npm is gone');
  }, 250).unref();
}

/** Why it ends, for people. */
export const endingInWords = ({ signal }: Pick<Shutdown, 'signal'>): string => `Ending: ${String(signal.reason)}.`;

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
