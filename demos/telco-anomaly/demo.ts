import { defineDemo, runDemo } from '#shared/commands';
import { projectFile } from '#shared/project-file';
import { dashboard } from './dashboard.js';
import { produce } from './producer.js';
import { buildTopology } from './scorer.js';
import { alarms, cells, outcomes, predictions, reports, scoredUnit } from './topics.js';

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
  eventTimeSpeed: 900,
  paceInWords: 'a quarter of an hour passes each second',
  // A day of 36 cells, so that it is as much by night as by day; the data are of four days of a week.
  drift: { windowRows: 10_368, fromRows: 10_368, seasonal: ['dayOfWeek'] },
  dashboard,
});

await runDemo(demo);
