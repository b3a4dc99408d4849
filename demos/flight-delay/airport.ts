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

// Loops over numbers, here and below: for every flight and departure some hundred of them are looked at, and an iterator's
// objects would be most of what the scorer leaves to the garbage collector.

/** Adds a flight, which may yet be cancelled, and drops what lies far from it, in the past or, as a run may begin anew, ahead. */
export function addDue(_airport: unknown, { scheduledDeparture }: Flight, flights: DueFlights): DueFlights {
  const kept = new Int32Array(flights.length + 1);
  const due = scheduledDeparture / MINUTE_MS;
  kept[0] = due;
  let length = 1;
  for (let at = 0; at < flights.length; at += 1) {
    const other = flights[at] ?? 0;
    if (Math.abs(due - other) <= KEPT_MINUTES) kept[length++] = other;
  }
  return kept.subarray(0, length);
}

/** Adds a departure, and drops likewise. */
export function addDeparted(_airport: unknown, departure: Departure, flights: DepartedFlights): DepartedFlights {
  const kept = new Int32Array(flights.length + 2);
  const left = departure.departedAt / MINUTE_MS;
  kept[0] = left;
  kept[1] = departure.departureDelay;
  let length = 2;
  for (let at = 0; at < flights.length; at += 2) {
    const other = flights[at] ?? 0;
    if (Math.abs(left - other) > KEPT_MINUTES) continue;
    kept[length++] = other;
    kept[length++] = flights[at + 1] ?? 0;
  }
  return kept.subarray(0, length);
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
  for (let at = 0; at < (due?.length ?? 0); at += 1) if (isRecent(due?.[at] ?? 0)) overdueFlights += 1;
  let [left, delays] = [0, 0];
  for (let at = 0; at < (departed?.length ?? 0); at += 2) {
    const minute = departed?.[at] ?? 0;
    const delay = departed?.[at + 1] ?? 0;
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

/** Numbers as they lie in memory: as JSON they would cost more than the scoring, for every flight and departure. */
export const minutesSerde: Serde<Int32Array> = {
  serialize: ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength),
  deserialize: (bytes) => new Int32Array(new Uint8Array(bytes).buffer),
};
