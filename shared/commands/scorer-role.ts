import { fileURLToPath } from 'node:url';
import { ControlFollower } from '#shared/control';
import { createScorerExposition } from '#shared/metrics';
import { deliveryInterceptor } from '#shared/monitoring';
import { MODELS_TOPIC, type ModelEvent, type ServedModel, serveModel } from '#shared/scoring';
import { StreamsBuilder, startStreams } from '#shared/streams';
import { deliveryCounting } from './delivery-counting.js';
import { type ClusterAddress, connectDemo } from './demo-cluster.js';
import { companionTopics, type DemoBasics } from './demo-definition.js';
import { modelFolder } from './demo-model.js';
import type { DemoOptions } from './demo-options.js';
import { InputCountsWriter } from './input-counts-writer.js';
import { instanceName } from './instance-name.js';
import { openProbes } from './open-probes.js';
import { RowSampler } from './row-sampler.js';
import { ScoredCounter } from './scored-counter.js';
import { ScorerFaults } from './scorer-faults.js';
import { ModelNews, ScorerHeartbeat } from './scorer-heartbeat.js';
import { ScorerInstruments } from './scorer-instruments.js';
import { aborted, type Shutdown } from './shutdown.js';
import type { Terminal } from './terminal.js';

/** Predictions are seen when they are committed: on a live page that is to be at once. */
const COMMIT_INTERVAL_MS = { exactly_once: 10, at_least_once: 1_000 } as const;

/** What a scorer that is ready says to its supervisor. */
export interface ScorerReady {
  readonly type: 'ready';
  /** By which name its heartbeats go. */
  readonly instance: string;
  readonly model: { readonly name: string; readonly version: string; readonly sha256: string };
}

/** What a scorer is in its process. */
interface ScorerProcessParts {
  /** By which name its heartbeats go. */
  readonly instance: string;
  readonly instruments: ScorerInstruments;
  readonly terminal: Terminal;
  readonly shutdown: Shutdown;
}

/**
 * The scorer alone: loads the model that is active, runs the topology, exchanges the model as it is published, and says how
 * it is, until it is asked to end.
 * @throws KitError of the model, the cluster or the application.
 */
export async function runScorer(
  definition: DemoBasics,
  options: DemoOptions,
  address: ClusterAddress,
  terminal: Terminal,
  shutdown: Shutdown,
): Promise<void> {
  const instance = instanceName();
  const instruments = new ScorerInstruments();
  const own = { demo: definition.name, scorer: instance };
  const metrics = () => createScorerExposition(own, () => instruments.samples());
  const probes = await openProbes(options, { metrics, missing: () => instruments.missing() }, terminal);
  try {
    await score(definition, options, address, { instance, instruments, terminal, shutdown });
  } finally {
    instruments.close();
    await probes.close();
  }
}

async function score(
  definition: DemoBasics,
  options: DemoOptions,
  address: ClusterAddress,
  { instance, instruments, terminal, shutdown }: ScorerProcessParts,
): Promise<void> {
  const demo = await connectDemo(definition, { ...options, only: 'scorer' }, address);
  const news = new ModelNews();
  let heartbeat: ScorerHeartbeat | undefined;
  let inputCounts: InputCountsWriter | undefined;
  let served: ServedModel | undefined;
  let sampler: RowSampler | undefined;
  // What it is to do is read while the model is loaded.
  const following = ControlFollower.start(definition.name, demo, { onWarning: (sentence) => terminal.say(sentence) });
  try {
    const serving = await serveModel({
      cluster: demo.cluster,
      topic: demo.topicName({ name: MODELS_TOPIC }),
      demo: definition.name,
      instance,
      ownFolder: modelFolder(definition, options),
      prefersOwn: options.model !== undefined,
      ...(definition.challengerFolder && { ownChallenger: fileURLToPath(definition.challengerFolder) }),
      reasons: definition.explains ?? false,
      onNotice: (sentence) => terminal.say(sentence),
      onCall: instruments.called,
      onEvent: (event) => {
        news.take(event);
        void heartbeat?.beat();
        terminal.say(eventInWords(event, definition));
      },
    });
    served = serving;
    const control = await following;
    const faults = new ScorerFaults(control, {
      instance,
      slowDown: (ms) => serving.slowDown(ms),
      beat: () => heartbeat?.beat() ?? Promise.resolve(),
    });
    const builder = new StreamsBuilder();
    const scored = new ScoredCounter(serving.scorer);
    sampler = await RowSampler.start(definition.name, demo, {
      everyRow: () => control.state.pace.paused,
      onNotice: (sentence) => terminal.say(sentence),
    });
    definition.buildTopology(builder, sampler?.around(scored) ?? scored);
    const topology = builder.build();
    const counted = options.monitoring ? await deliveryCounting(definition, demo) : undefined;
    const streams = await startStreams(topology, {
      cluster: demo.cluster,
      schemas: demo.schemas,
      applicationId: `${options.namespace}${definition.name}.scorer`,
      topicName: demo.topicName,
      processingGuarantee: options.guarantee,
      commitIntervalMs: COMMIT_INTERVAL_MS[options.guarantee],
      deadLetterTopic: companionTopics(definition.name).deadLetters,
      ...(counted && { interceptor: deliveryInterceptor(counted.audited, counted.counting) }),
    });
    instruments.begin(() => ({ streams, model: serving.current, modelSince: news.since }));
    const { guarantee } = options;
    const atWork = {
      instance,
      streams,
      served,
      scored,
      guarantee,
      topology: topology.describe(),
      news,
      instruments,
      faults,
    };
    heartbeat = await ScorerHeartbeat.start(definition.name, demo, atWork);
    if (options.monitoring) inputCounts = await InputCountsWriter.start(definition.name, demo, atWork);
    const { name, version, sha256 } = serving.current;
    const ready: ScorerReady = { type: 'ready', instance, model: { name, version, sha256 } };
    process.send?.(ready);
    terminal.say(`Scoring ${demo.topicName(definition.topics.input)} with ${name} ${version}; Ctrl-C ends it.`);
    await Promise.race([streams.finished, aborted(shutdown.signal)]);
    // What is slowed down goes on at once: nobody waits for it who wants it to end.
    faults.close();
    await streams.close();
  } finally {
    await (await following).close();
    await inputCounts?.close();
    await sampler?.close();
    await heartbeat?.close();
    await served?.close();
    await demo.cluster.close();
  }
}

function eventInWords(event: ModelEvent, { challengerFolder }: DemoBasics): string {
  if (event.type === 'refused') {
    const { name, version, message } = event.refusal;
    return `${name} ${version} is refused as ${event.role}, what served goes on: ${message}`;
  }
  const model = event.to && `${event.to.name} ${event.to.version}`;
  const took = `${Math.round(event.tookMs)} ms from reading its publication`;
  if (event.role === 'challenger') {
    if (model === undefined && challengerFolder) return `The demo's own challenger votes again (${took}).`;
    return model === undefined ? 'There is no challenger any more.' : `${model} challenges what serves (${took}).`;
  }
  return `${model ?? "The demo's own model"} serves now (${took}).`;
}
