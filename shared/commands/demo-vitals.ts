import type { ModelState, Vitals } from '#shared/dashboard';
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
  readonly now: number;
}

type KnownElsewhere =
  | 'now'
  | 'clusterSilentSince'
  | 'scorers'
  | 'waiting'
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
  #wereAtWork = false;

  of({ view, watch, cluster, model, reported, refusal, now }: KnownOfVitals): Vitals {
    const { drift, monitor } = model;
    return {
      ...view.vitals,
      now,
      clusterSilentSince: cluster.silentSince ?? null,
      waiting: cluster.waiting ?? null,
      scorers: this.#scorers(watch, now),
      serving: servingOf(model, reported),
      refusal,
      drift: drift && {
        rows: drift.recentRows,
        inputs: drift.inputs.map(({ name, state, recent }) => ({
          name,
          drifts: driftsNow(state, recent, drift.marks),
        })),
      },
      delivery: this.#delivery(model, now),
      monitor,
    };
  }

  #scorers({ heardScorers, scorers }: KnownOfVitals['watch'], now: number): Vitals['scorers'] {
    const atWork = heardScorers.filter(({ state }) => state === 'RUNNING').length;
    this.#wereAtWork ||= atWork > 0;
    // Where another one has come in its place, nobody misses it.
    const missing = this.#leastAway.rise(-atWork, now);
    const ended = missing === 0 ? [] : [...scorers.values()].filter(({ status }) => !heardScorers.includes(status));
    return {
      atWork,
      waiting: heardScorers.length - atWork,
      silent: ended.flatMap(({ status: { state, instance } }) => (state === 'NOT_RUNNING' ? [] : [instance])),
      wereAtWork: this.#wereAtWork,
    };
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

/** A window keeps a drift for long after it is over: that the newest rows are as trained is said by saying nothing. */
function driftsNow(
  state: 'drifted' | 'drifting' | 'moved' | 'as trained' | 'unknown',
  recent: number | null,
  [, another]: readonly [number, number],
): boolean {
  return state === 'drifting' || (state === 'drifted' && (recent === null || recent > another));
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
