import type { Cluster, PartitionReader } from '#shared/kafka';
import { connectSchemas, type Deserializer, type Topic } from '#shared/schema';

/** A test gives up when nothing more has come for so long: a scorer that was killed is missed after 10 s. */
const PATIENCE_MS = 45_000;

/** A record as read_committed shows it, decoded. */
export interface CommittedRecord<V> {
  readonly partition: number;
  readonly key: string;
  readonly value: V;
}

/** The committed records of a topic from its beginning on, as they come; those of a partition, and so of a key, in order. */
export class CommittedRecords<V> {
  /** What was read so far. */
  readonly records: CommittedRecord<V>[] = [];
  readonly #cluster: Cluster;
  readonly #topic: string;
  readonly #reader: PartitionReader;
  readonly #deserializer: Deserializer<V>;

  private constructor(cluster: Cluster, topic: string, reader: PartitionReader, deserializer: Deserializer<V>) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#reader = reader;
    this.#deserializer = deserializer;
  }

  /** `name`: how the topic, which must be there, is called on the cluster. */
  static async open<V>(
    cluster: Cluster,
    registry: string,
    topic: Topic<V>,
    name: string = topic.name,
  ): Promise<CommittedRecords<V>> {
    const reader = await cluster.reader({ isolation: 'read_committed' });
    const partitions = (await cluster.partitionCounts([name])).get(name) ?? 0;
    reader.seek(Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition, offset: 0 })));
    const deserializer = connectSchemas({ url: registry }).deserializer<V>({ reader: topic.schema });
    return new CommittedRecords(cluster, name, reader, deserializer);
  }

  /** Reads on until `enough`; throws when that is not so and nothing more comes. */
  async until(enough: (records: readonly CommittedRecord<V>[]) => boolean): Promise<void> {
    let heardAt = performance.now();
    while (!enough(this.records)) {
      if ((await this.#poll()) > 0) heardAt = performance.now();
      if (performance.now() - heardAt > PATIENCE_MS) {
        throw new Error(
          `Nothing more came on ${this.#topic} after ${this.records.length} records; more were expected.`,
        );
      }
    }
  }

  /** Reads on to where the topic ends now. */
  async toEnd(): Promise<void> {
    const ends =
      (await this.#cluster.endOffsets([this.#topic], { isolation: 'read_committed' })).get(this.#topic) ?? [];
    const reached = (): boolean =>
      ends.every((end, partition) => (this.#reader.position({ topic: this.#topic, partition }) ?? 0) >= end);
    // Fetched is not polled yet: after the position was reached one poll gives the rest.
    while (!reached()) await this.#poll();
    await this.#poll(0);
  }

  async #poll(maxWaitMs = 200): Promise<number> {
    const records = (await this.#reader.poll(maxWaitMs)).flatMap((chunk) => chunk.records);
    await this.#deserializer.prepare(records.map(({ value }) => value));
    for (const { partition, key, value } of records) {
      this.records.push({ partition, key: String(key), value: this.#deserializer.decode(value) });
    }
    return records.length;
  }
}
