export { alertLimits, movedIndex } from './alert-limits.js';
export { type Controlled, controlView, faultsState, furthest, timeOf } from './control-view.js';
export type { Ask, AskReply, Command, DashboardPage, Peek } from './dashboard-page.js';
export {
  type Board,
  type BoardDefinition,
  type Column,
  type DashboardDefinition,
  type DeadLetterNote,
  type Listener,
  listen,
  type Moment,
  nextTime,
  type PredictionFields,
  type StoryMoment,
} from './definition.js';
export { FifoMap } from './fifo-map.js';
export { type LinksPage, type Place, type PlaceGroup, type PlaceState, startLinksPage } from './links-page.js';
export { LiveView } from './live-view.js';
export type { ControlView } from './page/control-state.js';
export type { ModelState } from './page/model-state.js';
export type {
  FollowedRecord,
  FollowStep,
  PeekedPart,
  PeekedRecord,
  PeekedRecords,
  PeekTopic,
  RecordsState,
  ReplayBecame,
  ReplayNote,
  TopicKind,
} from './page/records-state.js';
export { drawPipeline } from './pipeline-drawing.js';
export { PipelineView } from './pipeline-view.js';
export { type ProbesOptions, startProbes } from './probes.js';
export { type Dashboard, startDashboard } from './server.js';
export { SignalBoard } from './signals.js';
export { parseTopologyText } from './topology-text.js';
export type { Vitals } from './vitals.js';
