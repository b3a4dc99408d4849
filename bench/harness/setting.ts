import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, connectCluster } from '#shared/kafka';
import { missingForKafkaJars } from '../../shared/testing/kafka-jars.js';
import { KAFKA_VERSION } from '../../shared/testing/single-node-kafka.js';
import { expectedScores, writeModel } from '../job/model.js';
import { type Shape, usualShape } from '../job/payments.js';
import { nodeProgram, type RunningLoad, startLoad } from './load.js';
import type { Options } from './options.js';

/** A core for what is measured and one for the rest, where --pin is given. */
export interface Cores {
  readonly measured: number | undefined;
  readonly others: number | undefined;
}

/** What the cases of a run share: what was asked for, one Kafka, one model; made when a case first wants it. */
export class Setting implements AsyncDisposable {
  readonly options: Options;
  readonly cores: Cores;
  readonly #folder = mkdtempSync(join(tmpdir(), 'kafka-ml-demos-bench-'));
  #kafka: Promise<string> | undefined;
  #kafkaProcess: RunningLoad | undefined;
  #modelFolder: Promise<string> | undefined;
  #expected: Float32Array = new Float32Array();
  readonly #clusters = new Map<string, Promise<Cluster>>();
  readonly #inputs = new Map<string, Promise<string>>();

  constructor(options: Options) {
    this.options = options;
    this.cores = { measured: options.pin ? 0 : undefined, others: options.pin ? 1 : undefined };
  }

  /** As asked for, or what is enough to see that all is there and right. */
  records(share = 1): number {
    return Math.max(this.options.isShort ? 200 : 1_000, Math.round(this.options.records * share));
  }

  /** How much of something there is to be, in full and in the short version. */
  count(full: number, short: number): number {
    return this.options.isShort ? short : full;
  }

  /** Why there is no Apache Kafka here; undefined where there is. */
  async whyNoKafka(): Promise<string | undefined> {
    if (this.options.brokers !== undefined) return undefined;
    const missing = await missingForKafkaJars();
    return missing && `Apache Kafka is started from its jars, and ${missing}; --brokers names one that runs`;
  }

  /** The address of Apache Kafka: the one that is given, or one that ends with this run. */
  kafka(): Promise<string> {
    this.#kafka ??= (async () => {
      if (this.options.brokers !== undefined) return this.options.brokers;
      this.#kafkaProcess = startLoad(nodeProgram('loads/real-kafka'), { core: this.cores.others });
      return String((await this.#kafkaProcess.begun).address);
    })();
    return this.#kafka;
  }

  /** Of the Apache Kafka that was started; undefined where none was. */
  get kafkaVersion(): string | undefined {
    return this.#kafkaProcess === undefined ? undefined : KAFKA_VERSION;
  }

  /** A connection to a Kafka, the same for all who ask. */
  cluster(address: string): Promise<Cluster> {
    const known = this.#clusters.get(address);
    if (known !== undefined) return known;
    const connecting = connectCluster({ brokers: [address], clientId: 'bench' });
    this.#clusters.set(address, connecting);
    return connecting;
  }

  /** A topic that nobody else has, empty. */
  async newTopic(address: string, name: string, { partitions } = usualShape): Promise<string> {
    const topic = `bench-${name}-${randomUUID().slice(0, 8)}`;
    const cluster = await this.cluster(address);
    await cluster.ensureTopics([{ name: topic, partitions, config: {} }]);
    return topic;
  }

  /** A topic with the payments 0 … count - 1, the same for all who ask. */
  input(address: string, count: number, shape: Shape = usualShape): Promise<string> {
    const { partitions, attachmentBytes } = shape;
    const key = `${address} ${count} ${partitions} ${attachmentBytes}`;
    const known = this.#inputs.get(key);
    if (known !== undefined) return known;
    const filling = (async () => {
      const topic = await this.newTopic(address, 'payments', shape);
      const preload = nodeProgram('loads/preload', address, topic, count, partitions, attachmentBytes);
      await startLoad(preload, { core: this.cores.others }).result;
      return topic;
    })();
    this.#inputs.set(key, filling);
    return filling;
  }

  /** To be called before a Kafka that only a case had is stopped. */
  async forget(address: string): Promise<void> {
    const cluster = this.#clusters.get(address);
    this.#clusters.delete(address);
    for (const key of this.#inputs.keys()) if (key.startsWith(`${address} `)) this.#inputs.delete(key);
    await (await cluster)?.close();
  }

  /** The folder of the job's model. */
  modelFolder(): Promise<string> {
    this.#modelFolder ??= (async () => {
      const folder = this.folder('model');
      await writeModel(folder);
      return folder;
    })();
    return this.#modelFolder;
  }

  /** What the model says of the payments 0 … count - 1. */
  async expected(count: number): Promise<Float32Array> {
    if (this.#expected.length < count) {
      this.#expected = await expectedScores(join(await this.modelFolder(), 'model.onnx'), count);
    }
    return this.#expected.subarray(0, count);
  }

  /** The path of a folder for the time of this run. */
  folder(name: string): string {
    return join(this.#folder, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const address of this.#clusters.keys()) await this.forget(address);
    await this.#kafkaProcess?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
