import type { ScoredUnit } from '#shared/monitoring';
import { projectFile } from '#shared/project-file';
import { defineTopic } from '#shared/schema';
import type { Reason } from '#shared/streams';

const schema = (name: string): URL => projectFile(`demos/flight-delay/schemas/${name}.avsc`);

// Event time is 2013: by Kafka's default of seven days everything would be deleted at once. Size bounds the log instead.
const bounded = { 'retention.ms': '-1', 'retention.bytes': '33554432', 'segment.bytes': '8388608' };

/** The last observation at the origin that was known when the flight was published. */
export interface Weather {
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

/** A flight as it is known one hour before departure. Key: id. */
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
  weather: Weather | null;
}

export const flights = defineTopic<Flight>({
  name: 'flight-delay.flights',
  partitions: 4,
  config: bounded,
  schema: schema('flights'),
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

/** A flight that has landed, hours after its prediction. Key: id. */
export interface Outcome {
  id: string;
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

/** Delayed, as the US Department of Transportation counts it and as the model was trained. */
export const DELAYED_FROM_MINUTES = 15;

/** Every flight is a unit; each must be scored, but for those that were cancelled. */
export const scoredUnit: ScoredUnit<Flight> = {
  name: 'flight',
  unitIds: (inputs) => inputs.map(({ id }) => id),
  expectedIds: (inputs) => inputs.filter(({ cancelled }) => !cancelled).map(({ id }) => id),
};
