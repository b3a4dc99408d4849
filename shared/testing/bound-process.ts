import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { KitError } from '#shared/errors';

/** A child process that does not outlive this one, however this one ends. */
export interface BoundProcess {
  readonly pid: number;
  /** The end of what it wrote to both outputs. */
  tail(): string;
  /**
   * Resolves when it has written something that matches.
   * @throws KitError 'run-failed' when it ends before, or `deadline` is over.
   */
  said(pattern: RegExp, deadline: AbortSignal): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** How it ended: `exit code 0`, `signal SIGKILL`. */
  readonly ended: Promise<string>;
  /** Asks it to end, and insists after `patienceMs`. */
  close(patienceMs: number): Promise<void>;
}

// A test process that is killed runs no handler. But its end of the pipe closes, and whoever waits there ends the child;
// a line on the pipe says that nothing is to be done. `exec` makes the child take the place, and the id, of the shell.
const GUARD = 'exec 3<&0; (read -r _ <&3 || kill -9 $$) 2>/dev/null & exec "$@" </dev/null 3<&-';

const KEPT_CHARACTERS = 8_000;

/** What /bin/sh is to be given so that a program ends with whoever holds the other end of its standard input. */
export function bindingArguments(command: string, args: readonly string[]): string[] {
  return ['-c', GUARD, 'guard', command, ...args];
}

/** Starts a program on a POSIX system. */
export function startBoundProcess(command: string, args: readonly string[]): BoundProcess {
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn('/bin/sh', bindingArguments(command, args), {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let tail = '';
  const waiting = new Set<() => void>();
  const notify = (): void => {
    for (const check of waiting) check();
  };
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-KEPT_CHARACTERS);
      notify();
    });
  }
  let end: string | undefined;
  const ended = once(child, 'exit').then(([code, signal]) => {
    const how = signal === null ? `exit code ${String(code)}` : `signal ${String(signal)}`;
    end = how;
    child.stdin.end('\n');
    notify();
    return how;
  });
  // The guard may be gone before it is told that it is not needed.
  child.stdin.on('error', () => undefined);

  return {
    pid: child.pid ?? -1,
    tail: () => tail,
    ended,
    signal: (name) => child.kill(name),
    said: (pattern, deadline) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const said = pattern.test(tail);
          if (!said && end === undefined && !deadline.aborted) return;
          waiting.delete(check);
          deadline.removeEventListener('abort', check);
          const why = end === undefined ? 'did not say so in time' : `ended (${end})`;
          if (said) resolve();
          else reject(new KitError('run-failed', `It was waited for to say ${String(pattern)}, and it ${why}.`));
        };
        waiting.add(check);
        deadline.addEventListener('abort', check);
        check();
      }),
    async close(patienceMs) {
      if (end !== undefined) return;
      child.kill('SIGTERM');
      const insist = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      await ended;
      clearTimeout(insist);
    },
  };
}
