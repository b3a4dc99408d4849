import { checksOf } from './checks.js';
import { type Condition, conditionsOf } from './conditions.js';
import type { Signal, Signals } from './page/signal-state.js';
import type { Vitals } from './vitals.js';

/** What follows from something, and is no news beside it. */
const effects: Readonly<Record<string, readonly string[] | 'all'>> = {
  KafkaUnreachable: 'all',
  ScorerDown: [
    'ScorerSilent',
    'ScoringSlow',
    'RecordsLate',
    'ConsumerStuck',
    'ScorerBehind',
    'PredictionLatencyHigh',
    'NothingProduced',
    'MonitoringBehind',
  ],
  ScorerSilent: ['ConsumerStuck', 'ScorerBehind', 'PredictionLatencyHigh'],
  ScoringSlow: ['ScorerBehind', 'PredictionLatencyHigh'],
  ConsumerStuck: ['ScorerBehind', 'PredictionLatencyHigh'],
  ScorerBehind: ['PredictionLatencyHigh'],
  // Windows that were closed without them are not scored, and those that are scored are others.
  RecordsLate: ['InputDrift'],
  MonitorDown: ['MonitoringBehind'],
};

/** What was held up comes in a burst, and who was away is not heard of at once: that much later an effect is one still. */
const AFTERMATH_MS = 20_000;

/**
 * What is wrong, by what the page knows: told of it about once a second, it keeps since when it is so, waits until it is worth
 * saying, and leaves out what follows from something that it says, or has said until a moment ago.
 */
export class SignalBoard {
  /** When each condition began that holds. */
  readonly #begun = new Map<string, number>();
  /** Until when each that was said was so. */
  readonly #said = new Map<string, number>();
  #current: Signals = { signals: [], checks: [] };

  get current(): Signals {
    return this.#current;
  }

  update(vitals: Vitals): void {
    const { now } = vitals;
    const conditions = conditionsOf(vitals);
    const on = conditions.filter((condition) => this.#isOn(condition, now));
    for (const alert of this.#begun.keys()) {
      if (!conditions.some((condition) => condition.alert === alert)) this.#begun.delete(alert);
    }
    const causes = on.filter(({ alert }) => !this.#isEffect(alert, now, on));
    for (const { alert } of causes) this.#said.set(alert, now);
    const signals = causes.map(({ alert, severity, place, sentence }): Signal => {
      return { alert, severity, place, sentence, since: this.#begun.get(alert) ?? now };
    });
    this.#current = {
      signals: signals.toSorted((one, other) => other.since - one.since),
      checks: checksOf(vitals, new Set(causes.map(({ alert }) => alert))),
    };
  }

  #isOn({ alert, afterMs }: Condition, now: number): boolean {
    const begun = this.#begun.get(alert) ?? now;
    this.#begun.set(alert, begun);
    return now - begun >= afterMs;
  }

  #isEffect(alert: string, now: number, on: readonly Condition[]): boolean {
    return Object.entries(effects).some(([cause, those]) => {
      if (cause === alert || (those !== 'all' && !those.includes(alert))) return false;
      const said = this.#said.get(cause);
      return on.some((each) => each.alert === cause) || (said !== undefined && now - said < AFTERMATH_MS);
    });
  }
}
