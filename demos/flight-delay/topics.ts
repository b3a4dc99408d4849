import { demoTopics } from '#shared/commands';
import type { ScoredUnit } from '#shared/monitoring';
import type { Reason } from '#shared/streams';

const topic = demoTopics('flight-delay');

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

export const flights = topic<Flight>('flights');

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

export const weather = topic<Weather>('weather');

/** A flight that has left the gate. Key: origin. */
export interface Departure {
  id: string;
  origin: string;
  departedAt: number;
  /** Minutes; negative = early. */
  departureDelay: number;
}

export const departures = topic<Departure>('departures');

/** A flight that has landed, hours after its prediction. Key: origin. */
export interface Outcome {
  id: string;
  origin: string | null;
  tailnum: string | null;
  landedAt: number;
  /** Minutes; negative = early. */
  arrivalDelay: number;
}

export const outcomes = topic<Outcome>('outcomes');

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
  /** At its airport at that moment: how many flights were due and had not left; null where that is not known. */
  overdueFlights: number | null;
  /** What moved the score most, the strongest first; contributions to the log-odds of a delay. */
  reasons: readonly Reason[];
}

export const predictions = topic<Prediction>('predictions');

/** An airport is in trouble, or no longer. Key: airport. */
export interface Alert {
  /** The same when it is opened and when it is closed. */
  id: string;
  airport: string;
  state: 'opened' | 'closed';
  /** When the rule was asked: the end of the hour that the figures are of. */
  eventTime: number;
  openedAt: number;
  /** Published in that hour: they leave in the next. */
  flights: number;
  predictedDelayed: number;
  meanScore: number;
  /** What their airport has to do with it, the strongest first: names of the model's inputs. */
  reasons: readonly string[];
}

export const alerts = topic<Alert>('alerts');

/** How the predictions for an airport did of which a day told the truth, once the day is over. Key: airport. */
export interface Quality {
  airport: string;
  /** The day: when it began, and when it was over. */
  from: number;
  eventTime: number;
  flights: number;
  delayed: number;
  predictedDelayed: number;
  right: number;
  /** Of those predicted delayed, the share that was. */
  precision: number | null;
  /** Of those delayed, the share that was predicted. */
  recall: number | null;
  brier: number;
  /** Of counted scores: right to a hundredth or so. */
  auc: number | null;
}

export const quality = topic<Quality>('quality');

/** Delayed, as the US Department of Transportation counts it and as the model was trained. */
export const DELAYED_FROM_MINUTES = 15;

/** What the model calls it, and on time it is otherwise. */
export const DELAYED = 'delayed';

/** Every flight is a unit; each must be scored, but for those that were cancelled. */
export const scoredUnit: ScoredUnit<Flight> = {
  name: 'flight',
  unitIds: (inputs) => inputs.map(({ id }) => id),
  expectedIds: (inputs) => inputs.filter(({ cancelled }) => !cancelled).map(({ id }) => id),
};
