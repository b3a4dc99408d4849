/** What the board knows. */
export interface BoardState {
  /** The picture: its size, and the land as a path. */
  readonly map: { readonly width: number; readonly height: number; readonly land: string };
  readonly airports: readonly AirportState[];
  /** Those with flights in the last hours. */
  readonly routes: readonly RouteState[];
  /** Of these the ones to worry about, the worst first. */
  readonly worst: readonly RouteState[];
  /** The last day that is final; null before the first is. */
  readonly lastDay: DayState | null;
  /** All days that are final. */
  readonly allDays: DayState | null;
}

/** Flights, and how many of them are predicted delayed. */
export interface Flights {
  readonly flights: number;
  readonly delayed: number;
}

export interface AirportState extends Flights {
  readonly airport: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** Due and not left; null where it is not known. */
  readonly queue: number | null;
  /** "62 °F, wind 14 mph from NW"; null where it is not known. */
  readonly weather: string | null;
  /** Since "13:00" or, where that was another day, "Wed 13:00", because of "queue, wind"; null where there is no alert. */
  readonly alert: { readonly since: string; readonly reasons: string } | null;
}

export interface RouteState extends Flights {
  readonly from: string;
  readonly to: string;
  readonly city: string;
  readonly x: number;
  readonly y: number;
}

export interface DayState {
  /** "Mon 7 Oct", "6 days". */
  readonly name: string;
  readonly flights: number;
  readonly right: number;
  readonly delayed: number;
  readonly warnedOf: number;
  readonly predictedDelayed: number;
}
