import type { Model } from '#shared/scoring';
import type { Scored, StreamsBuilder } from '#shared/streams';
import { type Flight, flights, type Prediction, predictions, type Weather } from './topics.js';

/** Scores every flight that was not cancelled, an hour before its departure. */
export function buildTopology(builder: StreamsBuilder, model: Model): void {
  builder
    .stream(flights)
    .filter((_id, flight) => !flight.cancelled)
    .mapValues(toFeatures)
    .score(model)
    .mapValues(toPrediction)
    .selectKey((_key, prediction) => prediction.id)
    .to(predictions);
}

/** The flight, and beside it what the model reads: its inputs are called as the fields are on the topic. */
function toFeatures(flight: Flight) {
  const { carrier, origin, dest, distance, dayOfWeek, departureMinute, arrivalMinute, planeYear, planeSeats } = flight;
  const { temperature, dewPoint, humidity, windDirection, windSpeed, precipitation, pressure, visibility } =
    flight.weather ?? noWeather;
  return {
    flight,
    carrier,
    origin,
    dest,
    distance,
    dayOfWeek,
    departureMinute,
    arrivalMinute,
    planeYear,
    planeSeats,
    temperature,
    dewPoint,
    humidity,
    windDirection,
    windSpeed,
    precipitation,
    pressure,
    visibility,
  };
}

/** The model knows what to make of missing weather. */
const noWeather: Partial<Weather> = {};

type Features = ReturnType<typeof toFeatures>;

function toPrediction({
  input,
  eventTime,
  score,
  decision,
  modelName,
  modelVersion,
  scoredAt,
}: Scored<Features>): Prediction {
  const { id, carrier, flight, origin, dest, scheduledDeparture } = input.flight;
  const route = { carrier, flight, origin, dest, scheduledDeparture };
  return { id, eventTime, score, decision, modelName, modelVersion, scoredAt, ...route };
}
