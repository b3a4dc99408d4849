/** What the server sends to the pipeline's tab: plain JSON, complete each time. Lengths are units of the drawing. */
export interface PipelineState {
  /** Null until a scorer has said what it runs, or where that cannot be drawn. */
  readonly drawing: PipelineDrawing | null;
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
