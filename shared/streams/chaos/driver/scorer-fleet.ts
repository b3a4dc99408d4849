import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import { type BoundProcess, startBoundProcess } from '#shared/testing';

export interface FleetOptions {
  readonly brokers: string;
  readonly prefix: string;
  readonly guarantee: 'exactly_once' | 'at_least_once';
  readonly sessionTimeoutMs: number;
}

/** One process of a scorer, named `scorer.start`. */
interface Running {
  readonly name: string;
  readonly process: BoundProcess;
  /** Something is done to it: nothing else may be. */
  isBusy: boolean;
  isPaused: boolean;
  /** It is to end: how it ends is no finding. */
  isDoomed: boolean;
}

const START_AGAIN_MS = 500;
/** A scorer that was asked to leave drains, commits and leaves; a broker that is down meanwhile has to come back. */
const LEFT_WITHIN_MS = 30_000;
const ANSWERED_WITHIN_MS = 1_000;

/** The scorers of a run. One that ends unasked is started again, and that is noted. */
export class ScorerFleet {
  /** Why scorers ended that nobody ended. */
  readonly deaths: string[] = [];
  /** Starts that failed, as they may where no broker answers: each was tried again. */
  failedStarts = 0;
  readonly #options: FleetOptions;
  readonly #scorers = new Map<number, Running>();
  #starts = 0;
  #isClosed = false;
  #isFrozen = false;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Starts a scorer. */
  start(scorer: number): void {
    if (this.#isClosed) return;
    const { brokers, prefix, guarantee, sessionTimeoutMs } = this.#options;
    const name = `${scorer}.${++this.#starts}`;
    const options = ['--brokers', brokers, '--prefix', prefix, '--name', name];
    if (guarantee === 'at_least_once') options.push('--at-least-once');
    const child = startBoundProcess(process.execPath, [
      fileURLToPath(projectFile('dist/shared/streams/chaos/chaos-scorer.js')),
      ...options,
      '--session-timeout',
      String(sessionTimeoutMs),
    ]);
    const running: Running = { name, process: child, isBusy: false, isPaused: false, isDoomed: false };
    this.#scorers.set(scorer, running);
    if (this.#isFrozen) child.signal('SIGSTOP');
    void child.ended.then((how) => this.#ended(scorer, running, how));
  }

  async #ended(scorer: number, { name, process: child, isDoomed }: Running, how: string): Promise<void> {
    if (isDoomed || this.#isClosed) return;
    // A scorer that has not joined yet gives up where no broker answers; it is for whoever started it to try again.
    if (hasJoined(child)) this.deaths.push(`${name} ended (${how}):\n${child.tail()}`);
    else this.failedStarts += 1;
    await delay(START_AGAIN_MS);
    this.start(scorer);
  }

  /** The first scorer from `wanted` on that nothing is done to; undefined where there is none. */
  free(wanted: number, scorers: number): number | undefined {
    for (let i = 0; i < scorers; i += 1) {
      const scorer = (wanted + i) % scorers;
      const running = this.#scorers.get(scorer);
      if (running !== undefined && !running.isBusy && !running.isDoomed) return scorer;
    }
    return undefined;
  }

  /** The process that is at work as a scorer. */
  nameOf(scorer: number): string | undefined {
    return this.#scorers.get(scorer)?.name;
  }

  /** Kills it, and starts it again after a while. */
  async kill(scorer: number, forMs: number): Promise<void> {
    const running = this.#doom(scorer);
    running?.process.signal('SIGKILL');
    await running?.process.ended;
    await delay(forMs);
    this.start(scorer);
  }

  /** Stops it, and lets it go on after a while: it knows nothing of it. */
  async pause(scorer: number, forMs: number): Promise<void> {
    const running = this.#scorers.get(scorer);
    if (running === undefined) return;
    running.isBusy = true;
    running.isPaused = true;
    running.process.signal('SIGSTOP');
    await delay(forMs);
    running.isPaused = false;
    if (!this.#isFrozen) running.process.signal('SIGCONT');
    running.isBusy = false;
  }

  /** Stops all, those that start meanwhile too; when what they had asked for is done, does `work`, and lets them go on. */
  async whileFrozen(work: () => Promise<void>): Promise<void> {
    this.#isFrozen = true;
    for (const { process: child } of this.#scorers.values()) child.signal('SIGSTOP');
    try {
      await delay(ANSWERED_WITHIN_MS);
      await work();
    } finally {
      this.#isFrozen = false;
      for (const { process: child, isPaused } of this.#scorers.values()) if (!isPaused) child.signal('SIGCONT');
    }
  }

  /** Asks it to leave. */
  async leave(scorer: number): Promise<void> {
    const running = this.#doom(scorer);
    if (running === undefined) return;
    await running.process.close(LEFT_WITHIN_MS);
    const how = await running.process.ended;
    if (how !== 'exit code 0' && hasJoined(running.process))
      this.deaths.push(`${running.name} was asked to leave and ended (${how}):\n${running.process.tail()}`);
  }

  /** Asks all to leave. */
  async leaveAll(): Promise<void> {
    await Promise.all([...this.#scorers.keys()].map((scorer) => this.leave(scorer)));
    this.#isClosed = true;
  }

  /** What each said last, for whoever looks for the reason of a failure. */
  tails(): string {
    return Array.from(this.#scorers.values(), ({ name, process: child }) => `--- ${name}\n${child.tail()}`).join('\n');
  }

  /** Kills all that still run. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(
      Array.from(this.#scorers.values(), ({ process: child }) => {
        child.signal('SIGKILL');
        return child.ended;
      }),
    );
  }

  #doom(scorer: number): Running | undefined {
    const running = this.#scorers.get(scorer);
    if (running !== undefined) running.isDoomed = true;
    return running;
  }
}

function hasJoined(scorer: BoundProcess): boolean {
  return /^RUNNING$/m.test(scorer.tail());
}
