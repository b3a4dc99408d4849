import { setTimeout as delay } from 'node:timers/promises';
import type { PartitionReader } from '#shared/kafka';
import { type ScorerStatus, statusTopic } from '#shared/monitoring';
import type { Deserializer } from '#shared/schema';
import { decodedRecords } from './decoded-records.js';
import type { DemoCluster } from './demo-cluster.js';

/** Heartbeats come once a second. */
const SILENT_MS = 4_000;
const ALL_HEARD_MS = 2_500;
const POLL_MS = 200;

/** The scorers of a demo, as their heartbeats come from now on. */
export class HeardScorers {
  readonly #heartbeats: Deserializer<ScorerStatus>;
  readonly #reader: PartitionReader | undefined;
  readonly #heard = new Map<string, { readonly status: ScorerStatus; readonly at: number }>();
  readonly #reading: Promise<void>;
  #isClosed = false;

  /** Begins to listen; resolves when all that are there should have been heard. To be closed before its cluster is. */
  static async start(
    demo: string,
    { cluster, schemas, topicName }: DemoCluster,
    signal: AbortSignal,
  ): Promise<HeardScorers> {
    const topic = statusTopic(demo);
    const name = topicName(topic);
    const heartbeats = schemas.deserializer<ScorerStatus>({ reader: topic.schema });
    if (!(await cluster.partitionCounts([name])).has(name)) return new HeardScorers(heartbeats, undefined);
    const [offset = 0] = (await cluster.endOffsets([name])).get(name) ?? [];
    const reader = await cluster.reader({ isolation: 'read_committed', onOutOfRange: 'earliest' });
    reader.seek([{ topic: name, partition: 0, offset }]);
    const scorers = new HeardScorers(heartbeats, reader);
    await delay(ALL_HEARD_MS, undefined, { signal }).catch(() => undefined);
    return scorers;
  }

  private constructor(heartbeats: Deserializer<ScorerStatus>, reader: PartitionReader | undefined) {
    this.#heartbeats = heartbeats;
    this.#reader = reader;
    this.#reading = this.#read();
  }

  /** What each that is not silent said last. */
  get heard(): readonly ScorerStatus[] {
    const since = performance.now() - SILENT_MS;
    return [...this.#heard.values()].flatMap(({ status, at }) => (at > since ? [status] : []));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#reading;
    await this.#reader?.close();
  }

  async #read(): Promise<void> {
    // What somebody else has put there is no scorer.
    const take = decodedRecords<ScorerStatus>(
      this.#heartbeats,
      (status) => this.#take(status),
      () => undefined,
    );
    while (this.#reader !== undefined && !this.#isClosed) {
      try {
        for (const chunk of await this.#reader.poll(POLL_MS)) await take(chunk);
      } catch {
        // Who cannot be heard is silent, and that is said.
        return;
      }
    }
  }

  #take(status: ScorerStatus): void {
    if (status.state === 'NOT_RUNNING') this.#heard.delete(status.instance);
    else this.#heard.set(status.instance, { status, at: performance.now() });
  }
}
