import { Checks } from './checks.js';
import { type Condition, conditionsOf } from './conditions.js';
import type { Recovery, Signal, Signals } from './page/signal-state.js';
import { qualityLimit } from './quality-limit.js';
import { isBacklog, recoveryOf } from './recovery.js';
import { SignalHistory } from './signal-history.js';
import type { Vitals } from './vitals.js';

/** What waits is being caught up with: no alert, and yet what others follow from. */
const CATCHING_UP = 'catching up';

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
  [CATCHING_UP]: ['PredictionLatencyHigh'],
  // Windows that were closed without them are not scored, and those that are scored are others.
  RecordsLate: ['InputDrift'],
  MonitorDown: ['MonitoringBehind'],
};

/** What was held up comes in a burst, and who was away is not heard of at once: that much later an effect is one still. */
const AFTERMATH_MS = 20_000;
/** Where nothing was wrong before, so much may wait for so long: a run as fast as it can has always some seconds of work. */
const BACKLOG = { seconds: 10, afterMs: 3_000 } as const;

/**
 * What is wrong, by what the page knows: told of it about once a second, it keeps since when it is so, waits until it is worth
 * saying, and leaves out what follows from something that it says, or has said until a moment ago.
 */
export class SignalBoard {
  /** When each condition began that holds. */
  readonly #begun = new Map<string, number>();
  /** Until when each that was said was so. */
  readonly #said = new Map<string, number>();
  readonly #history = new SignalHistory();
  readonly #checks = new Checks();
  #backlogSince: number | undefined;
  #recovery: Recovery | null = null;
  #staleSince: number | null = null;
  #current: Signals = { signals: [], recovery: null, checks: [], past: [], staleSince: null, quality: null };

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
    // Also what would wait a little until it is said: it follows from something that everybody knows of.
    const affected = conditions.filter(({ alert }) => this.#isEffect(alert, now, on));
    for (const { alert } of causes) this.#said.set(alert, now);
    const signals = this.#history.tell(
      causes.map(({ alert, severity, place, sentence }): Signal => {
        return { alert, severity, place, sentence, since: this.#begun.get(alert) ?? now };
      }),
      now,
    );
    this.#recover(vitals, causes, affected);
    const alerts = (of: readonly Condition[]): Set<string> => new Set(of.map(({ alert }) => alert));
    this.#stale(vitals, alerts(on));
    const quality = qualityLimit(vitals);
    this.#current = {
      signals: signals.toSorted((one, other) => other.since - one.since),
      recovery: this.#recovery,
      checks: this.#checks.of(vitals, {
        wrong: alerts(causes.filter(({ severity }) => severity !== 'note')),
        noted: alerts(causes.filter(({ severity }) => severity === 'note')),
        affected: alerts(affected),
        on: alerts(on),
        isBacklog: this.#isNews(now) && isBacklog(vitals),
        isLow: quality !== null && quality.auc !== null && quality.auc < quality.badBelow,
      }),
      past: this.#history.past(now),
      staleSince: this.#staleSince,
      quality,
    };
  }

  /** What comes again a moment later needs no patience. */
  #isOn({ alert, afterMs }: Condition, now: number): boolean {
    const begun = this.#begun.get(alert) ?? now;
    this.#begun.set(alert, begun);
    return now - begun >= afterMs || this.#history.isRecent(alert, now);
  }

  #isEffect(alert: string, now: number, on: readonly Condition[]): boolean {
    return Object.entries(effects).some(([cause, those]) => {
      if (cause === alert || (those !== 'all' && !those.includes(alert))) return false;
      return on.some((each) => each.alert === cause) || this.#wasSaid(cause, now);
    });
  }

  #wasSaid(cause: string, now: number): boolean {
    const said = this.#said.get(cause);
    return said !== undefined && now - said < AFTERMATH_MS;
  }

  /** All is not well while something is still to be made up for; where its cause is said, that says it. */
  #recover(vitals: Vitals, causes: readonly Condition[], affected: readonly Condition[]): void {
    const { now } = vitals;
    this.#backlogSince = isBacklog(vitals, BACKLOG.seconds) ? (this.#backlogSince ?? now) : undefined;
    const isSaid = causes.some(({ alert }) => {
      const those = effects[alert] ?? [];
      return alert === 'ScorerBehind' || those === 'all' || those.includes('ScorerBehind');
    });
    const found = isSaid || !this.#isNews(now) ? undefined : recoveryOf(vitals, affected, this.#isFresh(now));
    this.#recovery = found === undefined ? null : { ...found, since: this.#recovery?.since ?? now };
    if (this.#recovery !== null && isBacklog(vitals)) this.#said.set(CATCHING_UP, now);
  }

  /** Whether what waits is worth a word: after something that was said, or where much has waited for some seconds. */
  #isNews(now: number): boolean {
    if (this.#backlogSince !== undefined && now - this.#backlogSince >= BACKLOG.afterMs) return true;
    return this.#isFresh(now) || this.#wasSaid(CATCHING_UP, now);
  }

  /** Whether anything was wrong until a moment ago. */
  #isFresh(now: number): boolean {
    return [...this.#said.keys()].some((cause) => cause !== CATCHING_UP && this.#wasSaid(cause, now));
  }

  /** Without a broker, or a scorer, nothing that is seen becomes any newer. */
  #stale({ now, clusterSilentSince, unscoredSeconds }: Vitals, on: ReadonlySet<string>): void {
    const isStale = on.has('KafkaUnreachable') || on.has('ScorerDown');
    const since = on.has('KafkaUnreachable') ? clusterSilentSince : now - 1_000 * (unscoredSeconds ?? 0);
    this.#staleSince = isStale ? (this.#staleSince ?? since) : null;
  }
}
