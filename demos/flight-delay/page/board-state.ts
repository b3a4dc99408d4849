/** What the board knows of each airport. */
export interface BoardState {
  readonly airports: readonly AirportState[];
}

export interface AirportState {
  readonly airport: string;
  readonly name: string;
  /** Of the last predictions of flights from here. */
  readonly predicted: number;
  readonly delayed: number;
}
