import type { Departure, Flight, Outcome, Weather } from './topics.js';

/**
 * Airlines report in whole minutes, and what happened in a minute is known when it is over. Flights are published on the
 * minute, everything else within it: so it is never the order of two records of one time that decides what is known.
 */
const WITHIN_THE_MINUTE_MS = 30_000;

export const flightTime = ({ eventTime }: Flight): number => eventTime;
export const departureTime = ({ departedAt }: Departure): number => departedAt + WITHIN_THE_MINUTE_MS;
export const outcomeTime = ({ landedAt }: Outcome): number => landedAt + WITHIN_THE_MINUTE_MS;
export const weatherTime = ({ observedAt }: Weather): number => observedAt + WITHIN_THE_MINUTE_MS;
