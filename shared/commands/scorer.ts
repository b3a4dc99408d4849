import { KitError } from '#shared/errors';
import type { Cluster } from '#shared/kafka';
import { createScorerExposition } from '#shared/metrics';
import { connectSchemas } from '#shared/schema';
import { checkBeside, loadModelFiles, type Model, readModelFolder } from '#shared/scoring';
import { startStreams } from '#shared/streams';
import { anyRecordSerde } from './any-record.js';
import { deadLetterConfig } from './dead-letter-config.js';
import { exitCodeOf } from './exit-code.js';
import { instanceName } from './instance-name.js';
import { joinCluster, PATIENCE_OF_PARTS_MS } from './joined-cluster.js';
import { nearest } from './near-names.js';
import { openProbes } from './open-probes.js';
import { ScorerInstruments } from './scorer-instruments.js';
import { parseScorerOptions, type ScorerOptions, scorerHelp } from './scorer-options.js';
import { predictionsTopic, scorerTopology } from './scorer-topology.js';
import { aborted, listenForShutdown } from './shutdown.js';
import { createTerminal } from './terminal.js';

// What is scored may have happened long ago: by Kafka's default of seven days its predictions would be deleted at once.
const PREDICTIONS_CONFIG = { 'retention.ms': '-1', 'retention.bytes': '1073741824' };

const terminal = createTerminal({ dataOnStdout: false, verbose: process.argv.includes('--verbose') });
const shutdown = listenForShutdown(false);
try {
  const options = parseScorerOptions(process.argv.slice(2), process.env);
  if (options === undefined) terminal.say(scorerHelp.trimEnd());
  else await scoreTopic(options);
} catch (error) {
  terminal.error(error);
  process.exitCode = exitCodeOf(KitError.from(error).code);
}
// Timers and sockets of a client that failed must not keep a run alive that is over.
setTimeout(() => process.exit(), 1_000).unref();

async function scoreTopic(options: ScorerOptions): Promise<void> {
  const onNotice = (sentence: string): unknown => process.stderr.write(`${sentence}\n`);
  const files = await readModelFolder(options.model);
  // In a process of its own first: what crashes the runtime, or never comes back, is told in a sentence.
  await checkBeside(files, options.model, { reasons: false, signal: shutdown.signal }).catch((error: unknown) => {
    if (!shutdown.signal.aborted) throw error;
  });
  if (shutdown.signal.aborted) return;
  const model = await loadModelFiles(files, options.model, { onNotice, isChecked: true });
  try {
    const { verbose } = options;
    const cluster = await joinCluster(options.cluster, {
      clientId: 'scorer',
      verbose,
      suggestsBroker: true,
      patienceMs: PATIENCE_OF_PARTS_MS,
    });
    try {
      await run(options, cluster, model);
    } finally {
      await cluster.close();
    }
  } finally {
    await model.close();
  }
}

/** With what shows how it does, where that is asked for. */
async function run(options: ScorerOptions, cluster: Cluster, model: Model): Promise<void> {
  const instruments = new ScorerInstruments();
  model.onCall = instruments.called;
  const own = { demo: options.group, scorer: instanceName() };
  const metrics = () => createScorerExposition(own, () => instruments.samples());
  const probes = await openProbes(options, { metrics, missing: () => instruments.missing() }, terminal);
  try {
    await score(options, cluster, model, instruments);
  } finally {
    instruments.close();
    await probes.close();
  }
}

async function score(
  options: ScorerOptions,
  cluster: Cluster,
  model: Model,
  instruments: ScorerInstruments,
): Promise<void> {
  const { input, output, deadLetters, group, guarantee, registry } = options;
  const partitions = await partitionsOf(input, cluster);
  await cluster.ensureTopics([
    { name: output, partitions, config: PREDICTIONS_CONFIG },
    { name: deadLetters, partitions, config: deadLetterConfig },
  ]);
  const schemas = connectSchemas({ ...registry, everyNumber: true });
  const records = anyRecordSerde(schemas.deserializer(), model.card);
  const serialize = await schemas.register(predictionsTopic(output, partitions), output);
  const streams = await startStreams(scorerTopology({ input, output, records, serialize }, model), {
    cluster,
    applicationId: group,
    processingGuarantee: guarantee,
    deadLetterTopic: { name: deadLetters },
  });
  const modelSince = Date.now();
  instruments.begin(() => ({ streams, model, modelSince }));
  terminal.say(`Scoring ${input} with ${model.name} ${model.version} to ${output}; Ctrl-C ends it.`);
  await Promise.race([streams.finished, aborted(shutdown.signal)]);
  await streams.close();
  const { failedRecordsTotal } = streams.metrics;
  if (failedRecordsTotal > 0) terminal.say(`${failedRecordsTotal} records became dead letters, their headers say why.`);
  for (const [field, count] of model.unknownCategories) {
    if (count > 0) terminal.say(`${model.name} was not trained on the ${field} of ${count} records.`);
  }
}

/** @throws KitError 'usage' where there is no such topic, with those that are called nearly so. */
async function partitionsOf(topic: string, cluster: Cluster): Promise<number> {
  const partitions = (await cluster.partitionCounts([topic])).get(topic);
  if (partitions !== undefined) return partitions;
  const near = nearest(topic, await cluster.topicNames(), 3);
  const meant = near.length === 0 ? 'create it before' : `did you mean ${near.slice(0, 3).join(' or ')}?`;
  throw new KitError(
    'usage',
    `The topic ${topic}, which is to be scored, is not on the cluster; ${meant}${near.length === 0 ? '.' : ''}`,
  );
}
