import { defineDemo, runDemo } from '#shared/commands';
import { projectFile } from '#shared/project-file';
import { dashboard } from './dashboard.js';
import { faults } from './faults.js';
import { passengerForm } from './passenger-form.js';
import { produce } from './producer.js';
import { buildTopology } from './scorer.js';
import { disagreements, logEntries, outcomes, passengers, predictions, scoredUnit } from './topics.js';

export const demo = defineDemo({
  name: 'titanic',
  module: import.meta.url,
  topics: { input: passengers, predictions, outcomes },
  alsoProduces: [logEntries],
  alsoWrites: [disagreements],
  scoredUnit,
  modelFolder: projectFile('demos/titanic/model/'),
  challengerFolder: projectFile('demos/titanic/challenger/'),
  explains: true,
  buildTopology,
  produce,
  faults,
  eventTimeSpeed: 300,
  paceInWords: 'five minutes pass each second, and no pause is longer than 8 s',
  dashboard,
  ask: passengerForm,
});

await runDemo(demo);
