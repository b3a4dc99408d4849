import type { Scored, Scorer, StreamsBuilder } from '#shared/streams';
import { type Flight, flights, type Prediction, predictions, type Weather } from './topics.js';

/** Scores every flight that was not cancelled, an hour before its departure. */
export function buildTopology(builder: StreamsBuilder, model: Scorer<object>): void {
  builder
    .stream(flights)
    .filter((_id, flight) => !flight.cancelled)
    .mapValues(toFeatures)
    .score(model)
    .mapValues(toPrediction)
    .selectKey((_key, prediction) => prediction.id)
    .to(predictions);
}

/**
 * The flight with its weather beside it: a model finds its inputs by the names that they have on the topic.
 * Written out, because a spread of so many fields costs more than scoring them.
 */
function toFeatures(flight: Flight) {
  const weather: Partial<Weather> = flight.weather ?? {};
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
  };
}

function toPrediction(scored: Scored<ReturnType<typeof toFeatures>>): Prediction {
  const { id, carrier, flight, origin, dest, scheduledDeparture } = scored.input;
  const { eventTime, score, decision, modelName, modelVersion, scoredAt } = scored;
  const route = { carrier, flight, origin, dest, scheduledDeparture };
  const reasons = scored.reasons?.slice(0, 3) ?? [];
  return { id, eventTime, score, decision, modelName, modelVersion, scoredAt, ...route, reasons };
}
