import { type DemoRecord, demoRecord, EventTimeOrder, type LapOptions } from '#shared/commands';
import { rows, toDeparture, toFlight, toOutcome, toWeather } from './rows.js';
import { departures, flights, outcomes, weather } from './topics.js';

/** A row tells of nothing that happened longer before its flight is published: its weather is at most this old. */
const OLDEST_MS = 6 * 3_600_000;

/**
 * Airlines report in whole minutes, and what happened in a minute is known when it is over. Flights are published on the
 * minute, everything else within it: so it is never the order of two records of one time that decides what is known.
 */
const WITHIN_THE_MINUTE_MS = 30_000;

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
      order.add(demoRecord(weather, origin, station, station.observedAt + WITHIN_THE_MINUTE_MS));
    }
    order.add(demoRecord(flights, origin, flight, eventTime));
    const left = toDeparture(row, lap);
    if (left) order.add(demoRecord(departures, origin, left, left.departedAt + WITHIN_THE_MINUTE_MS));
    const landed = toOutcome(row, lap);
    if (landed) order.add(demoRecord(outcomes, origin, landed, landed.landedAt + WITHIN_THE_MINUTE_MS));
    published += 1;
  }
  yield* order.until(Number.POSITIVE_INFINITY);
}
