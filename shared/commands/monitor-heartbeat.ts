import type { Producer } from '#shared/kafka';
import { monitoringTopics } from '#shared/monitoring';
import type { DemoCluster } from './demo-cluster.js';
import { instanceName } from './instance-name.js';

const HEARTBEAT_MS = 1_000;

/** Says about once a second, on `<demo>.monitor-status` of each demo, that they are monitored, and how many records were passed over. */
export class MonitorHeartbeat {
  readonly #producer: Producer;
  readonly #timer: NodeJS.Timeout;
  #beating: Promise<void> = Promise.resolve();

  /** Starts when the first heartbeat is written; `passedOver` gives the records of a demo that its applications have passed over. */
  static async start(
    demos: readonly string[],
    { cluster, schemas, topicName }: DemoCluster,
    passedOver: (demo: string) => number,
  ): Promise<MonitorHeartbeat> {
    const instance = instanceName();
    const topics = await Promise.all(
      demos.map(async (demo) => {
        const { monitorStatus } = monitoringTopics(demo);
        const topic = topicName(monitorStatus);
        return { demo, topic, serialize: await schemas.register(monitorStatus, topic) };
      }),
    );
    const producer = await cluster.produce();
    const beat = (): Promise<void> => {
      const heartbeatAt = Date.now();
      return producer.send(
        topics.map(({ demo, topic, serialize }) => ({
          topic,
          key: instance,
          value: serialize({ instance, heartbeatAt, passedOver: passedOver(demo) }),
          timestamp: heartbeatAt,
        })),
      );
    };
    await beat();
    return new MonitorHeartbeat(producer, beat);
  }

  private constructor(producer: Producer, beat: () => Promise<void>) {
    this.#producer = producer;
    this.#timer = setInterval(() => {
      // A heartbeat that cannot be written is what silence means; the applications themselves report a lost cluster.
      this.#beating = this.#beating.then(beat).catch(() => undefined);
    }, HEARTBEAT_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    await this.#producer.close();
  }
}
