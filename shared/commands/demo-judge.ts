import {
  type ControlView,
  type LiveView,
  type ModelState,
  type PredictionFields,
  SignalBoard,
} from '#shared/dashboard';
import type { ModelCard, Role } from '#shared/scoring';
import type { ClusterWatch } from './cluster-watch.js';
import { DemoVitals } from './demo-vitals.js';
import { modelState } from './model-part.js';
import type { ModelWatch } from './model-watch.js';
import type { ReportWatch } from './report-watch.js';
import type { RunWatch } from './run-watch.js';

/** What knows of a demo at work. */
interface Known<P extends PredictionFields, O> {
  readonly view: LiveView<P, O>;
  readonly watch: RunWatch<unknown, P, O>;
  /** Undefined where it is not monitored. */
  readonly reports: ReportWatch | undefined;
  readonly models: ModelWatch;
  /** The models that come with the demo. */
  readonly own: Readonly<Partial<Record<Role, ModelCard>>>;
  /** The scorers' group. */
  readonly group: string;
  /** How it is being played. */
  readonly pace: () => Pick<ControlView, 'paused' | 'speed'>;
}

/** Judges a demo for its page: the state of its models, and whether anything is wrong. */
export class DemoJudge<P extends PredictionFields, O> {
  readonly #known: Known<P, O>;
  readonly #vitals = new DemoVitals();
  readonly #board = new SignalBoard();

  constructor(known: Known<P, O>) {
    this.#known = known;
  }

  get signals(): SignalBoard['current'] {
    return this.#board.current;
  }

  /** What the view of the model draws, of this moment. */
  model(): ModelState {
    const { view, watch, reports, models, own } = this.#known;
    const scorers = watch.knownScorers;
    return modelState({
      published: models,
      own,
      scorers,
      isHeard: watch.heardScorers.length > 0,
      measured: view.versions,
      reported: reports?.reported(scorers),
      scoring: (view.vitals.scoredPerSecond ?? 0) > 0,
      now: Date.now(),
    });
  }

  /** To be called about once a second: what is wrong is known by how long it has been so. */
  refresh(cluster: Pick<ClusterWatch, 'silentSince' | 'waitingFor'>): void {
    const { view, watch, reports, group, pace } = this.#known;
    this.#board.update(
      this.#vitals.of({
        view,
        watch,
        cluster: { silentSince: cluster.silentSince, waiting: cluster.waitingFor(group) },
        model: this.model(),
        reported: reports?.reported(watch.knownScorers),
        refusal: view.refusal,
        pace: pace(),
        now: Date.now(),
      }),
    );
  }
}
