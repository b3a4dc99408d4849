import type { PredictionFields } from '#shared/dashboard';
import type { Topology } from '#shared/streams';
import type { DemoDefinition } from './demo-definition.js';

/** A stream application that watches a demo from its topics, beside the scorer. */
export interface MonitoringApplication {
  /** The end of its application id: `<demo>.<name>`. */
  readonly name: string;
  readonly build: <I, P extends PredictionFields, O>(definition: DemoDefinition<I, P, O>) => Topology;
}

/** What monitors a demo. */
export const monitoringApplications: readonly MonitoringApplication[] = [];
