import type { Severity } from './signal-state.js';

/** What the server sends to the pipeline's view: plain JSON, complete each time. Lengths are units of the drawing. */
export interface PipelineState {
  /** Null until a scorer has said what it runs, or where that cannot be drawn. */
  readonly drawing: PipelineDrawing | null;
  /** Why there is no drawing; null where there is one. */
  readonly missing: string | null;
  /** The topology as the scorers describe it, which is what is drawn; empty until one says so. */
  readonly text: string;
  /** What is to be said of how it flows, the worst first. */
  readonly news: readonly PipelineNews[];
  /** By the places of `drawing.links`: records a second; null where nobody counts them. */
  readonly flows: readonly (number | null)[];
  /** Over how many seconds those are taken. */
  readonly windowSeconds: number;
  /** By the ids of the topics' boxes, of those that are read. */
  readonly waiting: Readonly<Record<string, Waiting>>;
  /** Failed records since the start, by the places of the topology's nodes; of those where any failed. */
  readonly failed: Readonly<Record<number, number>>;
  /** Seconds that a call of the model takes, by the places of the topology's nodes; of those where that is too long. */
  readonly slow: Readonly<Record<number, number>>;
  /** Records that a filter has left out by its rule, by the places of the topology's nodes. */
  readonly leftOut: Readonly<Record<number, number>>;
  /** Entries of stores, by their names; of all scorers together. */
  readonly stores: Readonly<Record<string, number>>;
  /** How many tasks of each sub-topology are at work, by its number. */
  readonly tasks: Readonly<Record<number, number>>;
  readonly deadLetters: { readonly total: number; readonly perSecond: number | null };
  readonly scorers: readonly PipelineScorer[];
}

/** How bad it is: nothing flows; too little does; it recovers; or all is well. */
export type NewsTone = Severity | 'well';

export interface PipelineNews {
  readonly tone: NewsTone;
  /** One sentence. */
  readonly sentence: string;
  /** The box that it is about. */
  readonly box: string | null;
}

/** Records of a topic that wait for the scorers. */
export interface Waiting {
  readonly records: number;
  /** By partition; null where it is not known. */
  readonly partitions: readonly (number | null)[];
  /** How many more wait each second, fewer where it is negative. */
  readonly growth: number;
  readonly isStuck: boolean;
}

/** A scorer as the picture shows it: which partitions it has. */
export interface PipelineScorer {
  readonly instance: string;
  readonly state: string;
  /** For how many whole seconds no heartbeat came; null while they come. */
  readonly silentSeconds: number | null;
  readonly recordsPerSecond: number;
  readonly has: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
}

/** The topology as a picture: it changes only with the topology. */
export interface PipelineDrawing extends Rectangle {
  readonly frames: readonly DrawnFrame[];
  readonly boxes: readonly DrawnBox[];
  readonly links: readonly DrawnLink[];
}

/** By its upper left corner. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What runs as tasks together. */
export interface DrawnFrame extends Rectangle {
  readonly subTopology: number;
  /** Whether it fills a global table, without tasks. */
  readonly isGlobal: boolean;
}

export type BoxKind = 'producer' | 'topic' | 'operators' | 'dead-letters' | 'page';

export interface DrawnBox extends Rectangle {
  readonly id: string;
  readonly kind: BoxKind;
  /** Short enough to be drawn. */
  readonly title: string;
  /** The topic's whole name; empty where it is none. */
  readonly topic: string;
  /** Whether the topology writes and reads the topic itself. */
  readonly isInternal: boolean;
  readonly subTopology: number | null;
  /** Of operators, in the order in which a record passes them. */
  readonly steps: readonly DrawnStep[];
  /** Names of the stores that hang at it. */
  readonly stores: readonly string[];
}

export interface DrawnStep {
  readonly words: string;
  /** Its name in the topology. */
  readonly name: string;
  /** Its place among the nodes of the topology's text. */
  readonly node: number;
}

export interface DrawnLink {
  readonly from: string;
  readonly to: string;
  readonly kind: 'flow' | 'store' | 'dead-letters';
  /** The `d` of an SVG path. */
  readonly path: string;
  /** Where a figure stands above the line, centred; null where none belongs. */
  readonly label: { readonly x: number; readonly y: number } | null;
  /** Places among the edges of the topology's text of what goes this way. */
  readonly edges: readonly number[];
}
