import { type ScorerStatus, statusTopic } from '#shared/monitoring';
import type { ModelEvent, ServedModel } from '#shared/scoring';
import type { KafkaStreams } from '#shared/streams';
import type { DemoCluster } from './demo-cluster.js';
import type { DemoOptions } from './demo-options.js';
import type { ScorerInstruments } from './scorer-instruments.js';

const HEARTBEAT_MS = 1_000;

/** What a heartbeat tells of. */
export interface ScorerAtWork {
  readonly instance: string;
  readonly streams: KafkaStreams;
  readonly served: ServedModel;
  readonly scored: { readonly scoredTotal: number };
  readonly guarantee: DemoOptions['guarantee'];
  /** The text of `topology.describe()`. */
  readonly topology: string;
  readonly news: ModelNews;
  readonly instruments: ScorerInstruments;
  /** What is switched on that it obeys. */
  readonly faults: { readonly obeys: readonly string[] };
}

/** What became of the model since the start. */
export class ModelNews {
  since = Date.now();
  swapsTotal = 0;
  refusalsTotal = 0;
  refusal: ScorerStatus['refusal'] = null;

  take(event: ModelEvent): void {
    if (event.type === 'refused') {
      const { name: modelName, version: modelVersion, publishedAt, code, message, refusedAt } = event.refusal;
      this.refusalsTotal += 1;
      this.refusal = { role: event.role, modelName, modelVersion, publishedAt, code, message, refusedAt };
    } else {
      if (event.role === 'champion') {
        this.swapsTotal += 1;
        this.since = Date.now();
      }
      if (this.refusal?.role === event.role) this.refusal = null;
    }
  }
}

/** Writes the status topic, about once a second. */
export class ScorerHeartbeat {
  readonly #scorer: ScorerAtWork;
  readonly #send: (status: ScorerStatus) => Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #last = { at: performance.now(), scored: 0 };
  #beating: Promise<void> = Promise.resolve();

  /** Starts when the first heartbeat is written. */
  static async start(
    demo: string,
    { cluster, schemas, topicName }: DemoCluster,
    scorer: ScorerAtWork,
  ): Promise<ScorerHeartbeat> {
    const topic = statusTopic(demo);
    const name = topicName(topic);
    const serialize = await schemas.register(topic, name);
    const producer = await cluster.produce();
    const heartbeat = new ScorerHeartbeat(scorer, (status) =>
      producer.send([{ topic: name, key: status.instance, value: serialize(status), timestamp: status.heartbeatAt }]),
    );
    await heartbeat.#send(heartbeat.#status());
    return heartbeat;
  }

  private constructor(scorer: ScorerAtWork, send: (status: ScorerStatus) => Promise<void>) {
    this.#scorer = scorer;
    this.#send = send;
    this.#timer = setInterval(() => void this.beat(), HEARTBEAT_MS);
  }

  /** Writes one at once: there is something new. Resolves when it is written, or cannot be. */
  beat(): Promise<void> {
    // A heartbeat that cannot be written is what silence on the page means; the application itself reports a lost cluster.
    this.#beating = this.#beating.then(() => this.#send(this.#status())).catch(() => undefined);
    return this.#beating;
  }

  /** Ends with a last word. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.beat();
  }

  #status(): ScorerStatus {
    const { instance, streams, served, scored, guarantee, topology, news, instruments, faults } = this.#scorer;
    const now = { at: performance.now(), scored: scored.scoredTotal };
    const seconds = Math.max((now.at - this.#last.at) / 1_000, 0.001);
    const recordsPerSecond = (now.scored - this.#last.scored) / seconds;
    this.#last = now;
    const { current, comparison } = served;
    return {
      instance,
      state: streams.state,
      heartbeatAt: Date.now(),
      recordsPerSecond,
      scoredTotal: now.scored,
      partitions: streams.metrics.assignedPartitions,
      modelName: current.name,
      modelVersion: current.version,
      modelSha256: current.sha256,
      guarantee,
      topology,
      modelSince: news.since,
      modelPublishedAt: served.publishedAt ?? null,
      modelPositive: current.card.labels?.length === 2 ? (current.card.labels[1] ?? null) : null,
      modelThreshold: current.card.threshold ?? null,
      swapsTotal: news.swapsTotal,
      refusalsTotal: news.refusalsTotal,
      refusal: news.refusal,
      challenger:
        comparison === undefined
          ? null
          : { ...comparison, modelName: comparison.name, modelVersion: comparison.version },
      unknownCategories: Object.fromEntries([...current.unknownCategories].filter(([, count]) => count > 0)),
      metrics: instruments.samples(),
      obeys: faults.obeys,
      tasks: streams.partitions.map(({ topic, partition }) => `${topic}-${partition}`),
      edges: streams.counts.edges,
      failed: streams.counts.failed,
    };
  }
}
