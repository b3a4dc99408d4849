/** How a demo is being played, and where one can go in it: with each state of the page. Times are milliseconds since 1970. */
export interface ControlView {
  /** Why nothing can be set on this cluster; null where it can. */
  readonly missing: string | null;
  readonly paused: boolean;
  /** 1 is the pace that the run was started with. */
  readonly speed: number;
  readonly slowest: number;
  readonly fastest: number;
  /** Producers that are heard of, and how many of them play as was asked for last. */
  readonly producers: number;
  readonly obeying: number;
  /** Whether somebody would begin the demo anew, if that is asked for. */
  readonly canBeginAnew: boolean;
  /** The event time that is being hurried to; null where none is. */
  readonly hurryingTo: number | null;
  /** The moments of the demo's story, in their order. */
  readonly moments: readonly StoryPlace[];
  /** Those of the catalogue, in its order: for the keys that switch them. */
  readonly faults: readonly {
    readonly name: string;
    readonly title: string;
    /** Why it cannot be switched here; null where it can. */
    readonly unavailable: string | null;
  }[];
}

export interface StoryPlace {
  /** A few words. */
  readonly label: string;
  /** When it comes next, in event time; null as long as nobody produces. */
  readonly at: number | null;
}
