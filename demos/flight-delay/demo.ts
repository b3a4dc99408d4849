import { defineDemo, runDemo } from '#shared/commands';
import { projectFile } from '#shared/project-file';
import { dashboard } from './dashboard.js';
import { produce } from './producer.js';
import { buildTopology } from './scorer.js';
import { alerts, departures, flights, outcomes, predictions, quality, scoredUnit, weather } from './topics.js';

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
  eventTimeSpeed: 5_400,
  paceInWords: 'an hour and a half passes each second',
  // Three weeks and a week, in rows: every day of the week is in them, and the weather of more than a few hours.
  drift: { windowRows: 20_000, fromRows: 6_500 },
  dashboard,
});

await runDemo(demo);
