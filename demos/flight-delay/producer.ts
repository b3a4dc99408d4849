import { type DemoRecord, demoRecord, EventTimeOrder, type LapOptions } from '#shared/commands';
import { departureTime, flightTime, outcomeTime, weatherTime } from './event-time.js';
import { rows, toDeparture, toFlight, toOutcome, toWeather } from './rows.js';
import { departures, flights, outcomes, weather } from './topics.js';

/** A row tells of nothing that happened longer before its flight is published: its weather is at most this old. */
const OLDEST_MS = 6 * 3_600_000;

/**
 * The last quarter of 2013, in event-time order: the weather when it was observed, each flight an hour before its departure,
 * then that it has left, and its outcome when it has landed.
 */
export function* produce({ lap, limit }: LapOptions): Generator<DemoRecord> {
  const order = new EventTimeOrder();
  const observed = new Map<string, number>();
  let published = 0;
  for (const row of rows()) {
    if (published === limit) break;
    const flight = toFlight(row, lap);
    const { origin, eventTime } = flight;
    yield* order.until(eventTime - OLDEST_MS);

    const station = toWeather(row, lap);
    if (station !== undefined && station.observedAt !== observed.get(origin)) {
      observed.set(origin, station.observedAt);
      order.add(demoRecord(weather, origin, station, weatherTime(station)));
    }
    order.add(demoRecord(flights, origin, flight, flightTime(flight)));
    const left = toDeparture(row, lap);
    if (left) order.add(demoRecord(departures, origin, left, departureTime(left)));
    const landed = toOutcome(row, lap);
    if (landed) order.add(demoRecord(outcomes, origin, landed, outcomeTime(landed)));
    published += 1;
  }
  yield* order.until(Number.POSITIVE_INFINITY);
}
