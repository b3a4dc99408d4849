import type { PredictionFields } from '#shared/dashboard';
import type { ConsumedRecord, OffsetReset } from '#shared/kafka';
import { buildDeliveryAudit, buildDrift, buildQuality, LostCounts, monitoringTopics } from '#shared/monitoring';
import { readModelCard } from '#shared/scoring';
import type { StreamsBuilder } from '#shared/streams';
import type { DemoDefinition } from './demo-definition.js';
import { modelFolder } from './demo-model.js';
import type { DemoOptions } from './demo-options.js';
import { LAP_HEADER } from './producer-role.js';
import type { Turn } from './spare-time.js';

/** A stream application that watches a demo from its topics, beside the scorer. */
export interface MonitoringApplication {
  /** The end of its application id: `<demo>.<name>`. */
  readonly name: string;
  /** What it goes before, or waits for, where the machine leaves no time for all of it. */
  readonly turn: Turn;
  build<I, P extends PredictionFields, O>(
    builder: StreamsBuilder,
    definition: DemoDefinition<I, P, O>,
    options: DemoOptions,
  ): Promise<MonitoringWatch>;
}

/** What an application has to be told of while it runs. */
interface MonitoringWatch {
  readonly onOffsetReset?: (reset: OffsetReset) => void;
  /** A record that could not be decoded or processed: reading goes on behind it. */
  readonly onPassedOver?: (record: Pick<ConsumedRecord, 'offset'>) => void;
}

/** What monitors a demo. */
export const monitoringApplications: readonly MonitoringApplication[] = [
  {
    name: 'delivery-audit',
    turn: 'first',
    async build(builder, { name }) {
      const lost = new LostCounts();
      buildDeliveryAudit(builder, monitoringTopics(name), { lost });
      return {
        onOffsetReset: (reset) => lost.tell(reset),
        // Counts that nobody can read are lost as those that are gone: what they were of would be missing, or there twice, for good.
        onPassedOver: ({ offset }) => lost.tell({ to: offset + 1 }),
      };
    },
  },
  {
    name: 'quality',
    // Its labels come late as it is, and it reads each prediction: most of the work.
    turn: 'last',
    async build(builder, definition, options) {
      const { name: demo, topics, dashboard } = definition;
      const { predictions, outcomes } = topics;
      const { outcome, positive } = dashboard;
      const { task } = await readModelCard(modelFolder(definition, options));
      const areProbabilities = task === 'binary';
      const lapHeader = LAP_HEADER;
      buildQuality(builder, { demo, predictions, outcomes, outcome, positive, areProbabilities, lapHeader });
      return {};
    },
  },
  {
    name: 'drift',
    turn: 'first',
    async build(builder, { name: demo, drift: window }) {
      buildDrift(builder, { demo, window });
      return {};
    },
  },
];
