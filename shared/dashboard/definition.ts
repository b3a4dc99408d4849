/** What a demo says about its page; P is the prediction record and O the outcome record as they are on the topics. */
export interface DashboardDefinition<P, O> {
  readonly title: string;
  /** One sentence. */
  readonly subtitle: string;
  /** IANA name of the zone in which event times are shown. */
  readonly eventTimeZone: string;
  /** The label of the positive decision, such as 'delayed'. */
  readonly positive: string;
  readonly negative: string;
  /** Drawn in the score distribution; usually the model's own. */
  readonly threshold?: number;
  /** Where scores lie; [0, 1] unless said. Scores beyond count as the nearer end. */
  readonly scoreRange?: readonly [number, number];
  /** The demo's own columns of the predictions' tables. */
  readonly columns: readonly Column<P>[];
  readonly outcome: {
    id(outcome: O): string;
    positive(outcome: O): boolean;
    /** What is shown beside the prediction, such as '+32 min'. */
    text(outcome: O): string;
  };
}

export interface Column<P> {
  readonly header: string;
  readonly align?: 'left' | 'right';
  /** Room for several words. */
  readonly wide?: boolean;
  cell(prediction: P): string;
}

/** The fields that every prediction has; times in milliseconds since 1970. */
export interface PredictionFields {
  readonly id: string;
  readonly eventTime: number;
  readonly score: number;
  readonly decision: string | null;
  readonly modelName: string;
  readonly modelVersion: string;
  readonly scoredAt: number;
}

/** A record that could not be scored: where it lies, and why. */
export interface DeadLetterNote {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly reason: string;
}
