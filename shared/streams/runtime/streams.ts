import { setImmediate } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import type { Assignment, Chunk, Cluster, Consumer, OutgoingRecord, Producer } from '#shared/kafka';
import type { Schemas, Serializer, Topic } from '#shared/schema';
import type { Topology } from '../topology.js';
import { CommittableOffsets } from './committable-offsets.js';
import { Task, type TaskOptions } from './task.js';

/** Kafka Streams' states, as far as at-least-once without restoring needs them. */
export type StreamsState = 'CREATED' | 'REBALANCING' | 'RUNNING' | 'PENDING_SHUTDOWN' | 'NOT_RUNNING' | 'ERROR';

/** Names follow Kafka Streams' configuration. */
export interface StreamsConfig {
  readonly cluster: Cluster;
  readonly schemas: Schemas;
  /** `application.id`: the consumer group. */
  readonly applicationId: string;
  /** The name that a topic has on this cluster; its own by default. */
  readonly topicName?: (topic: { readonly name: string }) => string;
  /** `errors.dead.letter.queue.topic.name`; without one the first record that fails ends the application. */
  readonly deadLetterTopic?: { readonly name: string };
  /** `commit.interval.ms` */
  readonly commitIntervalMs?: number;
  readonly now?: () => number;
  readonly onStateChange?: (state: StreamsState, from: StreamsState) => void;
}

/** A topology at work on a cluster, at least once. */
export interface KafkaStreams {
  readonly state: StreamsState;
  /** Counts since the start. */
  readonly metrics: { readonly processTotal: number; readonly assignedPartitions: number };
  /** Ends when the application does: resolves after `close`, rejects with the KitError that stopped it. */
  readonly finished: Promise<void>;
  /** Finishes the chunk in work, commits and leaves the group. */
  close(): Promise<void>;
}

/**
 * Starts a topology: registers the schemas it writes, joins the group and processes.
 * @throws KitError when the cluster or the registry refuses.
 */
export async function startStreams(topology: Topology, config: StreamsConfig): Promise<KafkaStreams> {
  const topicName = config.topicName ?? (({ name }) => name);
  const serializers = new Map<string, Serializer<unknown>>();
  for (const topic of topology.sinkTopics) {
    serializers.set(topic.name, await config.schemas.register(topic, topicName(topic)));
  }
  const taskOptions: TaskOptions = {
    topicName,
    serializer: (topic) => serializerOf(serializers, topic),
    deserializer: config.schemas.deserializer(),
    deadLetterTopic: config.deadLetterTopic && topicName(config.deadLetterTopic),
    now: config.now ?? Date.now,
  };
  const application = new Application(topology, taskOptions, config);
  await application.start(topology.sourceTopics.map(topicName));
  return application;
}

function serializerOf(
  serializers: ReadonlyMap<string, Serializer<unknown>>,
  topic: Topic<unknown>,
): Serializer<unknown> {
  const serializer = serializers.get(topic.name);
  if (serializer === undefined) throw new KitError('internal', `No schema was registered for ${topic.name}.`);
  return serializer;
}

/** Records that are worked on before their outputs are sent together. */
const MAX_RECORDS_PER_ROUND = 500;

class Application implements KafkaStreams {
  state: StreamsState = 'CREATED';
  readonly metrics = { processTotal: 0, assignedPartitions: 0 };
  finished: Promise<void> = Promise.resolve();
  readonly #topology: Topology;
  readonly #taskOptions: TaskOptions;
  readonly #config: StreamsConfig;
  readonly #tasks = new Map<number, Task>();
  readonly #committable = new CommittableOffsets();
  #consumer: Consumer | undefined;
  /** The commit that a rebalance brought about; the run ends with what it fails with. */
  #lastCommit: Promise<unknown> = Promise.resolve();

  constructor(topology: Topology, taskOptions: TaskOptions, config: StreamsConfig) {
    this.#topology = topology;
    this.#taskOptions = taskOptions;
    this.#config = config;
  }

  async start(topics: readonly string[]): Promise<void> {
    const { cluster, applicationId } = this.#config;
    const producer = await cluster.produce();
    this.#become('REBALANCING');
    const consumer = await cluster.consume({
      groupId: applicationId,
      topics,
      from: 'beginning',
      onRebalancing: () => this.#rebalancing(),
      onAssigned: (assignment) => this.#assigned(assignment),
    });
    this.#consumer = consumer;
    this.finished = this.#run(consumer, producer);
    // Whoever waits for `finished` gets the reason; a rejection that nobody awaits yet must not end the process.
    this.finished.catch(() => undefined);
  }

  async close(): Promise<void> {
    if (this.state === 'RUNNING' || this.state === 'REBALANCING') this.#become('PENDING_SHUTDOWN');
    await this.finished;
  }

  async #run(consumer: Consumer, producer: Producer): Promise<void> {
    const commitIntervalMs = this.#config.commitIntervalMs ?? 1_000;
    let nextCommit = Date.now() + commitIntervalMs;
    // One send is on its way while the next chunk is worked on; never two, so that order per partition holds.
    let sending: Promise<void> = Promise.resolve();
    try {
      while (this.state !== 'PENDING_SHUTDOWN') {
        const { chunks, generation } = await this.#fetched(consumer);
        if (chunks.length > 0) {
          const outgoing = await this.#process(chunks);
          await sending;
          sending = producer.send(outgoing).then(() => this.#done(chunks, generation));
          sending.catch(() => undefined);
        }
        if (Date.now() >= nextCommit) {
          await sending;
          await this.#lastCommit;
          await consumer.commit(this.#committable.take());
          nextCommit = Date.now() + commitIntervalMs;
        }
      }
      await sending;
      await consumer.commit(this.#committable.take());
      await consumer.close();
      await producer.close();
      this.#become('NOT_RUNNING');
    } catch (error) {
      this.#become('ERROR');
      await Promise.allSettled([consumer.close(), producer.close()]);
      throw KitError.from(error, 'run-failed', `The application ${this.#config.applicationId} stopped`);
    }
  }

  /** What has been fetched of all partitions: a send costs as much for one record as for many. */
  async #fetched(consumer: Consumer): Promise<{ chunks: readonly Chunk[]; generation: number }> {
    let chunks: Chunk[] = [];
    let records = 0;
    let { generation } = this.#committable;
    for (let chunk = await consumer.poll(100); chunk !== undefined; chunk = await consumer.poll(0)) {
      if (generation !== this.#committable.generation) {
        // A rebalance came in between: what was taken before it is fetched again, here or by another member.
        ({ generation } = this.#committable);
        chunks = [];
        records = 0;
      }
      // The partitions of one fetch arrive one after the other, in the same turn of the event loop.
      if (chunks.length === 0) await setImmediate();
      chunks.push(chunk);
      records += chunk.records.length;
      if (records >= MAX_RECORDS_PER_ROUND) break;
    }
    return { chunks, generation };
  }

  /** Each partition's chunks one after the other, the partitions side by side, so that a model is called for all at once. */
  async #process(chunks: readonly Chunk[]): Promise<OutgoingRecord[]> {
    const byPartition = new Map<number, Chunk[]>();
    for (const chunk of chunks) byPartition.set(chunk.partition, [...(byPartition.get(chunk.partition) ?? []), chunk]);
    const outputs = await Promise.all(
      Array.from(byPartition, async ([partition, ofPartition]) => {
        const outgoing: OutgoingRecord[] = [];
        for (const chunk of ofPartition) outgoing.push(...(await this.#task(partition).process(chunk)));
        return outgoing;
      }),
    );
    return outputs.flat();
  }

  #done(chunks: readonly Chunk[], generation: number): void {
    for (const chunk of chunks) {
      this.#committable.done(chunk, generation);
      this.metrics.processTotal += chunk.records.length;
    }
  }

  #task(partition: number): Task {
    const known = this.#tasks.get(partition);
    if (known !== undefined) return known;
    const task = new Task(this.#topology, this.#taskOptions);
    this.#tasks.set(partition, task);
    return task;
  }

  /** Commits what is done while the partitions are this member's still, so that nobody does it again. */
  #rebalancing(): void {
    if (this.#consumer === undefined) return;
    this.#lastCommit = this.#consumer.commit(this.#committable.take());
    this.#lastCommit.catch(() => undefined);
  }

  #assigned(assignment: Assignment): void {
    this.#committable.reassigned();
    this.metrics.assignedPartitions = [...assignment.values()].reduce((sum, partitions) => sum + partitions.length, 0);
    if (this.state === 'REBALANCING') this.#become('RUNNING');
  }

  #become(state: StreamsState): void {
    const from = this.state;
    this.state = state;
    this.#config.onStateChange?.(state, from);
  }
}
