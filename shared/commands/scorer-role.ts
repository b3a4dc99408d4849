import { hostname } from 'node:os';
import { type ScorerStatus, statusTopic } from '#shared/monitoring';
import { loadModel, type Model } from '#shared/scoring';
import { type KafkaStreams, StreamsBuilder, startStreams } from '#shared/streams';
import { type ClusterAddress, connectDemo, type DemoCluster } from './demo-cluster.js';
import { companionTopics, type DemoBasics } from './demo-definition.js';
import { modelFolder } from './demo-model.js';
import type { DemoOptions } from './demo-options.js';
import { aborted, type Shutdown } from './shutdown.js';
import type { Terminal } from './terminal.js';

const HEARTBEAT_MS = 1_000;

/** Predictions are seen when they are committed: on a live page that is to be at once. */
const COMMIT_INTERVAL_MS = { exactly_once: 10, at_least_once: 1_000 } as const;

/** What a scorer that is ready says to its supervisor. */
export interface ScorerReady {
  readonly type: 'ready';
  readonly model: { readonly name: string; readonly version: string; readonly sha256: string };
}

/**
 * The scorer alone: loads the model, runs the topology and says how it is, until it is asked to end.
 * @throws KitError of the model, the cluster or the application.
 */
export async function runScorer(
  definition: DemoBasics,
  options: DemoOptions,
  address: ClusterAddress,
  terminal: Terminal,
  shutdown: Shutdown,
): Promise<void> {
  const model = await loadModel(modelFolder(definition, options), { onNotice: (sentence) => terminal.say(sentence) });
  const demo = await connectDemo(definition, { ...options, only: 'scorer' }, address);
  let stopHeartbeat = async (): Promise<void> => {};
  try {
    const builder = new StreamsBuilder();
    definition.buildTopology(builder, model);
    const topology = builder.build();
    const streams = await startStreams(topology, {
      cluster: demo.cluster,
      schemas: demo.schemas,
      applicationId: `${options.namespace}${definition.name}.scorer`,
      topicName: demo.topicName,
      processingGuarantee: options.guarantee,
      commitIntervalMs: COMMIT_INTERVAL_MS[options.guarantee],
      deadLetterTopic: companionTopics(definition.name).deadLetters,
    });
    stopHeartbeat = await startHeartbeat(definition.name, demo, streams, model, options, topology.describe());
    const { name, version, sha256 } = model;
    const ready: ScorerReady = { type: 'ready', model: { name, version, sha256 } };
    process.send?.(ready);
    terminal.say(`Scoring ${demo.topicName(definition.topics.input)} with ${name} ${version}; Ctrl-C ends it.`);
    await Promise.race([streams.finished, aborted(shutdown.signal)]);
    await streams.close();
  } finally {
    await stopHeartbeat();
    await demo.cluster.close();
    await model.close();
  }
}

/** Writes the status topic; gives back what ends it with a last word. */
async function startHeartbeat(
  demoName: string,
  { cluster, schemas, topicName }: DemoCluster,
  streams: KafkaStreams,
  model: Model,
  { guarantee }: DemoOptions,
  topology: string,
): Promise<() => Promise<void>> {
  const topic = statusTopic(demoName);
  const name = topicName(topic);
  const serialize = await schemas.register(topic, name);
  const producer = await cluster.produce();
  const instance = `${hostname()}-${process.pid}`;
  let last = { at: performance.now(), processed: 0 };

  const beat = async (): Promise<void> => {
    const now = { at: performance.now(), processed: streams.metrics.processTotal };
    const seconds = Math.max((now.at - last.at) / 1_000, 0.001);
    const status: ScorerStatus = {
      instance,
      state: streams.state,
      heartbeatAt: Date.now(),
      recordsPerSecond: (now.processed - last.processed) / seconds,
      scoredTotal: now.processed,
      partitions: streams.metrics.assignedPartitions,
      modelName: model.name,
      modelVersion: model.version,
      modelSha256: model.sha256,
      guarantee,
      topology,
    };
    last = now;
    await producer.send([{ topic: name, key: instance, value: serialize(status), timestamp: status.heartbeatAt }]);
  };

  let beating = beat();
  const timer = setInterval(() => {
    // A heartbeat that cannot be written is what silence on the page means; the application itself reports a lost cluster.
    beating = beating.then(beat).catch(() => undefined);
  }, HEARTBEAT_MS);
  await beating;
  return async () => {
    clearInterval(timer);
    await beating.then(beat).catch(() => undefined);
  };
}
