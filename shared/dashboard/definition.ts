import type { Topic } from '#shared/schema';

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
    /** Whether it counts for the model's quality; every one of the first lap does unless said. */
    counts?(outcome: O): boolean;
  };
  /** Why less is scored than is read: what the demo's rule leaves out, such as 'cancelled flights'; absent where it scores all. */
  readonly leavesOut?: string;
  /** Where its story has its moments, in their order: one can hurry there. */
  readonly story?: readonly StoryMoment[];
  /** The demo's own part of the page. */
  readonly board?: BoardDefinition<P, O>;
}

/** A moment of a demo's story. */
export interface StoryMoment {
  /** A few words: when, and what happens. */
  readonly label: string;
  /** A little before it, in a lap: event time, milliseconds since 1970. */
  readonly at: (lap: number) => number;
}

/**
 * When a moment comes that a producer has not played yet: in its lap, or in the next one where it is past.
 * @param played What the producer says of itself: its lap, and the event time of what it sent last.
 */
export function nextTime({ at }: StoryMoment, played: { readonly lap: number; readonly eventTime: number }): number {
  const time = at(played.lap);
  return time > played.eventTime ? time : at(played.lap + 1);
}

/** The part of a page that is made for its demo's subject. */
export interface BoardDefinition<P, O> {
  /** The folder of `board.ts`, which draws it in the browser, and `board.css`. */
  readonly page: URL;
  /** Makes what the board knows, empty. `tell` points the watcher at something that has just happened. */
  create(tell: (moment: Moment) => void): Board<P, O>;
}

/** What a board knows: told of every record, asked for what to draw a few times a second. All that it keeps is bounded. */
export interface Board<P, O> {
  prediction?(prediction: P): void;
  outcome?(outcome: O): void;
  /** How to take the records of further topics: `listen(alerts, (alert, eventTime) => …)`. */
  readonly listens?: readonly Listener[];
  /** JSON, complete each time; what `board.ts` draws. */
  snapshot(): unknown;
}

/** Takes the records of one topic. */
export interface Listener {
  readonly topic: Topic<unknown>;
  readonly take: (value: unknown, eventTime: number) => void;
}

/** A listener whose values are checked against the topic's type. */
export function listen<V>(topic: Topic<V>, take: (value: V, eventTime: number) => void): Listener {
  // What is read from the topic has the topic's type.
  return { topic, take: (value, eventTime) => take(value as V, eventTime) };
}

/** Something that a watcher should look at. */
export interface Moment {
  readonly eventTime: number;
  /** One sentence. */
  readonly text: string;
  readonly tone: 'alarm' | 'good' | 'news';
  /** What it happened to, as the board calls it: it is lit up there for a while. */
  readonly place?: string;
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
  /** What kind of reason it is, as the error's code has it. */
  readonly code: string;
  readonly reason: string;
}
