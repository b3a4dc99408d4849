import type { Monitor } from './page/model-state.js';

/** What a page knows of a demo that may be a sign of something wrong. What is not known is null; times are milliseconds since 1970. */
export interface Vitals {
  readonly now: number;
  /** Since when no broker answers; null while one does. */
  readonly clusterSilentSince: number | null;
  readonly scorers: ScorerVitals;
  /** Whether the demo is paused by whoever shows it. */
  readonly paused: boolean;
  /**
   * For how many seconds at the demo's own pace no record has come in; null before the first. A pause is no time, and at half
   * the speed a second is half a one.
   */
  readonly quietSeconds: number | null;
  /** The same by the clock of whoever watches, pauses among it. */
  readonly unreadSeconds: number | null;
  /** Records that wait for the scorers. */
  readonly waiting: number | null;
  /** How many more of them wait each second of late, fewer where it is negative; null where that is not known. */
  readonly waitingGrowth: number | null;
  readonly readPerSecond: number | null;
  readonly scoredPerSecond: number | null;
  /** For how many seconds records have waited and none has been scored; null before the first prediction. */
  readonly unscoredSeconds: number | null;
  /** For how many seconds there have been predictions; null before the first. */
  readonly scoringForSeconds: number | null;
  /** What of a hundred predictions one takes or longer, in each of the last seconds; null in unpaced runs. */
  readonly latencySeconds: number | null;
  /** The mean of a call of the model of late, in the scorer where it is longest. */
  readonly scoringSeconds: number | null;
  /** What the model alone takes of that, in each of the last seconds, without what its process waits for the machine. */
  readonly modelSeconds: number | null;
  /** The share of records that come late by their own time; null in unpaced runs, where event time races. */
  readonly lateShare: number | null;
  /** Those of the last half minute, by reason. */
  readonly deadLetters: readonly { readonly reason: string; readonly count: number }[];
  /** The versions that serve. */
  readonly serving: readonly ServingVitals[];
  readonly refusal: {
    readonly model: string;
    readonly role: string;
    readonly message: string;
    readonly at: number;
  } | null;
  /** Of the serving version; null where nobody measures it. */
  readonly drift: {
    readonly rows: number | null;
    readonly inputs: readonly { readonly name: string; readonly drifts: boolean }[];
  } | null;
  /** Of all topics together, above what was there a quarter of an hour ago; null where nobody audits. */
  readonly delivery: { readonly missing: number; readonly duplicate: number; readonly altered: number } | null;
  readonly monitor: Monitor;
}

/** The scorers that have not said that they end. */
interface ScorerVitals {
  readonly atWork: number;
  /** Those that are heard of, and are not at work: starting, or getting their partitions anew. */
  readonly waiting: number;
  /** Those that are not heard of any more, by name. */
  readonly silent: readonly string[];
  /** Whether any has been at work since the page began. */
  readonly wereAtWork: boolean;
}

/** A version that serves, as far as its outcomes tell. */
export interface ServingVitals {
  readonly model: string;
  readonly promised: number | null;
  readonly auc: number | null;
  readonly outcomes: number;
  readonly worseThanCoin: boolean;
  /** What the monitor reports of its last labels, and of all of the first lap. */
  readonly reported: {
    readonly auc: number | null;
    readonly labelled: number;
    readonly aucOfAll: number | null;
  } | null;
}
