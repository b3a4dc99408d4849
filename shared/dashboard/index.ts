export type { Column, DashboardDefinition, DeadLetterNote, PredictionFields } from './definition.js';
export { LiveView } from './live-view.js';
export type { Snapshot } from './page/snapshot.js';
export { type Dashboard, type DashboardOptions, startDashboard } from './server.js';
