import { KitError } from '#shared/errors';
import type { ConsumedRecord, OutgoingRecord, RecordHeaders } from '#shared/kafka';
import { offlineSchemas } from '#shared/schema';
import { type DeadLetterReason, deadLetterReason } from '../runtime/dead-letter.js';
import { putGlobalRecord } from '../runtime/global-record.js';
import type { RecordQueue } from '../runtime/record-queue.js';
import { Task } from '../runtime/task.js';
import { openCodecs, type TopicCodec } from '../runtime/topic-codec.js';
import { TopologyCounts } from '../runtime/topology-counts.js';
import type {
  SessionStore,
  StateStore,
  TimestampedKeyValueStore,
  TimestampedWindowStore,
} from '../stores/state-store.js';
import { openStore } from '../stores/store-definition.js';
import { type KeyValueStore, readOnlyFacade } from '../stores/store-facade.js';
import type { AnyTopic } from '../topics.js';
import type { GlobalStore, Topology } from '../topology/topology.js';
import type {
  TestDriverMetrics,
  TestOutput,
  TestRecord,
  TopologyTestDriver,
  TopologyTestDriverOptions,
} from './driver-types.js';

/** Prepares a topology for a test. */
export async function createTopologyTestDriver(
  topology: Topology,
  options: TopologyTestDriverOptions = {},
): Promise<TopologyTestDriver> {
  const codecs = await openCodecs(topology, offlineSchemas(), ({ name }) => name, true);
  return new Driver(topology, codecs, options);
}

/** Far more than what a broker takes: a test says itself what is too large. */
const MAX_RECORD_BYTES = Number.POSITIVE_INFINITY;

interface Written {
  readonly step: number;
  readonly record: OutgoingRecord;
}

class Driver implements TopologyTestDriver {
  readonly #topology: Topology;
  readonly #codecs: ReadonlyMap<string, TopicCodec>;
  readonly #deadLetterTopic: string | undefined;
  readonly #stores: ReadonlyMap<string, StateStore>;
  readonly #task: Task;
  readonly counts: TopologyCounts;
  readonly #queues = new Map<string, RecordQueue>();
  readonly #metrics = { droppedRecords: { null: 0, expired: 0, stale: 0 }, failedRecordsTotal: 0 };
  #written: Written[] = [];
  #wallClockMs: number;
  #steps = 0;
  #offset = 0;

  constructor(topology: Topology, codecs: ReadonlyMap<string, TopicCodec>, options: TopologyTestDriverOptions) {
    const { wallClockMs = 0, deadLetterTopic, emitIntervalMs = 1_000 } = options;
    this.#topology = topology;
    this.#codecs = codecs;
    this.#deadLetterTopic = deadLetterTopic;
    this.#wallClockMs = wallClockMs;
    this.#stores = new Map(
      Array.from(topology.stores, ([name, store]) => [name, openStore(store, { logging: false })]),
    );
    this.counts = new TopologyCounts(topology);
    this.#task = new Task({
      id: '0_0',
      nodes: topology.nodes,
      stores: this.#stores,
      codecs,
      handlers: options,
      counts: this.counts,
      deadLetterTopic,
      emitIntervalMs,
      now: () => this.#wallClockMs,
      collect: (record) => this.#collect(record),
      partitionsOf: () => 1,
      maxRecordBytes: MAX_RECORD_BYTES,
      onDropped: (reason) => {
        this.#metrics.droppedRecords[reason] += 1;
      },
      onFailed: ({ operator }) => {
        this.counts.failedAt(operator);
        this.#metrics.failedRecordsTotal += 1;
      },
      onResumed: () => this.#afterResumed(),
    });
    for (const source of topology.sources) this.#queues.set(source.topic.name, this.#task.addPartition(source, 0));
  }

  get metrics(): TestDriverMetrics {
    const { droppedRecords, failedRecordsTotal } = this.#metrics;
    const droppedRecordsTotal = droppedRecords.null + droppedRecords.expired + droppedRecords.stale;
    return {
      processTotal: this.#task.processed,
      droppedRecordsTotal,
      droppedRecords: { ...droppedRecords },
      failedRecordsTotal,
    };
  }

  async pipe<K, V>(topic: AnyTopic<K, V>, records: readonly TestRecord<K, V>[]): Promise<void> {
    await this.#pipe(records.map((record) => this.#encode(topic.name, record)));
  }

  async pipeAll(
    records: readonly { readonly topic: { readonly name: string }; readonly record: TestRecord<unknown, unknown> }[],
  ): Promise<void> {
    await this.#pipe(records.map(({ topic, record }) => this.#encode(topic.name, record)));
  }

  async pipeRaw(
    topic: { readonly name: string },
    records: readonly TestRecord<string | Buffer | null, Buffer | null>[],
  ): Promise<void> {
    await this.#pipe(
      records.map(({ key, value, timestamp, headers = {} }) =>
        this.#consumed(topic.name, typeof key === 'string' ? Buffer.from(key) : key, value, timestamp, headers),
      ),
    );
  }

  async advanceWallClockTime(ms: number): Promise<void> {
    this.#wallClockMs += ms;
    this.#task.step = this.#steps++;
    this.#task.punctuateWallClock();
    await this.#runToTheEnd();
  }

  async read<K, V>(topic: AnyTopic<K, V>): Promise<TestRecord<K, V>[]> {
    const records = await this.#take((name) => name === topic.name);
    // The topic says what is on it.
    return records.map(
      ({ key, value, timestamp, headers }) => ({ key, value, timestamp, headers }) as TestRecord<K, V>,
    );
  }

  output(): Promise<TestOutput[]> {
    return this.#take((name) => !(this.#codecs.get(name)?.internal ?? true));
  }

  readDeadLetters(): { readonly record: OutgoingRecord; readonly reason: DeadLetterReason | undefined }[] {
    const letters = this.#written.filter(({ record }) => record.topic === this.#deadLetterTopic);
    this.#written = this.#written.filter(({ record }) => record.topic !== this.#deadLetterTopic);
    return letters.map(({ record }) => ({ record, reason: deadLetterReason({ headers: record.headers ?? {} }) }));
  }

  keyValueStore<K, V>(name: string): Pick<KeyValueStore<K, V>, 'get' | 'range' | 'all' | 'approximateNumEntries'> {
    return readOnlyFacade(this.#store<TimestampedKeyValueStore<K, V>>(name));
  }

  tableStore(name: string): { readonly key: unknown; readonly value: unknown; readonly timestamp: number }[] {
    const store = this.#store<TimestampedKeyValueStore<unknown, unknown>>(name);
    return Array.from(store.entries(), ([key, { value, timestamp }]) => ({ key, value, timestamp }));
  }

  windowStore<K, V>(name: string): TimestampedWindowStore<K, V> {
    return this.#store(name);
  }

  sessionStore<K, V>(name: string): SessionStore<K, V> {
    return this.#store(name);
  }

  close(): void {
    this.#task.close();
    for (const store of this.#stores.values()) store.close();
  }

  #store<S extends StateStore>(name: string): S {
    const store = this.#stores.get(name);
    if (store === undefined) {
      const known = [...this.#stores.keys()].join(', ') || 'none';
      throw new KitError('topology', `There is no store "${name}" in the topology; it has ${known}.`);
    }
    return store as S;
  }

  async #pipe(records: readonly ConsumedRecord[]): Promise<void> {
    for (const record of records) await this.#codecs.get(record.topic)?.prepare([record.value]);
    for (const record of records) {
      const queue = this.#queues.get(record.topic);
      // Before it gets into its queue: what goes on is done with before it is there.
      if (queue !== undefined && this.#task.mustFlushBefore(latestTimeOf(queue, record))) await this.#runToTheEnd();
      this.#task.step = this.#steps++;
      const global = this.#topology.globalStores.find(({ topic }) => topic.name === record.topic);
      if (global !== undefined) {
        // Records that are parked came before this one, and must not see it.
        await this.#runToTheEnd();
        this.#toGlobalTable(global, record);
        continue;
      }
      if (queue === undefined) throw new KitError('topology', `The topology does not read ${record.topic}.`);
      queue.add([record]);
      while (this.#task.mustFlush || this.#task.processNext()) {
        if (this.#task.mustFlush) await this.#task.flush();
        if (!this.#task.mustFlush) this.#task.punctuateStreamTime();
      }
    }
    await this.#runToTheEnd();
    this.#task.beginTransaction();
  }

  /** What goes through a topic of the topology's own, until nothing does any more. */
  #runThrough(): void {
    while (this.#task.processNext()) if (!this.#task.mustFlush) this.#task.punctuateStreamTime();
  }

  /** A punctuation comes right after the record that moved stream time, before what that sent to a topic of the topology's own. */
  #afterResumed(): void {
    if (this.#task.mustFlush) return;
    this.#task.punctuateStreamTime();
    this.#runThrough();
  }

  async #runToTheEnd(): Promise<void> {
    do {
      await this.#task.flush();
      this.#runThrough();
    } while (this.#task.hasParked);
  }

  #toGlobalTable(global: GlobalStore, record: ConsumedRecord): void {
    const codec = this.#codecs.get(record.topic);
    if (codec === undefined) return;
    const passedOver = putGlobalRecord(this.#store(global.store), codec, record);
    if (passedOver === 'undecodable') {
      this.counts.failedAt(global.sourceName);
      this.#metrics.failedRecordsTotal += 1;
      return;
    }
    this.counts.takenByGlobal(global.store).records += 1;
    if (passedOver === 'null') this.#metrics.droppedRecords.null += 1;
  }

  #collect(record: OutgoingRecord): void {
    const { step } = this.#task;
    const queue = this.#queues.get(record.topic);
    // A topic that the topology reads, too, gives it what it has written, and nobody else.
    if (queue !== undefined) {
      const key = typeof record.key === 'string' ? Buffer.from(record.key) : record.key;
      queue.add([this.#consumed(record.topic, key, record.value, record.timestamp, record.headers ?? {})]);
    }
    if (!queue?.codec.internal) this.#written.push({ step, record });
  }

  async #take(isWanted: (topic: string) => boolean): Promise<TestOutput[]> {
    const taken = this.#written.filter(({ record }) => isWanted(record.topic));
    this.#written = this.#written.filter(({ record }) => !isWanted(record.topic));
    const outputs: TestOutput[] = [];
    for (const { step, record } of taken) {
      const codec = this.#codecs.get(record.topic);
      if (codec === undefined) throw new KitError('topology', `The topology neither reads nor writes ${record.topic}.`);
      await codec.prepare([record.value]);
      outputs.push({
        step,
        topic: record.topic,
        key: codec.decodeKey(typeof record.key === 'string' ? Buffer.from(record.key) : record.key),
        value: record.value === null ? null : codec.decodeValue(record.value),
        timestamp: record.timestamp,
        headers: record.headers ?? {},
      });
    }
    return outputs;
  }

  #encode(topic: string, { key, value, timestamp, headers = {} }: TestRecord<unknown, unknown>): ConsumedRecord {
    const codec = this.#codecs.get(topic);
    if (codec === undefined) throw new KitError('topology', `The topology neither reads nor writes ${topic}.`);
    return this.#consumed(topic, codec.encodeKey(key), codec.encodeValue(value), timestamp, headers);
  }

  #consumed(
    topic: string,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: RecordHeaders,
  ): ConsumedRecord {
    return { topic, partition: 0, offset: this.#offset++, timestamp, key, value, headers };
  }
}

/** An extractor may make any time of the record. */
function latestTimeOf({ source }: RecordQueue, { timestamp }: ConsumedRecord): number {
  return source.options.timestampExtractor === undefined ? timestamp : Number.POSITIVE_INFINITY;
}
