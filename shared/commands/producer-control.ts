import {
  ControlFollower,
  ControlWriter,
  controlTopic,
  type DesiredState,
  ordersFor,
  type PartReport,
  UNDISTURBED,
} from '#shared/control';
import type { DemoCluster } from './demo-cluster.js';
import { instanceName } from './instance-name.js';
import { PartReports } from './part-reports.js';
import type { PlayedPace } from './played-pace.js';

/** What a producer says about itself. */
export type Production = Pick<PartReport, 'faults' | 'eventTime' | 'lap' | 'sent' | 'held' | 'injected'>;

/** What the control topic asks of a producer, and what the producer answers there. */
export interface ProducerControl {
  readonly state: DesiredState;
  /** Says at once what it does: it has come to stand still. */
  report(): void;
  /** Takes the producer's leave. */
  close(): Promise<void>;
}

/**
 * Follows a demo's control topic for its producer: sets its pace, and says every two seconds, and when there is an order, what
 * it does. Where the topic is not there nothing can be switched.
 */
export async function openProducerControl(
  demo: string,
  cluster: DemoCluster,
  pace: PlayedPace,
  production: () => Production,
): Promise<ProducerControl> {
  const topic = cluster.topicName(controlTopic(demo));
  if (!(await cluster.cluster.partitionCounts([topic])).has(topic)) {
    return { state: UNDISTURBED, report: () => undefined, close: async () => undefined };
  }
  // Only this can fail: nothing is followed yet that nobody would end.
  const writer = await ControlWriter.open(demo, cluster);
  const follower = await ControlFollower.start(demo, cluster);
  pace.take(follower.state.pace, { steps: 0, jumpTo: undefined });
  const reports = new PartReports(writer, () => ({
    role: 'producer',
    instance: instanceName(),
    heardAt: Date.now(),
    obeys: ordersFor(follower.state, 'producer'),
    ...production(),
  }));
  let obeyed = ordersFor(follower.state, 'producer').join();
  follower.onChange((state, news) => {
    const orders = ordersFor(state, 'producer').join();
    if (orders === obeyed) return;
    obeyed = orders;
    pace.take(state.pace, news);
    reports.report();
  });
  return {
    get state() {
      return follower.state;
    },
    report: () => reports.report(),
    async close() {
      await follower.close();
      await reports.close();
    },
  };
}
