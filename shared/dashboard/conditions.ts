import { alertLimits } from './alert-limits.js';
import type { Signal } from './page/signal-state.js';
import { isBehind } from './recovery.js';
import type { ServingVitals, Vitals } from './vitals.js';

/** Something that is so at this moment, and from how long on it is worth saying. */
export interface Condition extends Omit<Signal, 'since'> {
  readonly afterMs: number;
}

type Find = (vitals: Vitals) => Condition | undefined;

/** A single question may be late because this machine is busy: after a second one nobody doubts it. */
const CLUSTER_AFTER_MS = 1_500;
/** A scorer that starts, or whose group is being formed anew, takes some seconds. */
const REBALANCED_AFTER_MS = 10_000;
/** What was held up once comes in one burst; and what makes it late is to be said first. */
const LATENCY_AFTER_MS = 8_000;
/** What waits while a demo starts, on a machine that has other things to do, comes late, and says nothing of how it will be. */
const STARTED_AFTER_SECONDS = 60;
const WAITING_AFTER_MS = 10_000;
/** The alert waits as long: a model that is right is below its limit for some seconds now and then. */
const BELOW_PROMISE_AFTER_MS = 60_000;
/** What makes inputs other ones is to be said first. */
const DRIFT_AFTER_MS = 4_000;
const STUCK_SECONDS = 60;
/** The longest that a demo is quiet at its own pace is the Titanic at sea, for 100 s. */
const QUIET_SECONDS = 180;
const REFUSED_FOR_MS = 900_000;

/**
 * What of all that a page knows is a sign of something wrong: the causes first. The limits are those of the alerts, which wait
 * longer before they wake anybody.
 */
export function conditionsOf(vitals: Vitals): Condition[] {
  return finds.flatMap((find) => find(vitals) ?? []);
}

const finds: readonly Find[] = [
  ({ clusterSilentSince }) =>
    clusterSilentSince === null
      ? undefined
      : {
          alert: 'KafkaUnreachable',
          severity: 'critical',
          place: 'live/connection',
          sentence: 'No broker answers: nothing comes in and nothing is scored until one does.',
          afterMs: CLUSTER_AFTER_MS,
        },

  ({ scorers: { atWork, waiting, wereAtWork } }) =>
    atWork > 0 || !wereAtWork
      ? undefined
      : {
          alert: 'ScorerDown',
          severity: 'critical',
          place: 'live/scorers',
          sentence:
            waiting > 0
              ? 'No scorer is at work: one is starting, or gets its partitions. Records wait, and none is lost.'
              : 'No scorer is at work: none is heard of any more. Records wait on their topics, and none is lost.',
          afterMs: waiting > 0 ? REBALANCED_AFTER_MS : 0,
        },

  ({ scorers: { atWork, silent } }) =>
    atWork === 0 || silent.length === 0
      ? undefined
      : {
          alert: 'ScorerSilent',
          severity: 'warning',
          place: 'live/scorers',
          sentence: `The scorer ${silent.join(', ')} is not heard of any more; ${atWork === 1 ? 'another one goes on' : `${atWork} others go on`}, and take${atWork === 1 ? 's' : ''} its partitions over.`,
          afterMs: 0,
        },

  ({ scoringSeconds, modelSeconds }) =>
    (modelSeconds ?? 0) <= alertLimits.scoringSeconds
      ? undefined
      : {
          alert: 'ScoringSlow',
          severity: 'warning',
          place: 'live/latency',
          sentence: `The model takes long: a call of it ${seconds(scoringSeconds)}, where some milliseconds are usual, and each record waits for one.`,
          afterMs: 0,
        },

  ({ deadLetters }) => {
    const [most] = deadLetters.toSorted((one, other) => other.count - one.count);
    const all = deadLetters.reduce((sum, { count }) => sum + count, 0);
    return most === undefined
      ? undefined
      : {
          alert: 'DeadLetters',
          severity: 'warning',
          place: 'records/dead-letters',
          sentence: `Some records are not scored: ${counted(all, 'dead letter')} in the last half minute, ${deadLetters.length > 1 ? 'most of them ' : ''}because ${whyDead(most.reason, all)}. The stream goes on without ${all === 1 ? 'it' : 'them'}.`,
          afterMs: 0,
        };
  },

  ({ lateShare }) =>
    (lateShare ?? 0) <= alertLimits.lateShare
      ? undefined
      : {
          alert: 'RecordsLate',
          severity: 'warning',
          place: 'live/lateness',
          sentence: `Records come late: ${percent(lateShare)} of them more than five minutes older, by their own time, than others that came before them.`,
          afterMs: 2_000,
        },

  ({ serving }) => {
    const bad = serving.find((each) => each.worseThanCoin) ?? serving.find(isBelowItsPromise);
    return bad === undefined
      ? undefined
      : {
          alert: 'ModelQualityDropped',
          severity: 'critical',
          place: 'model/quality',
          sentence: qualitySentence(bad),
          afterMs: bad.worseThanCoin ? 0 : BELOW_PROMISE_AFTER_MS,
        };
  },

  ({ drift }) => {
    const drifting = drift?.inputs.filter(({ drifts }) => drifts).map(({ name }) => name) ?? [];
    return drifting.length === 0
      ? undefined
      : {
          alert: 'InputDrift',
          severity: 'note',
          place: 'model/drift',
          sentence: `${listed(drifting)} ${drifting.length === 1 ? 'is' : 'are'} not as the model has learned: the newest ${count(drift?.rows ?? 0)} rows are spread otherwise than those of its training.`,
          afterMs: DRIFT_AFTER_MS,
        };
  },

  ({ refusal, now }) =>
    refusal === null || now - refusal.at > REFUSED_FOR_MS
      ? undefined
      : {
          alert: 'ModelRefused',
          severity: 'warning',
          place: 'model/versions',
          sentence: `${refusal.model} is refused as ${refusal.role}, and what served goes on: ${refusal.message}`,
          afterMs: 0,
        },

  ({ waiting, unscoredSeconds }) =>
    (waiting ?? 0) === 0 || (unscoredSeconds ?? 0) < STUCK_SECONDS
      ? undefined
      : {
          alert: 'ConsumerStuck',
          severity: 'critical',
          place: 'live/rate',
          sentence: `${counted(waiting ?? 0, 'record')} wait, and for a minute nothing has been scored.`,
          afterMs: 0,
        },

  (vitals) =>
    isBehind(vitals)
      ? {
          alert: 'ScorerBehind',
          severity: 'warning',
          place: 'live/rate',
          sentence: `More comes in than is scored: ${counted(vitals.waiting ?? 0, 'record')} wait, which is more than ${alertLimits.waitingSeconds} s of work at this pace.`,
          afterMs: WAITING_AFTER_MS,
        }
      : undefined,

  ({ latencySeconds, scoringForSeconds }) =>
    (latencySeconds ?? 0) <= alertLimits.latencySeconds || (scoringForSeconds ?? 0) < STARTED_AFTER_SECONDS
      ? undefined
      : {
          alert: 'PredictionLatencyHigh',
          severity: 'warning',
          place: 'live/latency',
          sentence: `Predictions come late: one of a hundred takes ${seconds(latencySeconds)} or longer.`,
          afterMs: LATENCY_AFTER_MS,
        },

  ({ delivery }) => deliveryCondition('RecordsMissing', 'critical', delivery?.missing, 'were never processed'),
  ({ delivery }) =>
    deliveryCondition('RecordsDuplicated', 'warning', delivery?.duplicate, 'were processed more often than written'),
  ({ delivery }) =>
    deliveryCondition(
      'RecordsAltered',
      'critical',
      delivery?.altered,
      'are not those that were written',
      'minute of records',
    ),

  ({ quietSeconds, unreadSeconds, paused }) =>
    paused || (quietSeconds ?? 0) < QUIET_SECONDS
      ? undefined
      : {
          alert: 'NothingProduced',
          severity: 'warning',
          place: 'live/rate',
          sentence: `No record has come in for ${quietInWords(quietSeconds ?? 0, unreadSeconds ?? 0)}.`,
          afterMs: 0,
        },

  ({ monitor: { state, sentence } }) =>
    state !== 'silent' && state !== 'missing'
      ? undefined
      : { alert: 'MonitorDown', severity: 'warning', place: 'model/drift', sentence, afterMs: 5_000 },

  ({ monitor: { state, sentence } }) =>
    state !== 'behind'
      ? undefined
      : { alert: 'MonitoringBehind', severity: 'note', place: 'model/drift', sentence, afterMs: 10_000 },
];

/** As the alert has it: by the last labels and by all of the first lap, so that it is not for a bad day alone. */
function isBelowItsPromise({ promised, reported }: ServingVitals): boolean {
  if (promised === null || reported === null || reported.labelled < alertLimits.labels) return false;
  const { auc, aucOfAll } = reported;
  if (auc === null || aucOfAll === null) return false;
  return auc < promised - alertLimits.aucBelowCard && aucOfAll < promised - alertLimits.aucOfAllBelowCard;
}

function qualitySentence({ model, promised, auc, outcomes, worseThanCoin, reported }: ServingVitals): string {
  const promise = promised === null ? '' : `, where its card promises ${promised.toFixed(3)}`;
  if (worseThanCoin) {
    return `${model} is worse than a coin: its AUC is ${(auc ?? 0).toFixed(3)} over its last ${counted(outcomes, 'outcome')}${promise}.`;
  }
  return `${model} is wrong more often than it should be: its AUC is ${(reported?.auc ?? 0).toFixed(3)} over the last ${counted(reported?.labelled ?? 0, 'outcome')} that the monitor has seen${promise}.`;
}

/** By the clock; and where the demo is played slower than that or was paused, how long it is for the demo. */
function quietInWords(quiet: number, unread: number): string {
  const own = Math.floor(quiet / 60);
  const passed = Math.floor(unread / 60);
  return passed <= own ? `${own} minutes` : `${passed} minutes, which are ${own} as it is being played`;
}

/** In words, where the code is one of the kit's; the code is with the letters themselves. */
function whyDead(reason: string, letters: number): string {
  const it = letters === 1 ? 'it' : 'they';
  switch (reason) {
    case 'record-undecodable':
      return `${it} cannot be read`;
    case 'record-unscorable':
      return `the model cannot take ${letters === 1 ? 'it' : 'them'}`;
    case 'record-unprocessable':
      return `${it} cannot be processed`;
    default:
      return `of ${reason}`;
  }
}

function deliveryCondition(
  alert: string,
  severity: Condition['severity'],
  more: number | undefined,
  what: string,
  noun = 'record',
): Condition | undefined {
  if (more === undefined || more <= 0) return undefined;
  return { alert, severity, place: 'model/delivery', sentence: `${counted(more, noun)} ${what}.`, afterMs: 5_000 };
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const counted = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
const seconds = (value: number | null): string => `${(value ?? 0).toFixed((value ?? 0) < 1 ? 2 : 1)} s`;
const percent = (share: number | null): string => `${(100 * (share ?? 0)).toFixed(1)} %`;

function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length === 1 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
