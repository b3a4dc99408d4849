/** Something that is wrong, by what the page knows, under the name of the alert that says the same. */
export interface Signal {
  /** As in grafana/prometheus/rules. */
  readonly alert: string;
  readonly severity: Severity;
  /** Where it is seen: the `data-place` of a panel. */
  readonly place: string;
  /** What is wrong, in a sentence. */
  readonly sentence: string;
  /** Milliseconds since 1970, by the server's clock. */
  readonly since: number;
}

export type Severity = 'note' | 'warning' | 'critical';

/** What was wrong, and is over. */
export interface PastSignal extends Signal {
  readonly until: number;
}

/** What is not as it should be yet after something that is over; worth no alert. */
export interface Recovery {
  readonly sentence: string;
  readonly place: string;
  readonly since: number;
}

/** Something that is looked at all the time, and how it is. */
export interface Check {
  readonly name: string;
  /** Where more of it is seen: the `data-place` of a panel. */
  readonly place: string;
  /** `affected`: not as it should be, by what is said already or in a way that is no alarm; `unknown`: not measured now. */
  readonly state: 'well' | 'wrong' | 'affected' | 'unknown';
  /** The figure, in few words; of what is not measured now, the last one and how old it is. */
  readonly figure: string;
  /** What it is, and from where on it is too much: a sentence or two. */
  readonly about: string;
}

/** What the page makes of all that it knows. */
export interface Signals {
  /** The newest cause first; what follows from one is left out. None, and no recovery: all is well, as far as is known. */
  readonly signals: readonly Signal[];
  readonly recovery: Recovery | null;
  readonly checks: readonly Check[];
  /** Of the last quarter of an hour, the newest first. */
  readonly past: readonly PastSignal[];
  /** When the last news came, while none can come: without a broker or a scorer; null while they can. */
  readonly staleSince: number | null;
  /** How right the version that serves is, and below what it is called bad; null where that is not known. */
  readonly quality: QualityLimit | null;
}

/** An AUC and its limit. */
export interface QualityLimit {
  readonly model: string;
  /** Over its last outcomes; null before there are enough. */
  readonly auc: number | null;
  /** What its card promises. */
  readonly promised: number;
  readonly badBelow: number;
}
