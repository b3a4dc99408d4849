import type { ScorerStatus } from '#shared/monitoring';
import { BoardHost } from './board-host.js';
import type { DashboardDefinition, DeadLetterNote, Listener, PredictionFields } from './definition.js';
import { EventClock } from './event-clock.js';
import { LatencyWindow } from './latency-window.js';
import { Moments } from './moments.js';
import { type Awaited, OutcomeJoin, type Settled } from './outcome-join.js';
import type { About, DeadLetter, Row, ServingModel, Snapshot, Summary } from './page/snapshot.js';
import { QualityCourse } from './quality-course.js';
import { Recent } from './recent.js';
import { RecentReasons } from './recent-reasons.js';
import { RowFormat } from './rows.js';
import { ScoreDistribution } from './score-distribution.js';
import { ScorerPulse } from './scorer-pulse.js';
import { Scorers } from './scorers.js';
import { SecondsCounter } from './seconds-counter.js';
import { type VersionFigures, VersionQuality } from './version-quality.js';
import type { Vitals } from './vitals.js';

const seriesSeconds = 300;
const rateWindowSeconds = 5;
const latencyWindowSeconds = 60;

/** What a view knows of what may be wrong. */
type ViewVitals = Pick<
  Vitals,
  | 'unreadSeconds'
  | 'readPerSecond'
  | 'scoredPerSecond'
  | 'unscoredSeconds'
  | 'scoringForSeconds'
  | 'latencySeconds'
  | 'scoringSeconds'
  | 'modelSeconds'
  | 'lateShare'
  | 'deadLetters'
>;

/** What is so in each of the last seconds is no hiccup. */
const vitalSeconds = 5;

/** What a view keeps at most. */
const limits = {
  pending: 200_000,
  records: 5_000,
  latest: 50,
  settled: 50,
  deadLetters: 3,
  moments: 8,
  summaryMoments: 3,
  scores: 5_000,
  coursePoints: 240,
} as const;

/**
 * The state of a demo's page: told of every record (20,000 a second are fine), asked for a snapshot now and then.
 * Everything it keeps is bounded; text is formatted at snapshot time, and only for the rows shown.
 */
export class LiveView<P extends PredictionFields, O> {
  /** Where the board's browser part lies in the source tree. */
  readonly boardFolder: URL | undefined;
  readonly #now: () => number;
  readonly #isPositive: (outcome: O) => boolean;
  readonly #counts: (outcome: O) => boolean;
  readonly #about: About;
  readonly #join: OutcomeJoin<P, O>;
  readonly #rows: RowFormat<P, O>;
  readonly #input = new SecondsCounter(seriesSeconds);
  readonly #scored = new SecondsCounter(seriesSeconds);
  readonly #latency = new LatencyWindow(latencyWindowSeconds, seriesSeconds);
  readonly #scores: ScoreDistribution;
  readonly #quality: QualityCourse;
  readonly #versions = new VersionQuality();
  readonly #pulse = new ScorerPulse();
  readonly #reasons = new RecentReasons();
  readonly #clock = new EventClock();
  readonly #scorers = new Scorers();
  readonly #latest = new Recent<{ prediction: P; awaited: Awaited<P, O> }>(limits.latest);
  readonly #settled = new Recent<{ prediction: P; awaited: Awaited<P, O> }>(limits.settled);
  readonly #deadLetters = new Recent<DeadLetter>(limits.deadLetters);
  readonly #moments: Moments;
  readonly #board: BoardHost<P, O> | undefined;
  readonly #totals = { input: 0, scored: 0, deadLettered: 0, outcomes: 0, leftOut: null as number | null };
  #latencyKnown = false;
  #lastModel: { name: string; version: string } | undefined;

  constructor(definition: DashboardDefinition<P, O>, options: { now?: () => number } = {}) {
    this.#now = options.now ?? Date.now;
    this.#isPositive = (outcome) => definition.outcome.positive(outcome);
    this.#counts = (outcome) => definition.outcome.counts?.(outcome) ?? true;
    const scoreRange = definition.scoreRange ?? [0, 1];
    this.#about = {
      title: definition.title,
      subtitle: definition.subtitle,
      eventTimeZone: definition.eventTimeZone,
      positive: definition.positive,
      negative: definition.negative,
      threshold: definition.threshold ?? null,
      leavesOut: definition.leavesOut ?? null,
      scoreRange,
      columns: definition.columns.map(({ header, align = 'left', wide = false }) => ({ header, align, wide })),
      hasBoard: definition.board !== undefined,
    };
    this.#join = new OutcomeJoin(definition, limits);
    this.#rows = new RowFormat(definition);
    this.#scores = new ScoreDistribution(limits.scores, 50, scoreRange);
    this.#quality = new QualityCourse(scoreRange, { points: limits.coursePoints, firstStepMs: 60_000 });
    this.boardFolder = definition.board?.page;
    this.#moments = new Moments(definition.eventTimeZone, limits.moments);
    this.#board = definition.board && new BoardHost(definition.board, (moment) => this.#moments.tell(moment));
  }

  /** The further topics whose records the board is to be told of, and how: what the page tells of is never later than its clock. */
  get listens(): readonly Listener[] {
    return (this.#board?.listens ?? []).map(({ topic, take }) => ({
      topic,
      take: (value, eventTime) => {
        this.#clock.advance(this.#second(), eventTime);
        take(value, eventTime);
      },
    }));
  }

  /** Tells of records of the main input topic; `eventTime` in milliseconds is that of the latest whose time can be trusted. */
  input(count: number, eventTime?: number): void {
    const second = this.#second();
    this.#totals.input += count;
    this.#input.add(second, count);
    if (eventTime !== undefined) this.#clock.advance(second, eventTime);
  }

  /** Tells how many units the demo's rule has left out in all. */
  leftOut(units: number): void {
    this.#totals.leftOut = units;
  }

  /** Tells of a prediction; `latencyMs` is known in paced runs only. */
  prediction(prediction: P, latencyMs?: number): void {
    const second = this.#second();
    this.#totals.scored++;
    this.#scored.add(second, 1);
    this.#clock.advance(second, prediction.eventTime);
    if (latencyMs !== undefined) {
      this.#latency.add(second, latencyMs);
      this.#latencyKnown = true;
    }
    const { awaited, settled } = this.#join.prediction(prediction);
    if (Number.isFinite(prediction.score)) this.#scores.add(prediction.score, awaited.positive === true);
    this.#latest.push({ prediction, awaited });
    if (this.#lastModel?.name !== prediction.modelName || this.#lastModel.version !== prediction.modelVersion) {
      this.#lastModel = { name: prediction.modelName, version: prediction.modelVersion };
    }
    if (settled !== undefined) this.#settle(settled);
    this.#board?.prediction(prediction);
  }

  /**
   * Tells of a true outcome; `firstLap` is false in later laps over the same data, which count for that of a version of late
   * alone. Outcomes may come when there is no input any more: time goes on with them.
   */
  outcome(outcome: O, firstLap = true, eventTime?: number): void {
    this.#totals.outcomes++;
    if (eventTime !== undefined) this.#clock.advance(this.#second(), eventTime);
    const ofLate = this.#counts(outcome);
    const settled = this.#join.outcome(outcome, { overall: firstLap && ofLate, ofLate });
    if (settled !== undefined) this.#settle(settled);
    this.#board?.outcome(outcome);
  }

  deadLetter(note: DeadLetterNote): void {
    this.#totals.deadLettered++;
    this.#reasons.add(note.code, this.#now());
    this.#deadLetters.push({ at: `${note.topic}-${note.partition}@${note.offset}`, reason: note.reason });
  }

  /** Takes in a scorer's heartbeat. */
  scorer(status: ScorerStatus): void {
    this.#scorers.heartbeat(status);
    this.#pulse.heartbeat(status, this.#now());
    if (status.modelPositive !== null) this.#join.alsoPositive(status.modelPositive);
  }

  /** Stream time: the highest event time seen; undefined before the first. */
  get eventTime(): number | undefined {
    return this.#clock.time;
  }

  /** The running AUC of the outcomes that count; undefined until both classes were seen. */
  get auc(): { value: number | undefined; n: number } {
    return { value: this.#quality.value, n: this.#quality.n };
  }

  /** The published version that was refused last, as the newest heartbeat says. */
  get refusal(): Vitals['refusal'] {
    return this.#scorers.model?.refusal ?? null;
  }

  /** How right each version of the model has been over its last outcomes, in all laps. */
  get versions(): { readonly window: number; readonly figures: readonly VersionFigures[] } {
    return { window: this.#versions.window, figures: this.#versions.figures() };
  }

  /** What it knows that may be a sign of something wrong. */
  get vitals(): ViewVitals {
    const now = this.#now();
    const end = Math.floor(now / 1_000) - 1;
    const since = ({ last }: SecondsCounter): number | null => (last === 0 ? null : Math.max(0, end - last));
    const p99 = this.#latency.series(end, vitalSeconds).p99.filter((each) => each !== null);
    // As fast as it can be, event time races: there it says nothing that a few records come behind it.
    const isPaced = this.#latency.recent(end) !== undefined;
    return {
      unreadSeconds: since(this.#input),
      readPerSecond: this.#input.mean(end, rateWindowSeconds) ?? null,
      scoredPerSecond: this.#scored.mean(end, rateWindowSeconds) ?? null,
      unscoredSeconds: since(this.#scored),
      scoringForSeconds: this.#scored.first === undefined ? null : Math.max(0, end - this.#scored.first),
      latencySeconds: p99.length === 0 ? null : Math.min(...p99) / 1_000,
      scoringSeconds: this.#pulse.scoringSeconds(now) ?? null,
      modelSeconds: this.#pulse.modelSeconds(now) ?? null,
      lateShare: isPaced ? (this.#pulse.lateShare(now) ?? null) : null,
      deadLetters: this.#reasons.list(now),
    };
  }

  /** What was read since the start. */
  get totals(): Snapshot['totals'] {
    return { ...this.#totals };
  }

  /** The demo in a few figures, as the overview of several shows it. */
  summary(): Summary {
    const perSecond = this.#scored.mean(Math.floor(this.#now() / 1000) - 1, rateWindowSeconds);
    return {
      title: this.#about.title,
      subtitle: this.#about.subtitle,
      scored: this.#totals.scored,
      scoredPerSecond: significant(perSecond, 4),
      deadLettered: this.#totals.deadLettered,
      auc: significant(this.#quality.shown, 4),
      outcomes: this.#quality.n,
      aucMissing: this.#quality.missing,
      moments: this.#moments.newestFirst().slice(0, limits.summaryMoments),
    };
  }

  snapshot(): Snapshot {
    const now = this.#now();
    const lastWholeSecond = Math.floor(now / 1000) - 1;
    return {
      about: { ...this.#about, threshold: this.#scorers.newest?.modelThreshold ?? this.#about.threshold },
      event: { time: this.#clock.time ?? null, speed: significant(this.#clock.speed(lastWholeSecond), 2) },
      totals: this.totals,
      rate: {
        windowSeconds: rateWindowSeconds,
        input: significant(this.#input.mean(lastWholeSecond, rateWindowSeconds), 4),
        scored: significant(this.#scored.mean(lastWholeSecond, rateWindowSeconds), 4),
        peak: this.#scored.peak,
      },
      latency: this.#latencyFigures(lastWholeSecond),
      quality: {
        auc: significant(this.#quality.shown, 4),
        n: this.#quality.n,
        missing: this.#quality.missing,
        drawnFrom: this.#quality.drawnFrom,
        eventTimes: this.#quality.eventTimes,
        values: this.#quality.values,
      },
      series: this.#series(lastWholeSecond),
      scores: {
        window: limits.scores,
        n: this.#scores.n,
        negative: this.#scores.negative,
        positive: this.#scores.positive,
      },
      latest: this.#latest.newestFirst().map((shown) => this.#row(shown)),
      settled: this.#settled.newestFirst().map((shown) => this.#row(shown)),
      deadLetters: this.#deadLetters.newestFirst(),
      scorers: this.#scorers.list(now),
      model: this.#scorers.model ?? (this.#lastModel && modelOf(this.#lastModel)) ?? null,
      // Before the moments: a board may tell of one while it is asked.
      board: this.#board?.snapshot() ?? null,
      boardFault: this.#board?.fault ?? null,
      moments: this.#moments.newestFirst(),
    };
  }

  #second(): number {
    return Math.floor(this.#now() / 1000);
  }

  #settle({ awaited, outcome, counting }: Settled<P, O>): void {
    const { score, model } = awaited;
    const positive = this.#isPositive(outcome);
    if (counting.overall) this.#quality.add(score, positive, this.#clock.time);
    if (counting.ofLate) this.#versions.add(model, score, positive, this.#clock.time);
    if (awaited.prediction !== undefined) this.#settled.push({ prediction: awaited.prediction, awaited });
  }

  #row({ prediction, awaited }: { prediction: P; awaited: Awaited<P, O> }): Row {
    return this.#rows.row(prediction, awaited);
  }

  #latencyFigures(end: number): Snapshot['latency'] {
    const figures = this.#latency.recent(end);
    const p50 = significant(figures?.p50, 3);
    const p99 = significant(figures?.p99, 3);
    const window = { windowSeconds: latencyWindowSeconds, p50, p99 };
    if (figures !== undefined) return { ...window, missing: null };
    if (this.#totals.scored === 0) return { ...window, missing: 'no prediction yet' };
    if (!this.#latencyKnown) return { ...window, missing: 'unpaced run' };
    const idle = this.#scored.last <= end - latencyWindowSeconds;
    return { ...window, missing: idle ? `nothing scored in the last ${latencyWindowSeconds} s` : 'measuring' };
  }

  #series(end: number): Snapshot['series'] {
    // Once the whole window is empty the series stands still, so that an idle page is not sent again and again.
    const active = Math.max(this.#input.last, this.#scored.last) > end - seriesSeconds;
    if (!active) return { end: 0, length: seriesSeconds, input: [], scored: [], p50: [], p99: [] };
    const { p50, p99 } = this.#latency.series(end, seriesSeconds);
    return {
      end,
      length: seriesSeconds,
      input: this.#input.series(end, seriesSeconds),
      scored: this.#scored.series(end, seriesSeconds),
      p50,
      p99,
    };
  }
}

/** What predictions alone tell of a model. */
function modelOf({ name, version }: { readonly name: string; readonly version: string }): ServingModel {
  return { name, version, sha256: null, since: null, refusal: null, challenger: null, unknown: [] };
}

/** Rounds to so many significant digits: the page shows no more, and the line carries less. */
function significant(value: number | undefined, digits: number): number | null {
  return value === undefined ? null : Number(value.toPrecision(digits));
}
