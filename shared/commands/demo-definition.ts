import type { DashboardDefinition, PredictionFields } from '#shared/dashboard';
import type { DriftWindow, ScoredUnit } from '#shared/monitoring';
import type { Topic } from '#shared/schema';
import type { Scorer, StreamsBuilder } from '#shared/streams';

/** One lap through a demo's data. */
export interface LapOptions {
  /** From 1; later laps are new ids at later times. */
  readonly lap: number;
  /** Most records of the main input; what belongs to them, such as their outcomes, comes nevertheless. */
  readonly limit: number;
  /** For whatever is random. */
  readonly seed: number;
}

/** A record that a demo produces. */
export interface DemoRecord {
  readonly topic: Topic<unknown>;
  readonly key: string;
  /** Null deletes the key: a tombstone. */
  readonly value: unknown;
  /** Milliseconds since the epoch: becomes the record's timestamp. */
  readonly eventTime: number;
}

/** A record whose value is checked against its topic's type. */
export function demoRecord<V>(topic: Topic<V>, key: string, value: V | null, eventTime: number): DemoRecord {
  return { topic, key, value, eventTime };
}

/** What a demo is, as far as its producer and its scorer need to know. */
export interface DemoBasics {
  /** The prefix of its topics: `flight-delay`. */
  readonly name: string;
  /** `import.meta.url` of its `demo.ts`: the program that its scorer is started with. */
  readonly module: string;
  readonly topics: {
    readonly input: Topic<unknown>;
    readonly predictions: Topic<unknown>;
    readonly outcomes: Topic<unknown>;
  };
  /** What else it produces, for its scorer to know. */
  readonly alsoProduces?: readonly Topic<unknown>[];
  /** What else its scorer writes: alerts, offers, alarms. */
  readonly alsoWrites?: readonly Topic<unknown>[];
  /** The model folder that is served where nothing else is asked for. */
  readonly modelFolder: URL;
  /** A model that scores beside it, where no other one was published; its votes come with each prediction. */
  readonly challengerFolder?: URL;
  /** Whether its predictions say why: the model is asked for reasons. */
  readonly explains?: boolean;
  readonly buildTopology: (builder: StreamsBuilder, model: Scorer<object>) => void;
  readonly produce: (options: LapOptions) => Iterable<DemoRecord>;
  /** What the faults of its producer are like, where they are switched on. */
  readonly faults?: ProducerFaultsDefinition;
  /** Milliseconds of event time that pass in a millisecond, where no rate is asked for. */
  readonly eventTimeSpeed: number;
  /** The same for people: "an hour passes each second". */
  readonly paceInWords: string;
}

/** What a demo says of the faults that its producer obeys. */
export interface ProducerFaultsDefinition {
  readonly drift: {
    /** The input of the model that moves; others may with it. */
    readonly input: string;
    /** What has happened, for people: one sentence. */
    readonly words: string;
    /** How the records of a topic are changed. */
    readonly shifts: readonly Shift[];
  };
  /** How long it takes at the demo's own pace until a fault is seen, where that is long: for people, in a sentence. */
  readonly patience?: string;
  /** Whether a main record of this event time may be held back; all may unless said. */
  readonly mayBeLate?: (eventTime: number) => boolean;
}

/** What a fault changes of the values of one topic. */
export interface Shift {
  readonly topic: Topic<unknown>;
  readonly shift: (value: unknown) => unknown;
}

/** A shift whose values are checked against the topic's type. */
export function shiftOf<V>(topic: Topic<V>, shift: (value: V) => V): Shift {
  // What a demo produces for the topic has the topic's type: demoRecord.
  return { topic, shift: (value) => shift(value as V) };
}

/** A demo: I is its main input, P its predictions, O its outcomes. The roles are the same for every demo. */
export interface DemoDefinition<I, P extends PredictionFields, O> extends DemoBasics {
  readonly topics: {
    readonly input: Topic<I>;
    readonly predictions: Topic<P>;
    readonly outcomes: Topic<O>;
  };
  readonly scoredUnit: ScoredUnit<I>;
  readonly dashboard: DashboardDefinition<P, O>;
  /** Over which rows drift is measured, where others than 2,000, from 500 on, and of which inputs it is no news. */
  readonly drift?: DriftDefinition;
  /** The way in for its page's form: request and reply over its topics. */
  readonly ask?: AskDefinition<I>;
}

/** How a demo's inputs drift. */
interface DriftDefinition extends DriftWindow {
  /** Inputs that move with the season, or with the days of a week, of which the data cover a part: shown, and no alert. */
  readonly seasonal?: readonly string[];
  /**
   * By input: the largest index of a thousand rows in a row that are as they should be, where that is above .15. They are of
   * some hours alone, and what goes round with the day, or the week, is in them with a part.
   */
  readonly swings?: Readonly<Record<string, number>>;
}

/** What a form sends becomes an input like any other, and the prediction of it the reply. */
export interface AskDefinition<I> {
  /**
   * Makes an input of what was sent, with this id and this event time, by which its prediction is known.
   * @throws KitError 'usage' in a sentence for whoever filled in the form.
   */
  parse(body: unknown, at: { readonly id: string; readonly eventTime: number }): I;
  /** The key of the input's record. */
  key(input: I): string;
}

/** One of several demos, where it does not matter what its records are. */
export type AnyDemo = DemoDefinition<unknown, PredictionFields, unknown>;

const defined = new WeakSet<object>();

/** A demo's definition, its types checked against each other. */
export function defineDemo<I, P extends PredictionFields, O>(
  definition: DemoDefinition<I, P, O>,
): DemoDefinition<I, P, O> {
  defined.add(definition);
  return definition;
}

/** Whether something, as what a module exports, was made by `defineDemo`. */
export function isDemo(value: unknown): value is AnyDemo {
  return typeof value === 'object' && value !== null && defined.has(value);
}

/** What a demo's producer writes to. */
export function producedTopics({ topics, alsoProduces = [] }: DemoBasics): readonly Topic<unknown>[] {
  return [topics.input, topics.outcomes, ...alsoProduces];
}

/** Topics that every demo has beside its own: names without namespace. */
export function companionTopics(demo: string): { deadLetters: { name: string }; status: { name: string } } {
  return { deadLetters: { name: `${demo}.dead-letters` }, status: { name: `${demo}.status` } };
}
