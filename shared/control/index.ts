export type { ControlAccess } from './control-access.js';
export { ControlFollower, type ControlListener } from './control-follower.js';
export {
  type ControlRecord,
  controlTopic,
  type FaultOrder,
  type PaceOrder,
  type PartReport,
  type ResetAnswer,
  type ResetOrder,
} from './control-topic.js';
export { ControlWriter, type FaultSwitch, type PaceChange } from './control-writer.js';
export {
  type ControlNews,
  type DesiredState,
  type FaultState,
  faultInEffect,
  NO_NEWS,
  ordersFor,
  type PartState,
  reduce,
  SPEEDS,
  UNDISTURBED,
} from './desired-state.js';
export { type Fault, type FaultName, faultCatalogue, faultNames, faultOf, isFaultName } from './fault-catalogue.js';
export { faultsDocument } from './faults-document.js';
