import type { Alert, Flight, Prediction, Quality } from '../../demos/flight-delay/topics.js';

// What a scorer would make of the flights in fast-demo.ts.

const THRESHOLD = 0.35;
const airports = ['EWR', 'JFK', 'LGA'];
const reasons = ['departureMinute', 'airportDelay', 'precipitation', 'carrier', 'overdueFlights'];

/** Later in the day more are late. */
export function predictionOf(flight: Flight, modelVersion: string, now: number): Prediction {
  const { id, eventTime, scheduledDeparture, carrier, flight: number, origin, dest, departureMinute } = flight;
  const score = Math.min(0.99, (departureMinute / 1_440) * 0.6 + ((number * 37) % 100) / 250);
  return {
    id,
    eventTime,
    score,
    decision: score >= THRESHOLD ? 'delayed' : 'on time',
    modelName: 'flight-delay-gbm',
    modelVersion,
    scoredAt: now,
    carrier,
    flight: number,
    origin,
    dest,
    scheduledDeparture,
    overdueFlights: number % 7,
    reasons: [0, 1, 2].map((place) => ({
      name: reasons[(number + place) % reasons.length] ?? '',
      contribution: (score - THRESHOLD) / (1 + place),
    })),
  };
}

/** Opened and closed by turns. */
export function alertOf({ eventTime }: Flight, number: number): Alert {
  const airport = airports[Math.floor(number / 2) % airports.length] ?? '';
  const state = number % 2 === 0 ? 'opened' : 'closed';
  return {
    id: `${airport} ${Math.floor(number / 2)}`,
    airport,
    state,
    eventTime,
    openedAt: eventTime - 3_600_000,
    flights: 20,
    predictedDelayed: state === 'opened' ? 12 : 2,
    meanScore: 0.4,
    reasons: reasons.slice(0, 2),
  };
}

/** The day before, of each airport. */
export function dayOf({ eventTime }: Flight): Quality[] {
  return airports.map((airport) => ({
    airport,
    from: eventTime - 86_400_000,
    eventTime,
    flights: 300,
    delayed: 60,
    predictedDelayed: 70,
    right: 240,
    precision: 0.5,
    recall: 0.6,
    brier: 0.15,
    auc: 0.74,
  }));
}
