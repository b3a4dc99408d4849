import { exactAuc } from '#shared/monitoring';

/**
 * So many outcomes of late are what a version is judged by, as by the monitor. Of flights, 500 are those of half a day, and
 * their AUC is anywhere between .42 and .90 with a model that is right; that of 2,000 has never been below .56.
 */
const windowOutcomes = 2_000;
/** Beyond so many standard errors it is no chance. */
const certainErrors = 4;
/** With fewer outcomes of a class the AUC says which few they were, not how well the model ranks. */
const leastOfAClass = 10;
const mostVersions = 16;
const coursePoints = 180;
const firstStepMs = 60_000;

/** How right a version of a model has been of late. */
export interface VersionFigures {
  readonly name: string;
  readonly version: string;
  /** Of the last outcomes; null while they are too few. */
  readonly auc: number | null;
  /** From how many outcomes that is, at most `window`. */
  readonly n: number;
  readonly positives: number;
  /** Why there is no AUC; null where there is one. */
  readonly missing: string | null;
  /** Whether it is certain that a coin would do better. */
  readonly worseThanCoin: boolean;
  /** Outcomes since the version was first seen. */
  readonly total: number;
  /** The course of the AUC over event time. */
  readonly eventTimes: readonly number[];
  readonly values: readonly number[];
}

interface Version {
  readonly name: string;
  readonly version: string;
  readonly scores: Float64Array;
  readonly positives: Uint8Array;
  total: number;
  /** Undefined where an outcome has come since. */
  auc: number | null | undefined;
  times: number[];
  values: number[];
  stepMs: number;
}

/**
 * The AUC of each version of a model over the last 2,000 outcomes of its own predictions, in every lap: a version that is
 * bad shows within some hundred of them, where the running AUC of all hardly moves. Of many versions the one of which no
 * outcome came for longest is forgotten.
 */
export class VersionQuality {
  readonly window = windowOutcomes;
  readonly #versions = new Map<string, Version>();

  /** Adds the outcome of a prediction of this version; `streamTime` is where event time stands. */
  add(
    { name, version }: { readonly name: string; readonly version: string },
    score: number,
    positive: boolean,
    streamTime: number | undefined,
  ): void {
    if (Number.isNaN(score)) return;
    const of = this.#of(name, version);
    const at = of.total % windowOutcomes;
    of.scores[at] = score;
    of.positives[at] = positive ? 1 : 0;
    of.total += 1;
    of.auc = undefined;
    this.#draw(of, streamTime);
  }

  /** The versions of which outcomes have come, the one that had the last one first. */
  figures(): VersionFigures[] {
    return [...this.#versions.values()].reverse().map((each) => {
      const { name, version, total, times, values } = each;
      const { n, positives } = countsOf(each);
      const missing = missingOf(n, positives);
      const auc = aucOf(each);
      const worseThanCoin = auc !== null && auc + certainErrors * standardError(auc, positives, n - positives) < 0.5;
      return { name, version, auc, n, positives, missing, worseThanCoin, total, eventTimes: times, values };
    });
  }

  #of(name: string, version: string): Version {
    const key = JSON.stringify([name, version]);
    const known = this.#versions.get(key) ?? {
      name,
      version,
      scores: new Float64Array(windowOutcomes),
      positives: new Uint8Array(windowOutcomes),
      total: 0,
      auc: null,
      times: [],
      values: [],
      stepMs: firstStepMs,
    };
    // The order of the map is that of the last outcomes.
    this.#versions.delete(key);
    this.#versions.set(key, known);
    const [oldest] = this.#versions.keys();
    if (this.#versions.size > mostVersions && oldest !== undefined) this.#versions.delete(oldest);
    return known;
  }

  /** The course has a bounded number of points: when they are too many, every second one goes and the step between them doubles. */
  #draw(of: Version, streamTime: number | undefined): void {
    const last = of.times.at(-1);
    if (streamTime === undefined || (last !== undefined && streamTime < last + of.stepMs)) return;
    const value = aucOf(of);
    if (value === null) return;
    of.times.push(streamTime);
    of.values.push(value);
    if (of.times.length <= coursePoints) return;
    of.times = of.times.filter((_, i) => i % 2 === 0);
    of.values = of.values.filter((_, i) => i % 2 === 0);
    of.stepMs *= 2;
  }
}

function countsOf({ total, positives }: Version): { n: number; positives: number } {
  const n = Math.min(total, windowOutcomes);
  return { n, positives: positives.subarray(0, n).reduce((sum, each) => sum + each, 0) };
}

function missingOf(n: number, positives: number): string | null {
  if (n === 0) return 'no outcomes yet';
  return Math.min(positives, n - positives) < leastOfAClass ? 'too few of one class so far' : null;
}

function aucOf(of: Version): number | null {
  if (of.auc !== undefined) return of.auc;
  const { n, positives } = countsOf(of);
  const auc = missingOf(n, positives) === null ? exactAuc(of.scores.subarray(0, n), of.positives) : undefined;
  of.auc = auc === undefined ? null : Math.round(auc * 10_000) / 10_000;
  return of.auc;
}

/** Of an AUC, by Hanley and McNeil (Radiology 143, 1982). */
function standardError(auc: number, positives: number, negatives: number): number {
  const [ofPositives, ofNegatives] = [auc / (2 - auc) - auc ** 2, (2 * auc ** 2) / (1 + auc) - auc ** 2];
  const variance =
    (auc * (1 - auc) + (positives - 1) * ofPositives + (negatives - 1) * ofNegatives) / (positives * negatives);
  return Math.sqrt(Math.max(0, variance));
}
