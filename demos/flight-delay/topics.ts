import type { ScoredUnit } from '#shared/monitoring';
import { projectFile } from '#shared/project-file';
import { defineTopic } from '#shared/schema';
import type { Reason } from '#shared/streams';

const schema = (name: string): URL => projectFile(`demos/flight-delay/schemas/${name}.avsc`);

// Event time is 2013: by Kafka's default of seven days everything would be deleted at once. Size bounds the log instead.
const bounded = { 'retention.ms': '-1', 'retention.bytes': '33554432', 'segment.bytes': '8388608' };

/** A flight as it is known one hour before departure. Key: origin, as of all that the scorer reads: what is joined lies together. */
export interface Flight {
  id: string;
  eventTime: number;
  scheduledDeparture: number;
  carrier: string;
  flight: number;
  tailnum: string | null;
  origin: string;
  dest: string;
  distance: number;
  month: number;
  dayOfWeek: number;
  departureMinute: number;
  arrivalMinute: number;
  cancelled: boolean;
  planeYear: number | null;
  planeSeats: number | null;
}

export const flights = defineTopic<Flight>({
  name: 'flight-delay.flights',
  partitions: 4,
  config: bounded,
  schema: schema('flights'),
});

/** What an airport's weather station reported in an hour, when the hour is over. Key: origin. */
export interface Weather {
  origin: string;
  observedAt: number;
  temperature: number | null;
  dewPoint: number | null;
  humidity: number | null;
  windDirection: number | null;
  windSpeed: number | null;
  windGust: number | null;
  precipitation: number | null;
  pressure: number | null;
  visibility: number | null;
}

export const weather = defineTopic<Weather>({
  name: 'flight-delay.weather',
  partitions: 4,
  config: bounded,
  schema: schema('weather'),
});

/** A flight that has left the gate. Key: origin. */
export interface Departure {
  id: string;
  origin: string;
  departedAt: number;
  /** Minutes; negative = early. */
  departureDelay: number;
}

export const departures = defineTopic<Departure>({
  name: 'flight-delay.departures',
  partitions: 4,
  config: bounded,
  schema: schema('departures'),
});

/** A flight that has landed, hours after its prediction. Key: origin. */
export interface Outcome {
  id: string;
  origin: string | null;
  tailnum: string | null;
  landedAt: number;
  /** Minutes; negative = early. */
  arrivalDelay: number;
}

export const outcomes = defineTopic<Outcome>({
  name: 'flight-delay.outcomes',
  partitions: 4,
  config: bounded,
  schema: schema('outcomes'),
});

/** What the model says of a flight. Key: id. */
export interface Prediction {
  id: string;
  eventTime: number;
  score: number;
  decision: string | null;
  modelName: string;
  modelVersion: string;
  scoredAt: number;
  carrier: string;
  flight: number;
  origin: string;
  dest: string;
  scheduledDeparture: number;
  /** What moved the score most, the strongest first; contributions to the log-odds of a delay. */
  reasons: readonly Reason[];
}

export const predictions = defineTopic<Prediction>({
  name: 'flight-delay.predictions',
  partitions: 4,
  config: bounded,
  schema: schema('predictions'),
});

/** Delayed, as the US Department of Transportation counts it and as the model was trained. */
export const DELAYED_FROM_MINUTES = 15;

/** Every flight is a unit; each must be scored, but for those that were cancelled. */
export const scoredUnit: ScoredUnit<Flight> = {
  name: 'flight',
  unitIds: (inputs) => inputs.map(({ id }) => id),
  expectedIds: (inputs) => inputs.filter(({ cancelled }) => !cancelled).map(({ id }) => id),
};
