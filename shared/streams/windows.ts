import { KitError } from '#shared/errors';
import type { Window } from './record.js';

function refuse(sentence: string): never {
  throw new KitError('topology', sentence);
}

function milliseconds(what: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  return refuse(`${what} is ${value}; it must be a whole number of milliseconds, ${least} or more.`);
}

/** Windows of a fixed size, aligned to the epoch unless said: tumbling, or hopping where they advance by less than their size. */
export class TimeWindows {
  private constructor(
    readonly sizeMs: number,
    readonly advanceMs: number,
    readonly graceMs: number,
    readonly offsetMs = 0,
  ) {}

  /** @throws KitError 'topology' for a size below 1 or a grace below 0. */
  static ofSizeAndGrace(sizeMs: number, graceMs: number): TimeWindows {
    milliseconds('The size of time windows', sizeMs, 1);
    return new TimeWindows(sizeMs, sizeMs, milliseconds('The grace of time windows', graceMs, 0));
  }

  static ofSizeWithNoGrace(sizeMs: number): TimeWindows {
    return TimeWindows.ofSizeAndGrace(sizeMs, 0);
  }

  /** @throws KitError 'topology' for an advance below 1 or above the size. */
  advanceBy(advanceMs: number): TimeWindows {
    milliseconds('The advance of hopping windows', advanceMs, 1);
    if (advanceMs > this.sizeMs) {
      refuse(
        `Hopping windows of ${this.sizeMs} ms advance by ${advanceMs} ms, so that records would fall between them.`,
      );
    }
    return new TimeWindows(this.sizeMs, advanceMs, this.graceMs, this.offsetMs);
  }

  /**
   * The same windows begun so much later, such as days that begin at 8:00 UTC. What lies before the first of them, in 1970,
   * is in none. In Kafka Streams one derives from its class Windows.
   * @throws KitError 'topology' for an offset below 0, or one that is not below the size.
   */
  offsetBy(offsetMs: number): TimeWindows {
    milliseconds('The offset of time windows', offsetMs, 0);
    if (offsetMs >= this.sizeMs) {
      refuse(`Windows of ${this.sizeMs} ms are offset by ${offsetMs} ms; it must be less than their size.`);
    }
    return new TimeWindows(this.sizeMs, this.advanceMs, this.graceMs, offsetMs);
  }

  /** The windows that hold a timestamp, ascending. */
  windowsFor(timestamp: number): Window[] {
    const { sizeMs, advanceMs, offsetMs } = this;
    // Beyond what is exact, adding the advance may change nothing.
    if (!(timestamp <= Number.MAX_SAFE_INTEGER - advanceMs)) {
      throw new KitError(
        'record-unprocessable',
        `No window has the time ${timestamp}: it is no number of milliseconds.`,
      );
    }
    const windows: Window[] = [];
    // The first multiple of the advance that is greater than timestamp - size.
    const steps = Math.floor((timestamp - offsetMs - sizeMs + advanceMs) / advanceMs);
    const first = Math.max(0, steps) * advanceMs + offsetMs;
    for (let start = first; start <= timestamp; start += advanceMs) windows.push({ start, end: start + sizeMs });
    return windows;
  }

  /** How long a store keeps a window unless told otherwise. */
  get retentionMs(): number {
    return this.sizeMs + this.graceMs;
  }
}

/** A window for each distinct set of records that lie within a time of each other; both ends inclusive. */
export class SlidingWindows {
  private constructor(
    readonly differenceMs: number,
    readonly graceMs: number,
  ) {}

  /** @throws KitError 'topology' where one of them is below 0. */
  static ofTimeDifferenceAndGrace(differenceMs: number, graceMs: number): SlidingWindows {
    milliseconds('The time difference of sliding windows', differenceMs, 0);
    return new SlidingWindows(differenceMs, milliseconds('The grace of sliding windows', graceMs, 0));
  }

  static ofTimeDifferenceWithNoGrace(differenceMs: number): SlidingWindows {
    return SlidingWindows.ofTimeDifferenceAndGrace(differenceMs, 0);
  }

  get retentionMs(): number {
    return 2 * this.differenceMs + this.graceMs;
  }
}

/** Windows that last as long as records of a key follow each other within a gap. */
export class SessionWindows {
  private constructor(
    readonly gapMs: number,
    readonly graceMs: number,
  ) {}

  /** @throws KitError 'topology' where one of them is below 0. */
  static ofInactivityGapAndGrace(gapMs: number, graceMs: number): SessionWindows {
    milliseconds('The inactivity gap of session windows', gapMs, 0);
    return new SessionWindows(gapMs, milliseconds('The grace of session windows', graceMs, 0));
  }

  static ofInactivityGapWithNoGrace(gapMs: number): SessionWindows {
    return SessionWindows.ofInactivityGapAndGrace(gapMs, 0);
  }

  get retentionMs(): number {
    return this.gapMs + this.graceMs;
  }
}

/** A left record at t meets the right records in [t - before, t + after]. */
export class JoinWindows {
  private constructor(
    readonly beforeMs: number,
    readonly afterMs: number,
    readonly graceMs: number,
  ) {}

  /** @throws KitError 'topology' where one of them is below 0. */
  static ofTimeDifferenceAndGrace(differenceMs: number, graceMs: number): JoinWindows {
    milliseconds('The time difference of join windows', differenceMs, 0);
    return new JoinWindows(differenceMs, differenceMs, milliseconds('The grace of join windows', graceMs, 0));
  }

  static ofTimeDifferenceWithNoGrace(differenceMs: number): JoinWindows {
    return JoinWindows.ofTimeDifferenceAndGrace(differenceMs, 0);
  }

  /** @throws KitError 'topology' where the window would end before it begins. */
  before(beforeMs: number): JoinWindows {
    return JoinWindows.#checked(beforeMs, this.afterMs, this.graceMs);
  }

  /** @throws KitError 'topology' where the window would end before it begins. */
  after(afterMs: number): JoinWindows {
    return JoinWindows.#checked(this.beforeMs, afterMs, this.graceMs);
  }

  static #checked(beforeMs: number, afterMs: number, graceMs: number): JoinWindows {
    if (!Number.isInteger(beforeMs) || !Number.isInteger(afterMs) || beforeMs + afterMs < 0) {
      refuse(`Join windows from ${beforeMs} ms before to ${afterMs} ms after end before they begin.`);
    }
    return new JoinWindows(beforeMs, afterMs, graceMs);
  }

  get sizeMs(): number {
    return this.beforeMs + this.afterMs;
  }

  get retentionMs(): number {
    return this.sizeMs + this.graceMs;
  }
}
