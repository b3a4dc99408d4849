/** What the view of the model draws. What is not known is null; times are milliseconds since 1970 unless a name says otherwise. */
export interface ModelState {
  /** What serves first, then what challenges, then what can be gone back to. */
  readonly versions: readonly ModelVersion[];
  /** Over how many outcomes of late a version is judged. */
  readonly judgedOver: number;
  /** Why the model topic is not known; null where it is. */
  readonly topicMissing: string | null;
  readonly monitor: Monitor;
  /** Of the version that serves; null before anything was counted. */
  readonly drift: Drift | null;
  /** By topic. */
  readonly delivery: readonly Delivery[];
}

export type ModelRole = 'champion' | 'challenger';

/** A version of the model that this demo has, or has had. */
export interface ModelVersion {
  readonly name: string;
  readonly version: string;
  readonly sha256: string | null;
  /** What it is to the demo by the model topic, or where nothing is published by the demo itself. */
  readonly roles: readonly ModelRole[];
  /** Of how many scorers its scores are the predictions, and beside how many it scores for comparison alone. */
  readonly serves: number;
  readonly challenges: number;
  /** How many scorers are heard of; where none is, how many were. */
  readonly scorers: number;
  /** Whether any is. */
  readonly heard: boolean;
  /** Whether it comes with the demo. */
  readonly own: boolean;
  /** Whether its files are there, so that it can be made champion, or challenger. */
  readonly publishable: boolean;
  readonly publishedAt: number | null;
  /** The roles of which a rollback goes to it. */
  readonly next: readonly ModelRole[];
  readonly refusal: {
    readonly role: string;
    readonly at: number;
    readonly by: string;
    readonly message: string;
  } | null;
  /** What its card says; null where that cannot be had. */
  readonly card: ModelCardFacts | null;
  /** How right it was over its last outcomes; null where none has come. */
  readonly measured: MeasuredQuality | null;
  /** What the monitor reports of it. */
  readonly reported: ReportedQuality | null;
  /** How it compares with what serves. */
  readonly comparison: ModelComparison | null;
}

export interface ModelCardFacts {
  readonly description: string;
  readonly tool: string | null;
  readonly algorithm: string | null;
  /** On data that it never saw. */
  readonly promisedAuc: number | null;
  /** Below this AUC of late it is called bad; null where nothing is promised. */
  readonly badBelow: number | null;
  readonly promisedOn: string | null;
  readonly promisedRows: number | null;
}

export interface MeasuredQuality {
  readonly auc: number | null;
  readonly n: number;
  /** Why there is no AUC; null where there is one. */
  readonly missing: string | null;
  /** Whether it is certain that a coin would do better. */
  readonly worseThanCoin: boolean;
  readonly eventTimes: readonly number[];
  readonly values: readonly number[];
}

export interface ReportedQuality {
  readonly labelled: number;
  readonly auc: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly calibrationError: number | null;
}

export interface ModelComparison {
  readonly compared: number;
  readonly disagreed: number;
  readonly meanDifference: number;
  readonly failed: number;
  readonly skipped: number;
}

/** How the process is that measures drift, quality and delivery. */
export interface Monitor {
  readonly state: 'off' | 'awaited' | 'at work' | 'behind' | 'silent' | 'missing';
  /** In a sentence. */
  readonly sentence: string;
}

/** How far inputs are from those that a version was trained on. */
export interface Drift {
  readonly model: string;
  readonly rows: number;
  /** Of the newest rows alone; null where they are not told of. */
  readonly recentRows: number | null;
  /** Above the first an input has moved, above the second it is another population. */
  readonly marks: readonly [number, number];
  /** Those that have drifted first, then in the order of the card, at last what moves with the season. */
  readonly inputs: readonly InputDrift[];
}

export interface InputDrift {
  readonly name: string;
  /** The population stability index over the window; null before it has enough rows. */
  readonly index: number | null;
  /** The same over the newest rows. */
  readonly recent: number | null;
  /** From which index on the newest rows are news; null where they never are. */
  readonly recentLimit: number | null;
  /** Whether the demo says that it moves with the season. */
  readonly seasonal: boolean;
  /** `drifted` by all rows of the window, `drifting` by the newest, which are as trained again where it is `over`. */
  readonly state: 'drifted' | 'drifting' | 'over' | 'moved' | 'as trained' | 'unknown';
  /** Values that the model was not trained on. */
  readonly unknown: number;
  /** What is in each bin, the share of training rows, and that of the newest rows; null where it is not told. */
  readonly bins: {
    readonly labels: readonly string[];
    readonly trained: readonly number[];
    readonly now: readonly number[];
  } | null;
}

/** How the records of a topic were delivered. */
export interface Delivery {
  readonly topic: string;
  readonly expected: number;
  readonly consumed: number;
  readonly missing: number;
  readonly duplicate: number;
  readonly altered: number;
  readonly late: number;
}
