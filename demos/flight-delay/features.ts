import { airportAt, type DepartedFlights, type DueFlights } from './airport.js';
import type { Flight, Weather } from './topics.js';

const MINUTE_MS = 60_000;
const OLDEST_WEATHER_MINUTES = 6 * 60;
const OLDEST_LANDING_MINUTES = 24 * 60;

/** How an aircraft last landed, of its flights out of one airport. */
export interface Landing {
  readonly landedAt: number;
  readonly arrivalDelay: number;
}

/** A flight, and what its airport has heard of by then: null where that is nothing. */
export interface Known {
  readonly flight: Flight;
  readonly weather: Weather | null;
  readonly due: DueFlights | null;
  readonly departed: DepartedFlights | null;
  readonly landing: Landing | null;
}

/**
 * What the model is asked: it finds its inputs by name. A store may hold what is of another time, because the airport was
 * long silent or a run began anew; that is left out.
 * Written out, because a spread of so many fields costs more than scoring them.
 */
export function toFeatures({ flight, weather: newest, due, departed, landing: last }: Known) {
  const { eventTime } = flight;
  const minutesSince = (time: number | undefined): number => (eventTime - (time ?? Number.NaN)) / MINUTE_MS;
  const weatherAge = minutesSince(newest?.observedAt);
  const weather: Partial<Weather> = weatherAge > 0 && weatherAge <= OLDEST_WEATHER_MINUTES && newest ? newest : {};
  const sinceLanding = minutesSince(last?.landedAt);
  const landed = sinceLanding > 0 && sinceLanding <= OLDEST_LANDING_MINUTES;
  const airport = airportAt(eventTime, due, departed);
  return {
    id: flight.id,
    scheduledDeparture: flight.scheduledDeparture,
    carrier: flight.carrier,
    flight: flight.flight,
    tailnum: flight.tailnum,
    origin: flight.origin,
    dest: flight.dest,
    distance: flight.distance,
    month: flight.month,
    dayOfWeek: flight.dayOfWeek,
    departureMinute: flight.departureMinute,
    arrivalMinute: flight.arrivalMinute,
    planeYear: flight.planeYear,
    planeSeats: flight.planeSeats,
    temperature: weather.temperature,
    dewPoint: weather.dewPoint,
    humidity: weather.humidity,
    windDirection: weather.windDirection,
    windSpeed: weather.windSpeed,
    windGust: weather.windGust,
    precipitation: weather.precipitation,
    pressure: weather.pressure,
    visibility: weather.visibility,
    airportDelay: airport.airportDelay,
    overdueFlights: airport.overdueFlights,
    /** Minutes: how late this aircraft landed last, after a flight out of this airport. */
    aircraftDelay: landed ? last?.arrivalDelay : undefined,
    /** Minutes since then. */
    aircraftMinutes: landed ? sinceLanding : undefined,
  };
}
