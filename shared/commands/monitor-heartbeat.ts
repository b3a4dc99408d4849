import type { OutgoingRecord, Producer } from '#shared/kafka';
import { monitoringTopics } from '#shared/monitoring';
import type { DemoCluster } from './demo-cluster.js';
import { instanceName } from './instance-name.js';

const HEARTBEAT_MS = 1_000;

/** Says about once a second, on `<demo>.monitor-status` of each demo that is monitored, that it is, and how many records were passed over. */
export class MonitorHeartbeat {
  readonly #instance = instanceName();
  readonly #beats: (() => OutgoingRecord)[] = [];
  readonly #timer: NodeJS.Timeout;
  #beating: Promise<void> = Promise.resolve();

  static async start(cluster: DemoCluster): Promise<MonitorHeartbeat> {
    return new MonitorHeartbeat(cluster, await cluster.cluster.produce());
  }

  private constructor(
    private readonly cluster: DemoCluster,
    private readonly producer: Producer,
  ) {
    this.#timer = setInterval(() => {
      // A heartbeat that cannot be written is what silence means; the applications themselves report a lost cluster.
      this.#beating = this.#beating.then(() => this.#beat()).catch(() => undefined);
    }, HEARTBEAT_MS);
  }

  /** From now on this demo is monitored, which has been written when this resolves; `passedOver` gives its records that were passed over. */
  async begin(demo: string, passedOver: () => number): Promise<void> {
    const { schemas, topicName } = this.cluster;
    const { monitorStatus } = monitoringTopics(demo);
    const topic = topicName(monitorStatus);
    const serialize = await schemas.register(monitorStatus, topic);
    const instance = this.#instance;
    this.#beats.push(() => {
      const heartbeatAt = Date.now();
      const value = serialize({ instance, heartbeatAt, passedOver: passedOver() });
      return { topic, key: instance, value, timestamp: heartbeatAt };
    });
    await this.#beat();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    await this.producer.close();
  }

  async #beat(): Promise<void> {
    if (this.#beats.length > 0) await this.producer.send(this.#beats.map((beat) => beat()));
  }
}
