import { csvRows, type Row } from '#shared/commands';
import { projectFile } from '#shared/project-file';
import type { Departure, Flight, Outcome, Weather } from './topics.js';

/** A quarter is 92 days; 14 weeks keep the days of the week and let the last planes land. */
const LAP_MS = 98 * 24 * 3_600_000;
const MINUTE_MS = 60_000;

export const rows = (): Generator<Row> => csvRows(projectFile('datasets/nycflights/flights-2013-q4.csv.gz'));

export function toFlight(row: Row, lap: number): Flight {
  return {
    id: idOf(row, lap),
    eventTime: timeOf(row('eventTime'), lap),
    scheduledDeparture: timeOf(row('scheduledDeparture'), lap),
    carrier: row('carrier'),
    flight: Number(row('flight')),
    tailnum: row('tailnum') || null,
    origin: row('origin'),
    dest: row('dest'),
    distance: Number(row('distance')),
    month: Number(row('month')),
    dayOfWeek: Number(row('dayOfWeek')),
    departureMinute: Number(row('departureMinute')),
    arrivalMinute: Number(row('arrivalMinute')),
    cancelled: row('cancelled') === '1',
    planeYear: numberOrNull(row('planeYear')),
    planeSeats: numberOrNull(row('planeSeats')),
  };
}

/** The weather that the row was joined with; undefined where there was none. */
export function toWeather(row: Row, lap: number): Weather | undefined {
  const observedAt = row('weatherObservedAt');
  if (observedAt === '') return undefined;
  return {
    origin: row('origin'),
    observedAt: timeOf(observedAt, lap),
    temperature: numberOrNull(row('temperature')),
    dewPoint: numberOrNull(row('dewPoint')),
    humidity: numberOrNull(row('humidity')),
    windDirection: numberOrNull(row('windDirection')),
    windSpeed: numberOrNull(row('windSpeed')),
    windGust: numberOrNull(row('windGust')),
    precipitation: numberOrNull(row('precipitation')),
    pressure: numberOrNull(row('pressure')),
    visibility: numberOrNull(row('visibility')),
  };
}

/** Undefined where the flight was cancelled. */
export function toDeparture(row: Row, lap: number): Departure | undefined {
  const delay = row('departureDelay');
  if (delay === '') return undefined;
  const departureDelay = Number(delay);
  const departedAt = timeOf(row('scheduledDeparture'), lap) + departureDelay * MINUTE_MS;
  return { id: idOf(row, lap), origin: row('origin'), departedAt, departureDelay };
}

/** Undefined where the flight did not arrive where it was bound for. */
export function toOutcome(row: Row, lap: number): Outcome | undefined {
  const landedAt = row('landedAt');
  if (landedAt === '') return undefined;
  return {
    id: idOf(row, lap),
    origin: row('origin'),
    tailnum: row('tailnum') || null,
    landedAt: timeOf(landedAt, lap),
    arrivalDelay: Number(row('arrivalDelay')),
  };
}

// A second lap is other flights, months later: the topics never see an id twice.
function idOf(row: Row, lap: number): string {
  return lap === 1 ? row('id') : `${row('id')}-lap${lap}`;
}

/** A time of the quarter, in a lap. */
export function timeOf(iso: string, lap: number): number {
  return Date.parse(iso) + (lap - 1) * LAP_MS;
}

function numberOrNull(text: string): number | null {
  return text ? Number(text) : null;
}
