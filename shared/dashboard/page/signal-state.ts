/** Something that is wrong, by what the page knows, under the name of the alert that says the same. */
export interface Signal {
  /** As in grafana/prometheus/rules. */
  readonly alert: string;
  readonly severity: 'note' | 'warning' | 'critical';
  /** Where it is seen: the `data-place` of a panel. */
  readonly place: string;
  /** What is wrong, in a sentence. */
  readonly sentence: string;
  /** Milliseconds since 1970, by the server's clock. */
  readonly since: number;
}

/** Something that is looked at all the time, and how it is. */
export interface Check {
  readonly name: string;
  /** Where more of it is seen: the `data-place` of a panel. */
  readonly place: string;
  readonly state: 'well' | 'wrong' | 'unknown';
  /** The figure, in few words. */
  readonly figure: string;
}

/** What the page makes of all that it knows. */
export interface Signals {
  /** The newest cause first; what follows from one is left out. None: all is well, as far as is known. */
  readonly signals: readonly Signal[];
  readonly checks: readonly Check[];
}
