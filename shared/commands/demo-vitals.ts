import type { ControlView, ModelState, Vitals } from '#shared/dashboard';
import { RecentGrowth } from './recent-growth.js';
import { RecentMinimum } from './recent-minimum.js';
import type { Reported } from './report-watch.js';
import type { RunWatch } from './run-watch.js';

type Delivery = NonNullable<Vitals['delivery']>;

/** What is known of a demo, from the parts that know it. */
export interface KnownOfVitals {
  readonly view: { readonly vitals: Omit<Vitals, KnownElsewhere> };
  readonly watch: Pick<RunWatch<unknown, never, unknown>, 'heardScorers' | 'scorers'>;
  readonly cluster: {
    readonly silentSince: number | undefined;
    /** Records that wait for the scorers. */
    readonly waiting: number | undefined;
  };
  readonly model: ModelState;
  readonly reported: Reported | undefined;
  readonly refusal: Vitals['refusal'];
  /** How the demo is being played. */
  readonly pace: Pick<ControlView, 'paused' | 'speed'>;
  readonly now: number;
}

type KnownElsewhere =
  | 'now'
  | 'paused'
  | 'clusterSilentSince'
  | 'scorers'
  | 'quietSeconds'
  | 'waiting'
  | 'waitingGrowth'
  | 'serving'
  | 'refusal'
  | 'drift'
  | 'delivery'
  | 'monitor';

/** Puts together, about once a second, what may be a sign of something wrong in a demo. */
export class DemoVitals {
  readonly #least = { missing: new RecentMinimum(), duplicate: new RecentMinimum(), altered: new RecentMinimum() };
  /** Of minus the number at work: how far that is above its least is how many are missing. */
  readonly #leastAway = new RecentMinimum();
  /** Those that were at work and have not said since that they end. */
  readonly #expected = new Set<string>();
  readonly #growth = new RecentGrowth();
  #wereAtWork = false;
  #quietSeconds = 0;
  /** Since when records wait. */
  #waitingSince: number | undefined;
  #toldAt: number | undefined;

  of({ view, watch, cluster, model, reported, refusal, pace, now }: KnownOfVitals): Vitals {
    const { drift, monitor } = model;
    const { unreadSeconds } = view.vitals;
    const quietSeconds = this.#quiet(unreadSeconds, pace, now);
    return {
      ...view.vitals,
      now,
      paused: pace.paused,
      quietSeconds,
      unscoredSeconds: this.#unscored(view.vitals.unscoredSeconds, cluster.waiting, now),
      clusterSilentSince: cluster.silentSince ?? null,
      waiting: cluster.waiting ?? null,
      waitingGrowth: this.#growth.of(cluster.waiting, now),
      scorers: this.#scorers(watch, now),
      serving: servingOf(model, reported),
      refusal,
      drift: drift && {
        rows: drift.recentRows,
        inputs: drift.inputs.map(({ name, state }) => ({ name, drifts: state === 'drifted' || state === 'drifting' })),
      },
      delivery: this.#delivery(model, now),
      monitor,
    };
  }

  #scorers({ heardScorers, scorers }: KnownOfVitals['watch'], now: number): Vitals['scorers'] {
    const atWork = heardScorers.filter(({ state }) => state === 'RUNNING').length;
    this.#wereAtWork ||= atWork > 0;
    this.#takeLeave(scorers);
    // Where another one has come in its place, nobody misses it.
    const missing = this.#leastAway.rise(-atWork, now);
    const silent = [...scorers.values()]
      .filter(({ status }) => !heardScorers.includes(status) && status.state !== 'NOT_RUNNING')
      .toSorted((one, other) => other.readAt - one.readAt)
      .slice(0, missing);
    return {
      atWork,
      waiting: heardScorers.length - atWork,
      silent: silent.map(({ status }) => status.instance),
      wereAtWork: this.#wereAtWork,
    };
  }

  /** Whoever says that it ends is one less from then on: it is not to be missed once another one falls silent. */
  #takeLeave(scorers: KnownOfVitals['watch']['scorers']): void {
    for (const instance of this.#expected) if (!scorers.has(instance)) this.#expected.delete(instance);
    for (const {
      status: { instance, state },
    } of scorers.values()) {
      if (state === 'RUNNING') this.#expected.add(instance);
      if (state === 'NOT_RUNNING' && this.#expected.delete(instance)) this.#leastAway.raise(1);
    }
  }

  /** What has passed since it was told last, as the demo is played; a record that came in begins it anew. */
  #quiet(seconds: number | null, { paused, speed }: KnownOfVitals['pace'], now: number): number | null {
    const passed = Math.max(0, now - (this.#toldAt ?? now)) / 1_000;
    this.#toldAt = now;
    this.#quietSeconds = Math.min(seconds ?? 0, this.#quietSeconds + passed * (paused ? 0 : Math.min(1, speed)));
    return seconds === null ? null : this.#quietSeconds;
  }

  /** Where none came for long there was nothing to score: it counts from when one waits. */
  #unscored(seconds: number | null, waiting: number | undefined, now: number): number | null {
    if (waiting === undefined || waiting > 0) this.#waitingSince ??= now;
    else this.#waitingSince = undefined;
    return seconds === null ? null : Math.min(seconds, (now - (this.#waitingSince ?? now)) / 1_000);
  }

  #delivery({ delivery }: ModelState, now: number): Delivery | null {
    if (delivery.length === 0) return null;
    const rise = (of: keyof Delivery): number =>
      this.#least[of].rise(
        delivery.reduce((sum, each) => sum + each[of], 0),
        now,
      );
    return { missing: rise('missing'), duplicate: rise('duplicate'), altered: rise('altered') };
  }
}

function servingOf({ versions }: ModelState, reported: Reported | undefined): Vitals['serving'] {
  return versions
    .filter(({ serves }) => serves > 0)
    .map(({ name, version, card, measured, reported: rolling }) => {
      const all = reported?.qualities.find(
        ({ modelName, modelVersion, window }) => modelName === name && modelVersion === version && window === 'all',
      );
      return {
        model: `${name} ${version}`,
        promised: card?.promisedAuc ?? null,
        auc: measured?.auc ?? null,
        outcomes: measured?.n ?? 0,
        worseThanCoin: measured?.worseThanCoin ?? false,
        reported: rolling && { auc: rolling.auc, labelled: rolling.labelled, aucOfAll: all?.auc ?? null },
      };
    });
}
