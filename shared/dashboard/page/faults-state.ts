/** What the view of the faults draws. */
export interface FaultsState {
  /** Why none can be switched on this cluster; null where they can. */
  readonly missing: string | null;
  /** How long it takes in this demo until one is seen, in a sentence; null where that is soon. */
  readonly patience: string | null;
  readonly faults: readonly FaultView[];
}

export interface FaultView {
  readonly name: string;
  readonly title: string;
  /** What happens while it is on. */
  readonly sentence: string;
  /** The `data-place` of the panel that shows it first. */
  readonly panel: string;
  readonly alert: string;
  /** Where that alert does not come, in a sentence; null where it always does. */
  readonly unless: string | null;
  /** Alerts that may come beside it. */
  readonly also: readonly string[];
  readonly recovers: string;
  readonly exactness: string;
  /** Why it cannot be switched here; null where it can. */
  readonly unavailable: string | null;
  /** What was asked for last. */
  readonly on: boolean;
  /** Who switched it, `page`, `command` or `another demo`; null where nobody has. */
  readonly by: string | null;
  /** Seconds since it was asked for; null where it was not. */
  readonly askedFor: number | null;
  /** Seconds until it ends by itself; null where it does not, or is off. */
  readonly endsIn: number | null;
  /** What has to take it up, in the singular. */
  readonly part: string;
  /** How many of them are heard of, and how many have taken up what was asked for. */
  readonly parts: number;
  readonly taken: number;
}
