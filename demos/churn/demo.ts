import { defineDemo, runDemo } from '#shared/commands';
import { projectFile } from '#shared/project-file';
import { dashboard } from './dashboard.js';
import { faults } from './faults.js';
import { produce } from './producer.js';
import { buildTopology } from './scorer.js';
import { announcements, customers, events, offers, outcomes, predictions, scoredUnit } from './topics.js';

export const demo = defineDemo({
  name: 'churn',
  module: import.meta.url,
  topics: { input: events, predictions, outcomes },
  alsoProduces: [customers, announcements],
  alsoWrites: [offers],
  scoredUnit,
  modelFolder: projectFile('demos/churn/model/'),
  explains: true,
  buildTopology,
  produce,
  faults,
  eventTimeSpeed: 300,
  paceInWords: 'five minutes pass each second',
  // Rows are customers as of a call: of a customer there are many, so that fewer rows tell less than they seem to.
  drift: { windowRows: 5_000, fromRows: 1_000 },
  dashboard,
});

await runDemo(demo);
