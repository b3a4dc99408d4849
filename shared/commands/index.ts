export { csvRows, type Row } from './csv-rows.js';
export {
  type AnyDemo,
  type AskDefinition,
  type DemoDefinition,
  type DemoRecord,
  defineDemo,
  demoRecord,
  isDemo,
  type LapOptions,
  type ProducerFaultsDefinition,
  type Shift,
  shiftOf,
} from './demo-definition.js';
export { demoTopics } from './demo-topics.js';
export { runDemos } from './demos-command.js';
export { EventTimeOrder } from './event-time-order.js';
export { runReset } from './reset-command.js';
export { runDemo } from './run-demo.js';
export { type Random, seededRandom } from './seeded-random.js';
