import type { Cluster, PartitionReader } from '#shared/kafka';
import type { StateStore, TimestampedKeyValueStore } from '../stores/state-store.js';
import { openStore } from '../stores/store-definition.js';
import type { Topology } from '../topology/topology.js';
import type { Names } from './cluster-topics.js';
import { putGlobalRecord } from './global-record.js';
import type { StreamsMetrics } from './streams-metrics.js';
import type { TopicCodec } from './topic-codec.js';
import type { RecordCount, TopologyCounts } from './topology-counts.js';

/** Where records are counted: all that are taken, and those that are passed over, without a key or not decoding. */
interface Counted {
  readonly metrics: Pick<StreamsMetrics, 'dropped' | 'failed'>;
  readonly counts: TopologyCounts;
}

interface GlobalTable {
  readonly store: TimestampedKeyValueStore<unknown, unknown>;
  readonly codec: TopicCodec;
  readonly sourceName: string;
  readonly taken: RecordCount;
}

/** The global tables of an instance, whole, and kept up to date. */
export class GlobalTables {
  readonly stores: ReadonlyMap<string, StateStore>;
  readonly #tables: ReadonlyMap<string, GlobalTable>;
  readonly #reader: PartitionReader | undefined;
  readonly #counted: Counted;

  private constructor(
    stores: ReadonlyMap<string, StateStore>,
    tables: ReadonlyMap<string, GlobalTable>,
    reader: PartitionReader | undefined,
    counted: Counted,
  ) {
    this.stores = stores;
    this.#tables = tables;
    this.#reader = reader;
    this.#counted = counted;
  }

  /** Opens the tables and reads their topics to where they end now. */
  static async open(
    topology: Topology,
    cluster: Cluster,
    names: Names,
    codecs: ReadonlyMap<string, TopicCodec>,
    counted: Counted,
  ): Promise<GlobalTables> {
    const stores = new Map<string, StateStore>();
    const tables = new Map<string, GlobalTable>();
    for (const { store, topic, sourceName } of topology.globalStores) {
      const definition = topology.stores.get(store);
      const codec = codecs.get(topic.name);
      if (definition === undefined || codec === undefined) continue;
      const opened = openStore(definition, { logging: false });
      stores.set(store, opened);
      // The builder declares a key-value store for each global table.
      const table = opened as TimestampedKeyValueStore<unknown, unknown>;
      const taken = counted.counts.takenByGlobal(store);
      tables.set(names.topic(topic), { store: table, codec, sourceName, taken });
    }
    if (tables.size === 0) return new GlobalTables(stores, tables, undefined, counted);
    const topics = [...tables.keys()];
    const [begins, ends] = await Promise.all([
      cluster.beginningOffsets(topics),
      // What somebody's open transaction keeps back is taken when it comes.
      cluster.endOffsets(topics, { isolation: 'read_committed' }),
    ]);
    const reader = await cluster.reader({ isolation: 'read_committed', onOutOfRange: 'earliest' });
    const global = new GlobalTables(stores, tables, reader, counted);
    const partitions = [...ends].flatMap(([topic, offsets]) =>
      offsets.map((end, partition) => ({ topic, partition, end, offset: begins.get(topic)?.[partition] ?? 0 })),
    );
    reader.seek(partitions);
    while (partitions.some((partition) => (reader.position(partition) ?? 0) < partition.end)) await global.update(100);
    // What was fetched last may not have been taken yet.
    await global.update();
    return global;
  }

  /** Takes what has come; waits so long for it. */
  async update(maxWaitMs = 0): Promise<void> {
    if (this.#reader === undefined) return;
    const { metrics, counts } = this.#counted;
    for (const { topic, records } of await this.#reader.poll(maxWaitMs)) {
      const table = this.#tables.get(topic);
      if (table === undefined) continue;
      await table.codec.prepare(records.map(({ value }) => value));
      for (const record of records) {
        const passedOver = putGlobalRecord(table.store, table.codec, record);
        if (passedOver === 'undecodable') {
          metrics.failed();
          counts.failedAt(table.sourceName);
          continue;
        }
        table.taken.records += 1;
        if (passedOver === 'null') metrics.dropped('null');
      }
    }
  }

  async close(): Promise<void> {
    await this.#reader?.close();
    for (const store of this.stores.values()) store.close();
  }
}
