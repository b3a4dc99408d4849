import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type DemoRecord, demoRecord, type LapOptions } from '#shared/commands';
import { projectFile } from '#shared/project-file';
import { type Flight, flights, type Outcome, outcomes, type Weather } from './topics.js';

/** A quarter is 92 days; 14 weeks keep the days of the week and let the last planes land. */
const LAP_MS = 98 * 24 * 3_600_000;

/** The last quarter of 2013, in event-time order: each flight an hour before its departure, its outcome when it has landed. */
export function* produce({ lap, limit }: LapOptions): Generator<DemoRecord> {
  const airborne = new Airborne();
  let published = 0;
  for (const row of rows()) {
    if (published === limit) break;
    const flight = toFlight(row, lap);
    yield* airborne.landedUntil(flight.eventTime);
    yield demoRecord(flights, flight.id, flight, flight.eventTime);
    published += 1;
    if (row('landedAt')) airborne.add(toOutcome(row, lap));
  }
  yield* airborne.landedUntil(Number.POSITIVE_INFINITY);
}

/** Flights on their way, by the time of their landing. */
class Airborne {
  // Sorted, next landing last: a few hundred are in the air at once, so inserting in place is cheap.
  readonly #byLanding: Outcome[] = [];

  add(outcome: Outcome): void {
    let at = this.#byLanding.length;
    while (at > 0 && (this.#byLanding[at - 1]?.landedAt ?? 0) < outcome.landedAt) at -= 1;
    this.#byLanding.splice(at, 0, outcome);
  }

  *landedUntil(eventTime: number): Generator<DemoRecord> {
    for (let next = this.#byLanding.at(-1); next && next.landedAt <= eventTime; next = this.#byLanding.at(-1)) {
      this.#byLanding.pop();
      yield demoRecord(outcomes, next.id, next, next.landedAt);
    }
  }
}

/** A row of the data set: the text in a column, empty where it is missing. */
type Row = (column: string) => string;

// The file has no quotes and no commas in its fields: the script that makes it asserts so.
function* rows(): Generator<Row> {
  const file = projectFile('datasets/nycflights/flights-2013-q4.csv.gz');
  const text = gunzipSync(readFileSync(file)).toString('latin1');
  let end = text.indexOf('\n');
  const columns = new Map(
    text
      .slice(0, end)
      .split(',')
      .map((column, index) => [column, index]),
  );
  while (end + 1 < text.length) {
    const start = end + 1;
    end = text.indexOf('\n', start);
    const cells = text.slice(start, end).split(',');
    yield (column) => cells[columns.get(column) ?? -1] ?? '';
  }
}

function toFlight(row: Row, lap: number): Flight {
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
    weather: row('weatherObservedAt') ? toWeather(row, lap) : null,
  };
}

function toWeather(row: Row, lap: number): Weather {
  return {
    observedAt: timeOf(row('weatherObservedAt'), lap),
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

function toOutcome(row: Row, lap: number): Outcome {
  return { id: idOf(row, lap), landedAt: timeOf(row('landedAt'), lap), arrivalDelay: Number(row('arrivalDelay')) };
}

// A second lap is other flights, months later: the topics never see an id twice.
function idOf(row: Row, lap: number): string {
  return lap === 1 ? row('id') : `${row('id')}-lap${lap}`;
}

function timeOf(iso: string, lap: number): number {
  return Date.parse(iso) + (lap - 1) * LAP_MS;
}

function numberOrNull(text: string): number | null {
  return text ? Number(text) : null;
}
