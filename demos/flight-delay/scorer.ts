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
    .to(predictions);
}

type Features = Omit<Flight, 'weather'> & Partial<Weather>;

/** The model knows its inputs by their names on the topic, so features are the flight with its weather beside it. */
function toFeatures({ weather, ...flight }: Flight): Features {
  return { ...flight, ...weather };
}

function toPrediction({ input, ...scored }: Scored<Features>): Prediction {
  const { id, carrier, flight, origin, dest, scheduledDeparture } = input;
  return { id, ...scored, carrier, flight, origin, dest, scheduledDeparture };
}
