import { alertLimits } from './alert-limits.js';
import type { Check } from './page/signal-state.js';
import { qualityLimit } from './quality-limit.js';
import type { Vitals } from './vitals.js';

interface Watched {
  readonly name: string;
  readonly place: string;
  /** The alerts that say that it is wrong. */
  readonly alerts: readonly string[];
  /** Who has to be at work for it to be measured. */
  readonly needs: 'nobody' | 'cluster' | 'scorer';
  readonly about: string;
  /** The figure; undefined where it is not measured now. */
  readonly figure: (vitals: Vitals) => string | undefined;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

const watched: readonly Watched[] = [
  {
    name: 'Cluster',
    place: 'live/connection',
    alerts: ['KafkaUnreachable'],
    needs: 'nobody',
    about: 'Whether a broker of the Kafka cluster answers, asked each second.',
    figure: ({ clusterSilentSince }) => (clusterSilentSince === null ? 'answers' : 'silent'),
  },
  {
    name: 'Scorers',
    place: 'live/scorers',
    alerts: ['ScorerDown', 'ScorerSilent'],
    needs: 'cluster',
    about: 'Processes that score records: those that have sent a sign of life in the last 5 s and have their share.',
    figure: ({ scorers: { atWork, wereAtWork } }) => (wereAtWork ? `${atWork} at work` : undefined),
  },
  {
    name: 'Waiting',
    place: 'live/rate',
    alerts: ['ConsumerStuck', 'ScorerBehind', 'NothingProduced'],
    needs: 'cluster',
    about: `Records on the topics that no scorer has taken yet. Too many: above ${whole(alertLimits.waitingRecords)}, where they are more than ${alertLimits.waitingSeconds} s of work and do not become fewer.`,
    figure: ({ waiting, paused }) => {
      if (waiting === null) return undefined;
      return paused && waiting === 0 ? 'paused' : whole(waiting);
    },
  },
  {
    name: 'Latency',
    place: 'live/latency',
    alerts: ['PredictionLatencyHigh'],
    needs: 'scorer',
    about: `From the moment at which a record is sent until its prediction is there: one of a hundred in the last seconds takes as long or longer. Too long above ${alertLimits.latencySeconds} s.`,
    figure: ({ latencySeconds }) => (latencySeconds === null ? undefined : milliseconds(latencySeconds)),
  },
  {
    name: 'Model call',
    place: 'live/latency',
    alerts: ['ScoringSlow'],
    needs: 'scorer',
    about: `How long a scorer waits when it asks the model, on average of the last seconds. Too long above ${milliseconds(alertLimits.scoringSeconds)}.`,
    figure: ({ scoringSeconds }) => (scoringSeconds === null ? undefined : milliseconds(scoringSeconds)),
  },
  {
    name: 'Dead letters',
    place: 'records/dead-letters',
    alerts: ['DeadLetters'],
    needs: 'scorer',
    about: 'Records of the last half minute that could not be scored and were put aside. Too many: any.',
    figure: ({ deadLetters }) => {
      const all = deadLetters.reduce((sum, { count }) => sum + count, 0);
      return all === 0 ? 'none' : whole(all);
    },
  },
  {
    name: 'Late',
    place: 'live/lateness',
    alerts: ['RecordsLate'],
    needs: 'scorer',
    about: `Records of the last seconds that come ${alertLimits.lateSeconds / 60} minutes or more behind what was there before, by the time that they bear. Too many above ${percent(alertLimits.lateShare)}.`,
    figure: ({ lateShare }) => (lateShare === null ? undefined : percent(lateShare)),
  },
  {
    name: 'Quality',
    place: 'model/quality',
    alerts: ['ModelQualityDropped'],
    needs: 'scorer',
    about: `How well the scores tell the two kinds of outcomes apart, as AUC: 1 always, 0.5 as a coin would; by the last outcomes that came. Bad where it is more than ${alertLimits.aucBelowCard} below what the model's card promises, and not for a bad day alone.`,
    figure: (vitals) => {
      const auc = vitals.serving.find((each) => each.auc !== null)?.auc;
      if (auc === undefined || auc === null) return undefined;
      const limit = qualityLimit(vitals);
      return `AUC ${auc.toFixed(2)}${limit === null ? '' : `, bad below ${limit.badBelow.toFixed(2)}`}`;
    },
  },
  {
    name: 'Drift',
    place: 'model/drift',
    alerts: ['InputDrift', 'MonitorDown', 'MonitoringBehind'],
    needs: 'scorer',
    about: 'Inputs of the model whose values are no longer spread as in the data that it has learned from.',
    figure: ({ drift, monitor }) => {
      if (monitor.state === 'off') return 'not measured';
      if (drift === null || monitor.state !== 'at work') return undefined;
      const drifting = drift.inputs.filter(({ drifts }) => drifts).length;
      return drifting === 0 ? 'none' : `${drifting} of ${drift.inputs.length}`;
    },
  },
  {
    name: 'Delivery',
    place: 'model/delivery',
    alerts: ['RecordsMissing', 'RecordsDuplicated', 'RecordsAltered'],
    needs: 'scorer',
    about:
      'Whether the records that were processed are those that were written: none missing, none twice, none changed.',
    figure: ({ delivery, monitor }) => {
      if (monitor.state === 'off') return 'not audited';
      if (delivery === null || monitor.state !== 'at work') return undefined;
      return delivery.missing + delivery.duplicate + delivery.altered === 0 ? 'complete' : 'incomplete';
    },
  },
];

/** What holds now, by the names of alerts. */
interface Held {
  /** What is said as a warning, or as worse. */
  readonly wrong: ReadonlySet<string>;
  /** What is said as a note. */
  readonly noted: ReadonlySet<string>;
  /** What follows from something that is said, or was until a moment ago. */
  readonly affected: ReadonlySet<string>;
  /** All that holds for long enough, said or not. */
  readonly on: ReadonlySet<string>;
  readonly isBacklog: boolean;
  /** The quality of late is below its limit, which may be for a bad day alone. */
  readonly isLow: boolean;
}

/** What is looked at all the time, and how it is; what is not measured any more is not known, whatever it was. */
export class Checks {
  /** What was known last of each, and when. */
  readonly #known = new Map<string, { readonly figure: string; readonly at: number }>();

  of(vitals: Vitals, held: Held): Check[] {
    return watched.map((each) => {
      const { name, place, about } = each;
      const isMeasured = each.needs === 'nobody' || !isAway(each.needs, held.on);
      const figure = isMeasured ? each.figure(vitals) : undefined;
      if (figure !== undefined) this.#known.set(name, { figure, at: vitals.now });
      const state = stateOf(each, figure, held);
      return { name, place, about, state, figure: figure ?? this.#lastKnown(name, vitals.now) };
    });
  }

  #lastKnown(name: string, now: number): string {
    const known = this.#known.get(name);
    return known === undefined ? 'not known yet' : `${known.figure}, ${ago(now - known.at)}`;
  }
}

function stateOf({ name, alerts }: Watched, figure: string | undefined, held: Held): Check['state'] {
  if (alerts.some((alert) => held.wrong.has(alert))) return 'wrong';
  if (figure === undefined || figure.startsWith('not ')) return 'unknown';
  // A question may be late: that no broker answers is said a moment later.
  if (figure === 'silent') return 'affected';
  const isNoted = alerts.some((alert) => held.noted.has(alert) || held.affected.has(alert));
  const isAffected = isNoted || (name === 'Waiting' && held.isBacklog);
  return isAffected || (name === 'Quality' && held.isLow) ? 'affected' : 'well';
}

function isAway(needed: 'cluster' | 'scorer', on: ReadonlySet<string>): boolean {
  return on.has('KafkaUnreachable') || (needed === 'scorer' && on.has('ScorerDown'));
}

function ago(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 100 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`;
}

function milliseconds(value: number): string {
  if (value >= 1) return `${value.toFixed(1)} s`;
  return `${value < 0.01 ? (1_000 * value).toFixed(1) : Math.round(1_000 * value)} ms`;
}
