import type { Check } from './page/signal-state.js';
import type { Vitals } from './vitals.js';

interface Watched {
  readonly name: string;
  readonly place: string;
  /** The alerts that say that it is wrong. */
  readonly alerts: readonly string[];
  /** The figure; undefined where it is not known. */
  readonly figure: (vitals: Vitals) => string | undefined;
}

const watched: readonly Watched[] = [
  {
    name: 'Cluster',
    place: 'live/connection',
    alerts: ['KafkaUnreachable'],
    figure: ({ clusterSilentSince }) => (clusterSilentSince === null ? 'answers' : 'silent'),
  },
  {
    name: 'Scorers',
    place: 'live/scorers',
    alerts: ['ScorerDown', 'ScorerSilent'],
    figure: ({ scorers: { atWork, wereAtWork } }) => (wereAtWork ? `${atWork} at work` : undefined),
  },
  {
    name: 'Waiting',
    place: 'live/rate',
    alerts: ['ConsumerStuck', 'ScorerBehind', 'NothingProduced'],
    figure: ({ waiting, paused }) => {
      if (waiting === null) return undefined;
      return paused && waiting === 0 ? 'paused' : whole(waiting);
    },
  },
  {
    name: 'Latency',
    place: 'live/latency',
    alerts: ['PredictionLatencyHigh'],
    figure: ({ latencySeconds }) => (latencySeconds === null ? undefined : milliseconds(latencySeconds)),
  },
  {
    name: 'Model call',
    place: 'live/latency',
    alerts: ['ScoringSlow'],
    figure: ({ scoringSeconds }) => (scoringSeconds === null ? undefined : milliseconds(scoringSeconds)),
  },
  {
    name: 'Dead letters',
    place: 'records/dead-letters',
    alerts: ['DeadLetters'],
    figure: ({ deadLetters }) => {
      const all = deadLetters.reduce((sum, { count }) => sum + count, 0);
      return all === 0 ? 'none' : whole(all);
    },
  },
  {
    name: 'Late',
    place: 'live/lateness',
    alerts: ['RecordsLate'],
    figure: ({ lateShare }) => (lateShare === null ? undefined : `${(100 * lateShare).toFixed(1)} %`),
  },
  {
    name: 'Quality',
    place: 'model/quality',
    alerts: ['ModelQualityDropped'],
    figure: ({ serving }) => {
      const auc = serving.find((each) => each.auc !== null)?.auc;
      return auc === undefined || auc === null ? undefined : `AUC ${auc.toFixed(2)}`;
    },
  },
  {
    name: 'Drift',
    place: 'model/drift',
    alerts: ['InputDrift', 'MonitorDown', 'MonitoringBehind'],
    figure: ({ drift, monitor }) => {
      if (monitor.state === 'off') return 'not measured';
      if (drift === null) return undefined;
      const drifting = drift.inputs.filter(({ drifts }) => drifts).length;
      return drifting === 0 ? 'none' : `${drifting} of ${drift.inputs.length}`;
    },
  },
  {
    name: 'Delivery',
    place: 'model/delivery',
    alerts: ['RecordsMissing', 'RecordsDuplicated', 'RecordsAltered'],
    figure: ({ delivery, monitor }) => {
      if (monitor.state === 'off') return 'not audited';
      if (delivery === null) return undefined;
      return delivery.missing + delivery.duplicate + delivery.altered === 0 ? 'complete' : 'incomplete';
    },
  },
];

/** What is looked at all the time, and how it is; `alerts` are those that are on, what follows from others among them. */
export function checksOf(vitals: Vitals, alerts: ReadonlySet<string>): Check[] {
  return watched.map(({ name, place, alerts: own, figure }) => {
    const found = figure(vitals);
    const isWrong = own.some((alert) => alerts.has(alert));
    const state = found === undefined || found.startsWith('not ') ? 'unknown' : 'well';
    return { name, place, state: isWrong ? 'wrong' : state, figure: found ?? 'not known yet' };
  });
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

function milliseconds(value: number): string {
  if (value >= 1) return `${value.toFixed(1)} s`;
  return `${value < 0.01 ? (1_000 * value).toFixed(1) : Math.round(1_000 * value)} ms`;
}
