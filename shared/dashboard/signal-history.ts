import type { PastSignal, Signal } from './page/signal-state.js';

/** Whoever looks away for longer asks the metrics. */
const KEPT_MS = 900_000;
const MOST_KEPT = 12;
/** What is over for less than that, and comes again, was never over. */
const GAP_MS = 15_000;

/** What is wrong and what was, from when to when: the same that comes and goes is one, from its first moment on. */
export class SignalHistory {
  /** By alert, what is said or was until a moment ago. */
  readonly #recent = new Map<string, PastSignal>();
  #past: readonly PastSignal[] = [];

  /** Whether an alert is said, or was until a moment ago. */
  isRecent(alert: string, now: number): boolean {
    const recent = this.#recent.get(alert);
    return recent !== undefined && now - recent.until < GAP_MS;
  }

  /** Takes what is said now, and gives it with the time since when it is so, gaps left out. */
  tell(signals: readonly Signal[], now: number): Signal[] {
    for (const [alert, recent] of this.#recent) {
      if (this.isRecent(alert, now)) continue;
      this.#recent.delete(alert);
      this.#past = [recent, ...this.#past];
    }
    const told = signals.map((signal): Signal => {
      const since = this.#recent.get(signal.alert)?.since ?? signal.since;
      return { ...signal, since };
    });
    for (const signal of told) this.#recent.set(signal.alert, { ...signal, until: now });
    return told;
  }

  /** What was wrong in the last quarter of an hour and is not any more, the newest first. */
  past(now: number): PastSignal[] {
    this.#past = this.#past.filter(({ until }) => now - until < KEPT_MS).slice(0, MOST_KEPT);
    const over = [...this.#recent.values()].filter(({ until }) => until < now);
    return [...over, ...this.#past].toSorted((one, other) => other.until - one.until).slice(0, MOST_KEPT);
  }
}
