import type { Serde } from '#shared/streams';
import type { Departure, Flight } from './topics.js';

const MINUTE_MS = 60_000;
/** How far back an airport's troubles are looked for. */
const RECENT_MINUTES = 120;
/** Somebody may still ask for it: a flight is published an hour before it is due, and may leave as early as that. */
const KEPT_MINUTES = RECENT_MINUTES + 60;

/** When flights of an airport are due to leave: minutes since the epoch, in no order. */
export type DueFlights = Int32Array;
/** Flights that have left an airport, in no order: minute and delay of one after the other. */
export type DepartedFlights = Int32Array;

export const none = (): Int32Array => new Int32Array();

/** Adds a flight, which may yet be cancelled, and drops what lies far from it, in the past or, as a run may begin anew, ahead. */
export function addDue(_airport: unknown, { scheduledDeparture }: Flight, flights: DueFlights): DueFlights {
  const due = scheduledDeparture / MINUTE_MS;
  const kept = new Int32Array(flights.length + 1);
  let count = 0;
  for (const other of flights) if (Math.abs(due - other) <= KEPT_MINUTES) kept[count++] = other;
  kept[count++] = due;
  return kept.subarray(0, count);
}

/** Adds a departure, and drops likewise. */
export function addDeparted(_airport: unknown, departure: Departure, flights: DepartedFlights): DepartedFlights {
  const left = departure.departedAt / MINUTE_MS;
  const kept = new Int32Array(flights.length + 2);
  let count = 0;
  for (let at = 0; at < flights.length; at += 2) {
    const [other, delay] = departureAt(flights, at);
    if (Math.abs(left - other) > KEPT_MINUTES) continue;
    kept[count++] = other;
    kept[count++] = delay;
  }
  kept[count++] = left;
  kept[count++] = departure.departureDelay;
  return kept.subarray(0, count);
}

/** What an airport is like at a moment. */
interface AirportNow {
  /** Mean delay, to a tenth of a minute, of the flights that left in the last two hours; undefined where none did. */
  readonly airportDelay: number | undefined;
  /** How many flights were due in the last two hours and have not left, those among them that never will; undefined where none was ever due. */
  readonly overdueFlights: number | undefined;
}

/** @param eventTime A whole minute; what happens in the minute that begins with it is not known yet. */
export function airportAt(eventTime: number, due: DueFlights | null, departed: DepartedFlights | null): AirportNow {
  const now = eventTime / MINUTE_MS;
  const isRecent = (minute: number): boolean => minute < now && minute >= now - RECENT_MINUTES;
  let overdueFlights = 0;
  for (const minute of due ?? none()) if (isRecent(minute)) overdueFlights += 1;
  let [left, delays] = [0, 0];
  for (let at = 0; departed !== null && at < departed.length; at += 2) {
    const [minute, delay] = departureAt(departed, at);
    if (isRecent(minute)) {
      left += 1;
      delays += delay;
    }
    if (minute < now && isRecent(minute - delay)) overdueFlights -= 1;
  }
  return {
    airportDelay: left === 0 ? undefined : Math.round((10 * delays) / left) / 10,
    overdueFlights: due === null ? undefined : overdueFlights,
  };
}

// Small enough to be inlined, pair and all.
const departureAt = (flights: DepartedFlights, at: number): readonly [minute: number, delay: number] => [
  flights[at] ?? 0,
  flights[at + 1] ?? 0,
];

/** Numbers as they lie in memory: as JSON they would cost more than the scoring, for every flight and departure. */
export const minutesSerde: Serde<Int32Array> = {
  serialize: ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength),
  deserialize: (bytes) => new Int32Array(new Uint8Array(bytes).buffer),
};
