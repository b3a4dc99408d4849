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
import type { PlayedPace } from './played-pace.js';

const REPORT_MS = 2_000;

/** What a producer says about itself. */
export type Production = Pick<PartReport, 'eventTime' | 'lap' | 'sent' | 'held' | 'injected'>;

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
  const [follower, writer] = await Promise.all([
    ControlFollower.start(demo, cluster),
    ControlWriter.open(demo, cluster),
  ]);
  pace.take(follower.state.pace, { steps: 0, jumpTo: undefined });
  const reports = new ProducerReports(writer, () => ({
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

/** A producer's records on the control topic, one after the other. */
class ProducerReports {
  readonly #writer: ControlWriter;
  readonly #current: () => PartReport;
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> | undefined;
  /** Whether there is something new since that one was begun. */
  #isStale = false;

  constructor(writer: ControlWriter, current: () => PartReport) {
    this.#writer = writer;
    this.#current = current;
    this.#timer = setInterval(() => this.report(), REPORT_MS);
    this.report();
  }

  report(): void {
    if (this.#writing !== undefined) {
      this.#isStale = true;
      return;
    }
    this.#isStale = false;
    // What cannot be written is seen as silence; that the cluster is gone is said by whoever sends the demo's records.
    this.#writing = this.#writer
      .report(this.#current())
      .catch(() => undefined)
      .then(() => {
        this.#writing = undefined;
        if (this.#isStale) this.report();
      });
  }

  /** Ends with the producer taken from the list of those that are there. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isStale = false;
    const { role, instance } = this.#current();
    const leaving = this.#writer.leave(role, instance).catch(() => undefined);
    // A writer waits for what is on its way for a moment, and no longer.
    await this.#writer.close();
    await Promise.race([leaving, this.#writing]);
  }
}
