import {
  type Cluster,
  type ClusterConfig,
  connectCluster,
  type OutgoingRecord,
  type PartitionReader,
  parseBrokers,
} from '#shared/kafka';
import type { KafkaUnderTest } from '#shared/testing';
import type { SerdeTopic } from '../topics.js';
import type { Topology } from '../topology/topology.js';
import { type KafkaStreams, startStreams } from './kafka-streams.js';
import type { StreamsConfig } from './streams-config.js';

/** A record as it is read back, in the order of its partition. */
export interface ReadBack<K, V> {
  readonly partition: number;
  readonly key: K;
  readonly value: V | null;
  readonly timestamp: number;
}

/** Topics, applications and readers of one test, under names of its own. */
export class TestApplication {
  readonly #open: { close(): Promise<unknown> }[] = [];

  private constructor(
    readonly name: string,
    readonly cluster: Cluster,
  ) {}

  static async open(
    kafka: KafkaUnderTest,
    test: string,
    security: Pick<ClusterConfig, 'tls' | 'sasl'> = {},
  ): Promise<TestApplication> {
    return new TestApplication(
      kafka.unique(test),
      await connectCluster({ brokers: parseBrokers(kafka.brokers), clientId: 'test', ...security }),
    );
  }

  fullName(topic: { readonly name: string }): string {
    return `${this.name}.${topic.name}`;
  }

  async createTopics(partitions: number, ...topics: readonly { readonly name: string }[]): Promise<void> {
    await this.cluster.ensureTopics(topics.map((topic) => ({ name: this.fullName(topic), partitions, config: {} })));
  }

  async start(topology: Topology, config: Partial<StreamsConfig> = {}): Promise<KafkaStreams> {
    const streams = await startStreams(topology, {
      cluster: this.cluster,
      applicationId: `${this.name}.app`,
      topicName: (topic) => this.fullName(topic),
      commitIntervalMs: 20,
      ...config,
    });
    this.#open.push(streams);
    return streams;
  }

  async produce<K, V>(
    topic: SerdeTopic<K, V>,
    records: readonly { key: K | null; value: V | null; timestamp: number }[],
  ): Promise<void> {
    const producer = await this.cluster.produce();
    await producer.send(
      records.map(
        ({ key, value, timestamp }): OutgoingRecord => ({
          topic: this.fullName(topic),
          key: isGiven(key) ? topic.key.serialize(key) : null,
          value: isGiven(value) ? topic.value.serialize(value) : null,
          timestamp,
        }),
      ),
    );
    await producer.close();
  }

  /** Reads a topic, read_committed, until what was read is enough. */
  async readUntil<K, V>(
    topic: SerdeTopic<K, V>,
    isEnough: (records: readonly ReadBack<K, V>[]) => boolean,
  ): Promise<ReadBack<K, V>[]> {
    const name = this.fullName(topic);
    const counts = await this.cluster.partitionCounts([name]);
    const reader: PartitionReader = await this.cluster.reader({ isolation: 'read_committed' });
    reader.seek(
      Array.from({ length: counts.get(name) ?? 0 }, (_, partition) => ({ topic: name, partition, offset: 0 })),
    );
    const read: ReadBack<K, V>[] = [];
    const deadline = performance.now() + 25_000;
    while (!isEnough(read)) {
      if (performance.now() > deadline) throw new Error(`${read.length} records of ${name} are not enough.`);
      for (const { partition, records } of await reader.poll(100)) {
        for (const { key, value, timestamp } of records) {
          // Topics of a test have keys.
          const decoded = topic.key.deserialize(key ?? Buffer.alloc(0)) as K;
          read.push({ partition, key: decoded, value: value && topic.value.deserialize(value), timestamp });
        }
      }
    }
    await reader.close();
    return read;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.#open) await each.close().catch(() => undefined);
    await this.cluster.close();
  }
}

function isGiven<T>(value: T): value is T & NonNullable<T> {
  return value !== null && value !== undefined;
}
