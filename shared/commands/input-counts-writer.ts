import { type InputCounts, monitoringTopics } from '#shared/monitoring';
import type { Model, ServedModel } from '#shared/scoring';
import type { DemoCluster } from './demo-cluster.js';

const WRITTEN_EVERY_MS = 1_000;

/** Writes about once a second how the inputs of rows that a scorer has scored fall into the bins of the serving model's card. */
export class InputCountsWriter {
  readonly #served: Pick<ServedModel, 'current'>;
  readonly #instance: string;
  readonly #send: (counts: InputCounts) => Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #model: Model;
  #writing: Promise<void> = Promise.resolve();

  /** `instance`: by which name the scorer's heartbeats go. */
  static async start(
    demo: string,
    { cluster, schemas, topicName }: DemoCluster,
    { instance, served }: { readonly instance: string; readonly served: Pick<ServedModel, 'current'> },
  ): Promise<InputCountsWriter> {
    const { inputCounts } = monitoringTopics(demo);
    const topic = topicName(inputCounts);
    const serialize = await schemas.register(inputCounts, topic);
    const producer = await cluster.produce();
    return new InputCountsWriter(instance, served, (counts) => {
      const key = `${counts.modelName}/${counts.modelVersion}`;
      return producer.send([{ topic, key, value: serialize(counts), timestamp: counts.countedAt }]);
    });
  }

  private constructor(
    instance: string,
    served: Pick<ServedModel, 'current'>,
    send: (counts: InputCounts) => Promise<void>,
  ) {
    this.#instance = instance;
    this.#served = served;
    this.#send = send;
    this.#model = served.current;
    // The first taking is what begins the counting.
    this.#write();
    this.#timer = setInterval(() => this.#write(), WRITTEN_EVERY_MS);
  }

  /** Ends with what was counted since the last time. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#write();
    await this.#writing;
  }

  #write(): void {
    const { current } = this.#served;
    this.#take(this.#model);
    if (current === this.#model) return;
    // Another model counts by its own card.
    this.#model = current;
    this.#take(current);
  }

  #take({ name: modelName, version: modelVersion, inputCounter }: Model): void {
    const counted = inputCounter?.take();
    if (counted === undefined) return;
    const counts = { instance: this.#instance, modelName, modelVersion, countedAt: Date.now(), ...counted };
    // Counts that cannot be written are a second's rows of a sample; the application itself reports a lost cluster.
    this.#writing = this.#writing.then(() => this.#send(counts)).catch(() => undefined);
  }
}
