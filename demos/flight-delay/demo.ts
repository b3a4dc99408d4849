import { defineDemo, runDemo } from '#shared/commands';
import { projectFile } from '#shared/project-file';
import { dashboard } from './dashboard.js';
import { faults } from './faults.js';
import { produce } from './producer.js';
import { buildTopology } from './scorer.js';
import { alerts, departures, flights, outcomes, predictions, quality, scoredUnit, weather } from './topics.js';

/**
 * The model is of January to September, what is played of October to December: weather is other weather then, and airports
 * are quieter. Over the quarter the index of each of these is above .25 at some time, of temperature and dew point always.
 */
const seasonal = [
  'temperature',
  'dewPoint',
  'humidity',
  'windDirection',
  'windSpeed',
  'precipitation',
  'pressure',
  'visibility',
  'airportDelay',
  'overdueFlights',
];

/** A thousand flights are those of a day, and of a part of the next. */
const swings = { dayOfWeek: 6, aircraftDelay: 0.6, aircraftMinutes: 0.45, departureMinute: 0.25, arrivalMinute: 0.25 };

export const demo = defineDemo({
  name: 'flight-delay',
  module: import.meta.url,
  topics: { input: flights, predictions, outcomes },
  alsoProduces: [weather, departures],
  alsoWrites: [alerts, quality],
  scoredUnit,
  modelFolder: projectFile('demos/flight-delay/model/'),
  explains: true,
  buildTopology,
  produce,
  faults,
  eventTimeSpeed: 5_400,
  paceInWords: 'an hour and a half passes each second',
  // Three weeks and a week, in rows: every day of the week is in them, and the weather of more than a few hours.
  drift: { windowRows: 20_000, fromRows: 6_500, seasonal, swings },
  dashboard,
});

await runDemo(demo);
