export {
  type Board,
  type BoardDefinition,
  type Column,
  type DashboardDefinition,
  type DeadLetterNote,
  type Listener,
  listen,
  type Moment,
  type PredictionFields,
} from './definition.js';
export { LiveView } from './live-view.js';
export type { Snapshot } from './page/snapshot.js';
export { type Dashboard, type DashboardOptions, startDashboard } from './server.js';
