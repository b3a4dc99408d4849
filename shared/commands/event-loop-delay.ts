import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;
const WINDOW_MS = 1_000;
const WINDOWS = 15;

/** How long the event loop keeps timers waiting; it is looked at now and then, so the longest of the last 15 s is kept. */
export class EventLoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #timer: NodeJS.Timeout;
  /** The longest of each window, the newest last, milliseconds. */
  #longest: number[] = [];

  constructor() {
    this.#histogram.enable();
    this.#timer = setInterval(() => this.#turn(), WINDOW_MS);
    this.#timer.unref();
  }

  get longestSeconds(): number {
    return Math.max(this.#now(), ...this.#longest) / 1_000;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  #turn(): void {
    this.#longest = [...this.#longest, this.#now()].slice(-WINDOWS);
    this.#histogram.reset();
  }

  /** From one firing of its timer to the next it takes the resolution where nothing keeps it waiting. */
  #now(): number {
    return Math.max(0, this.#histogram.max / 1e6 - RESOLUTION_MS);
  }
}
