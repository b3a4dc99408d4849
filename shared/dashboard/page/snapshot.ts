import type { ControlView } from './control-state.js';
import type { Signal, Signals } from './signal-state.js';

/** What the server sends and the page draws: plain JSON, complete each time, so that a missed one costs nothing. */
export interface PageState {
  /** Changes with the page's own files: an open page of an older build loads itself anew. */
  readonly build: string;
  /** The demo's name. */
  readonly name: string;
  /** Changes when the demo has begun anew, and an open page with it; null where nobody knows. */
  readonly run: string | null;
  /** All demos on this server, this one among them; none where it is alone. */
  readonly siblings: readonly Sibling[];
  /** The views that there are beside the live one. */
  readonly parts: readonly PartName[];
  /** By which the form of the board asks; null where there is none. */
  readonly askToken: string | null;
  readonly controls: Controls;
  /** How the demo is being played; null where nobody knows. */
  readonly control: ControlView | null;
  /** What is wrong, and what is looked at; null where nobody looks. */
  readonly signals: Signals | null;
  readonly ready: Readiness;
  /** Where things are, in the order to show them. */
  readonly facts: Readonly<Record<string, string>>;
  readonly snapshot: Snapshot;
}

/** By which token the page may change things; or, in a sentence, why it may not. */
export type Controls = { readonly token: string } | { readonly off: string };

/** The views of a page beside the live one, in the order to show them. */
export const partNames = ['pipeline', 'records', 'model', 'faults'] as const;

export type PartName = (typeof partNames)[number];

/** Whether everything is at work, and if not, why. */
export interface Readiness {
  readonly ready: boolean;
  readonly reason: string;
}

export interface Sibling {
  readonly name: string;
  readonly title: string;
}

/** What the server sends to the overview of several demos. */
export interface OverviewState {
  readonly build: string;
  readonly demos: readonly DemoSummary[];
}

export interface DemoSummary extends Summary, Sibling {
  readonly ready: Readiness;
  /** The newest of what is wrong; null where nothing is, or nobody looks. */
  readonly signal: Signal | null;
}

/** A demo in a few figures; what is not known is null. */
export interface Summary {
  readonly title: string;
  readonly subtitle: string;
  readonly scored: number;
  readonly scoredPerSecond: number | null;
  readonly deadLettered: number;
  readonly auc: number | null;
  /** How many outcomes that is from. */
  readonly outcomes: number;
  /** Why there is no AUC; null where there is one. */
  readonly aucMissing: string | null;
  /** The last few, newest first. */
  readonly moments: readonly ShownMoment[];
}

/** Figures that are not known are null, never 0. Times are milliseconds since 1970 unless a name says otherwise. */
export interface Snapshot {
  readonly about: About;
  readonly event: {
    /** The highest event time seen. */
    readonly time: number | null;
    /** Seconds of event time that pass in a second; null while nothing moves. */
    readonly speed: number | null;
  };
  readonly totals: {
    readonly input: number;
    readonly scored: number;
    readonly deadLettered: number;
    readonly outcomes: number;
    /** What the demo's rule does not score; null where nobody knows. */
    readonly leftOut: number | null;
  };
  /** Records a second over the last `windowSeconds`; null before the first whole second. */
  readonly rate: {
    readonly windowSeconds: number;
    readonly input: number | null;
    readonly scored: number | null;
    /** The best whole second since the start. */
    readonly peak: number;
  };
  readonly latency: {
    readonly windowSeconds: number;
    readonly p50: number | null;
    readonly p99: number | null;
    /** Why there is no figure; null where there is one. */
    readonly missing: string | null;
  };
  readonly quality: {
    readonly auc: number | null;
    readonly n: number;
    readonly missing: string | null;
    /** From how many outcomes on the course is drawn. */
    readonly drawnFrom: number;
    /** The course of the AUC over event time. */
    readonly eventTimes: readonly number[];
    readonly values: readonly number[];
  };
  /** One value a second, oldest first, up to and including the second `end` (Unix seconds). */
  readonly series: {
    readonly end: number;
    readonly length: number;
    readonly input: readonly (number | null)[];
    readonly scored: readonly (number | null)[];
    readonly p50: readonly (number | null)[];
    readonly p99: readonly (number | null)[];
  };
  /** How many of the last `window` scores fall into each bin of `about.scoreRange`. */
  readonly scores: {
    readonly window: number;
    readonly n: number;
    readonly negative: readonly number[];
    readonly positive: readonly number[];
  };
  readonly latest: readonly Row[];
  readonly settled: readonly Row[];
  readonly deadLetters: readonly DeadLetter[];
  readonly scorers: readonly Scorer[];
  readonly model: ServingModel | null;
  /** What the demo's own board draws; null where there is none, or where it cannot say. */
  readonly board: unknown;
  /** What went wrong in the board's code last; null while nothing has. */
  readonly boardFault: string | null;
  /** What a watcher should look at, newest first. */
  readonly moments: readonly ShownMoment[];
}

/** Something that has happened, as the board tells of it. */
export interface ShownMoment {
  /** Counts from 1 over the whole run. */
  readonly number: number;
  /** Event time in the demo's zone. */
  readonly time: string;
  readonly text: string;
  readonly tone: Tone;
  /** What it happened to: elements with this `data-place` are lit up; null where it has no place. */
  readonly place: string | null;
}

/** How something is meant: by a colour and a sign. */
export type Tone = 'alarm' | 'good' | 'news';

export interface About {
  readonly title: string;
  readonly subtitle: string;
  readonly eventTimeZone: string;
  readonly positive: string;
  readonly negative: string;
  readonly threshold: number | null;
  /** What the demo's rule does not score, in words; null where it scores all. */
  readonly leavesOut: string | null;
  readonly scoreRange: readonly [number, number];
  readonly columns: readonly { readonly header: string; readonly align: 'left' | 'right'; readonly wide: boolean }[];
  /** Whether `board/board.js` and `board/board.css` are there. */
  readonly hasBoard: boolean;
}

/** A prediction, and its outcome once that is known. */
export interface Row {
  /** By which the record can be followed. */
  readonly id: string;
  readonly time: string;
  readonly cells: readonly string[];
  readonly score: number;
  readonly decision: string | null;
  /** Whether the decision is the positive one; null where the model decides nothing. */
  readonly positive: boolean | null;
  readonly outcome: string | null;
  readonly right: boolean | null;
}

/** The model that serves, as the newest heartbeat says. */
export interface ServingModel {
  readonly name: string;
  readonly version: string;
  readonly sha256: string | null;
  /** Milliseconds since 1970. */
  readonly since: number | null;
  /** The published version that was refused last, until another one is taken. */
  readonly refusal: {
    readonly model: string;
    readonly role: string;
    readonly message: string;
    readonly at: number;
  } | null;
  /** The model that scores beside it, of all scorers together. */
  readonly challenger: {
    readonly model: string;
    readonly compared: number;
    readonly disagreed: number;
    readonly meanDifference: number;
    readonly failed: number;
    readonly skipped: number;
  } | null;
  /** Inputs with values that it was not trained on, and how many were seen by all scorers. */
  readonly unknown: readonly { readonly input: string; readonly count: number }[];
}

export interface DeadLetter {
  readonly at: string;
  readonly reason: string;
}

export interface Scorer {
  readonly instance: string;
  readonly state: string;
  /** For how many whole seconds no heartbeat came; null while they come. */
  readonly silentSeconds: number | null;
  readonly recordsPerSecond: number;
  readonly scoredTotal: number;
  readonly partitions: number;
  readonly model: string;
  readonly guarantee: string;
}
