/** What the board knows of the network. */
export interface BoardState {
  readonly threshold: number;
  readonly cells: readonly CellState[];
  readonly openAlarms: number;
  /** Since midnight, in event time. */
  readonly alarmsToday: number;
  /** Alarms whose truth is known, and how many of them were of a fault. */
  readonly judgedAlarms: number;
  readonly rightAlarms: number;
  /** Faults that are known by now, and how many of them an alarm told of. */
  readonly knownFaults: number;
  readonly foundFaults: number;
  /** Open ones first, then those that were closed last. */
  readonly alarms: readonly AlarmState[];
}

export interface CellState {
  readonly cellId: string;
  /** Null until the cell's plan was read. */
  readonly cellType: string | null;
  /** Of its latest windows, the newest last. */
  readonly scores: readonly number[];
  readonly isAnomalous: boolean;
  /** The KPIs to blame, where an alarm is open. */
  readonly blame: readonly string[] | null;
}

export interface AlarmState {
  readonly id: string;
  readonly cellId: string;
  readonly since: number;
  readonly until: number;
  readonly isOpen: boolean;
  readonly peakScore: number;
  readonly blame: readonly string[];
  /** What was really the matter, in words; null until somebody knows. */
  readonly truth: string | null;
  readonly wasRight: boolean;
}
