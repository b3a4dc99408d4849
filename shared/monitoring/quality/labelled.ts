/** What a model said of a unit. */
export interface Said {
  readonly modelName: string;
  readonly modelVersion: string;
  readonly score: number;
  /** Null where the model decides nothing. */
  readonly decision: string | null;
}

/** A prediction, as far as its quality is concerned. */
export interface JudgedPrediction extends Said {
  /** Milliseconds since 1970. */
  readonly eventTime: number;
  /** What a second model said of the same unit, where predictions carry it. */
  readonly challenger?: Said | null;
}

/** A score with what became of the unit. */
export interface Labelled {
  readonly score: number;
  /** Whether it was decided positively; null where the model decides nothing. */
  readonly saidPositive: boolean | null;
  readonly wasPositive: boolean;
}

/** What became of a unit. */
export interface KnownOutcome {
  readonly positive: boolean;
  /** Whether it is of the first lap through the data. */
  readonly firstLap: boolean;
  /** Whether it counts for the quality. */
  readonly counts: boolean;
}

/** One side of a unit: what was said of it, the champion first, or what became of it. */
export type Side = { readonly said: readonly Said[] } | { readonly known: KnownOutcome };
