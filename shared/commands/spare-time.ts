import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** Of all cores: what is left to others, who are served all the sooner for a core that rests. */
const RESERVED_SHARE = 0.3;
/** Of one core, for each demo: what is taken on a machine that never rests, so that nothing waits for ever. */
const LEAST_SHARE = 0.05;
const LOOKED_AFTER_MS = 1_000;
/** What was not taken is not saved up, and of what was taken too much in one turn the rest is forgiven. */
const MOST_SAVED_MS = 20;
const MOST_OWED_MS = 100;
/** Whose turn is first takes it as long as no more than this is owed; all others wait until nothing is. */
const FIRST_OWES_MS = 50;

/**
 * A turn comes after so long in any case: where what is first takes all that there is, the rest is not to stand still. Before
 * the groups of streams applications, whose tasks are handed over between two turns, lose their patience.
 */
const LONGEST_WAIT_MS = 5_000;

export type Turn = 'first' | 'last';

/** What a process can know of its own time; all in milliseconds. */
export interface OwnTime {
  /** Of a clock that only goes on. */
  readonly now: number;
  /** What this process has taken of all cores. */
  readonly own: number;
}

/** What a process can know of the machine's time. */
export interface CoresTime {
  /** Milliseconds in which cores rested, of each the sum. */
  readonly idle: number;
  readonly cores: number;
}

/** Tells of both. The machine's is dear to ask for, a millisecond where there are few cores. */
export interface ProcessorClock {
  own(): OwnTime;
  cores(): CoresTime;
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

const processorClock: ProcessorClock = {
  own() {
    const { user, system } = process.cpuUsage();
    return { now: performance.now(), own: (user + system) / 1_000 };
  },
  cores() {
    const all = cpus();
    return { idle: all.reduce((sum, { times }) => sum + times.idle, 0), cores: all.length };
  },
  wait: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
};

/**
 * Lets work that nobody waits for have what the rest of the machine leaves: whoever takes part awaits a turn before each
 * piece of work. About once a second it is looked how long cores rested; of that, less a reserve, this process takes its
 * time, and on a machine that never rests about a twentieth of a core for each demo. What is first of that is done before
 * the rest, which has a turn after five seconds in any case. A low priority alone would not do: what yields still takes from
 * those whom it makes work, such as the broker, and fills the moments in which others would have found a core at rest.
 */
export class SpareTime {
  readonly #clock: ProcessorClock;
  readonly #ending = new AbortController();
  #looked: OwnTime & CoresTime;
  #accounted: OwnTime;
  /** Milliseconds of a core that may be taken in each millisecond; any before it was looked at first. */
  #share = Number.MAX_SAFE_INTEGER;
  #owedMs = 0;

  constructor(
    private readonly demos: number,
    clock: ProcessorClock = processorClock,
  ) {
    this.#clock = clock;
    this.#accounted = clock.own();
    this.#looked = { ...this.#accounted, ...clock.cores() };
  }

  /** Resolves when there is time for a piece of work: at once where cores rest. */
  async turn(which: Turn): Promise<void> {
    const latest = this.#clock.own().now + LONGEST_WAIT_MS;
    for (;;) {
      const leftMs = latest - this.#clock.own().now;
      const waitMs = Math.min(this.dueInMs(which), leftMs);
      if (waitMs <= 0 || this.#ending.signal.aborted) return;
      await this.#clock.wait(Math.min(waitMs, LOOKED_AFTER_MS), this.#ending.signal);
    }
  }

  /** How long a turn would have to be waited for, as it looks now. */
  dueInMs(which: Turn): number {
    const times = this.#clock.own();
    if (times.now - this.#looked.now >= LOOKED_AFTER_MS) this.#look(times);
    const takenMs = times.own - this.#accounted.own;
    const grantedMs = this.#share * (times.now - this.#accounted.now);
    this.#accounted = times;
    this.#owedMs = Math.max(-MOST_SAVED_MS, Math.min(MOST_OWED_MS, this.#owedMs + takenMs - grantedMs));
    const tooMuchMs = this.#owedMs - (which === 'first' ? FIRST_OWES_MS : 0);
    return tooMuchMs > 0 ? Math.ceil(tooMuchMs / this.#share) : 0;
  }

  /** Whoever waits goes on, and nobody waits any more: there is an end to be come to. */
  end(): void {
    this.#ending.abort();
  }

  #look(times: OwnTime): void {
    const { now, own, idle } = this.#looked;
    const looked = { ...times, ...this.#clock.cores() };
    this.#looked = looked;
    // A system that does not tell has no cores to share.
    if (looked.cores === 0) return;
    const left = (looked.idle - idle + looked.own - own) / (looked.now - now);
    this.#share = Math.max(LEAST_SHARE * this.demos, left - RESERVED_SHARE * looked.cores);
  }
}
