import { defineDemo, runDemo } from '#shared/commands';
import { projectFile } from '#shared/project-file';
import { dashboard } from './dashboard.js';
import { faults } from './faults.js';
import { produce } from './producer.js';
import { buildTopology } from './scorer.js';
import { alarms, cells, outcomes, predictions, reports, scoredUnit } from './topics.js';

/** A thousand rows are of half an hour: what goes with the hour of the day is in them as it is then, and of the minute of the day they tell nothing. */
const swings = {
  minuteOfDay: 20,
  interference: 4,
  prbUtilization: 3.5,
  handovers: 3,
  connectedUsers: 2.7,
  sessionSetups: 2.7,
  trafficMegabytes: 2.3,
  userThroughput: 1.5,
  droppedSessions: 0.9,
  setupFailures: 0.8,
  handoverFailures: 0.75,
  latency: 0.7,
  busyHourUsers: 0.3,
};

export const demo = defineDemo({
  name: 'telco-anomaly',
  module: import.meta.url,
  topics: { input: reports, predictions, outcomes },
  alsoProduces: [cells],
  alsoWrites: [alarms],
  scoredUnit,
  modelFolder: projectFile('demos/telco-anomaly/model/'),
  explains: true,
  buildTopology,
  produce,
  faults,
  eventTimeSpeed: 900,
  paceInWords: 'a quarter of an hour passes each second',
  // A day of 36 cells, so that it is as much by night as by day; the data are of four days of a week.
  drift: { windowRows: 10_368, fromRows: 10_368, seasonal: ['dayOfWeek'], swings },
  dashboard,
});

await runDemo(demo);
