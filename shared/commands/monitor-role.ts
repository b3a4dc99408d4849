import type { PredictionFields } from '#shared/dashboard';
import type { ConsumedRecord, OffsetReset } from '#shared/kafka';
import {
  type ErrorDecision,
  type FailedRecord,
  type KafkaStreams,
  StreamsBuilder,
  startStreams,
} from '#shared/streams';
import { type ClusterAddress, connectDemos, type DemoCluster } from './demo-cluster.js';
import type { DemoDefinition } from './demo-definition.js';
import type { DemoOptions } from './demo-options.js';
import { MonitorHeartbeat } from './monitor-heartbeat.js';
import { type MonitoringApplication, monitoringApplications } from './monitoring-applications.js';
import { aborted, type Shutdown } from './shutdown.js';
import { SpareTime } from './spare-time.js';
import { isSupervised, type PartTold } from './supervised-process.js';
import type { Terminal } from './terminal.js';

/** Reports are made and read at this pace: nobody needs them sooner, and each commit of each application costs the broker something. */
const COMMIT_INTERVAL_MS = 1_000;
/** What comes in between is fetched together: an answer for each batch that a scorer commits would be most of the broker's work for it. */
const GATHERING = { fetchMinBytes: 65_536, fetchMaxWaitMs: 500, maxPartitionFetchBytes: 131_072 } as const;
/** Whoever yields to everybody may have to wait for its turn; but one that was killed is to be missed before who takes its place gives up. */
const PATIENCE = { transactionTimeoutMs: 60_000, sessionTimeoutMs: 20_000 } as const;

/** What a monitor that is at work says to its supervisor. */
export interface MonitorReady {
  readonly type: 'ready';
}

/**
 * The monitoring applications of demos, all in this process, until it is asked to end.
 * @throws KitError of the cluster, or of the first application that stops.
 */
export async function runMonitor<I, P extends PredictionFields, O>(
  definitions: readonly DemoDefinition<I, P, O>[],
  options: DemoOptions,
  address: ClusterAddress,
  terminal: Terminal,
  shutdown: Shutdown,
): Promise<void> {
  const cluster = await connectDemos(definitions, { ...options, only: 'monitor' }, address);
  const started: KafkaStreams[] = [];
  const spare = new SpareTime(definitions.length);
  const passedOver = new Map<string, number>();
  const tell = tellingPeople(terminal);
  let heartbeat: MonitorHeartbeat | undefined;
  try {
    const start = async (definition: DemoDefinition<I, P, O>, application: MonitoringApplication): Promise<void> => {
      const beforePoll = (): Promise<void> => spare.turn(application.turn);
      const onPassedOver = (): void => void passedOver.set(definition.name, (passedOver.get(definition.name) ?? 0) + 1);
      const surroundings = { beforePoll, tell, onPassedOver };
      started.push(await startApplication(definition, application, options, cluster, surroundings));
    };
    heartbeat = await MonitorHeartbeat.start(cluster);
    // One demo after the other: all at once would wait for each other's topics longer than a busy machine's patience.
    for (const each of definitions) {
      const starts = await Promise.allSettled(monitoringApplications.map((one) => start(each, one)));
      for (const one of starts) if (one.status === 'rejected') throw one.reason;
      await heartbeat.begin(each.name, () => passedOver.get(each.name) ?? 0);
    }
    const demos = definitions.map(({ name }) => name);
    const ready: MonitorReady = { type: 'ready' };
    process.send?.(ready);
    terminal.say(`Monitoring ${demos.join(', ')}; Ctrl-C ends it.`);
    await Promise.race([...started.map(({ finished }) => finished), aborted(shutdown.signal)]);
    spare.end();
    await Promise.all(started.map((each) => each.close()));
  } finally {
    spare.end();
    // Also where one of them failed: the others commit what they have done, and leave their groups.
    const atWork = heartbeat === undefined ? started : [...started, heartbeat];
    await Promise.allSettled(atWork.map((each) => each.close()));
    await cluster.cluster.close();
  }
}

/** Surroundings of an application. */
interface Surroundings {
  readonly beforePoll: () => Promise<void>;
  /** Takes sentences for people. */
  readonly tell: (sentence: string) => void;
  /** Told of each record that is passed over. */
  readonly onPassedOver: () => void;
}

/** What the figures leave out is to be seen in any case: a demo shows what its parts say otherwise to whoever asks for it. */
function tellingPeople(terminal: Terminal): (sentence: string) => void {
  if (!isSupervised()) return (sentence) => terminal.say(sentence);
  return (sentence) => {
    const told: PartTold = { type: 'told', sentence };
    process.send?.(told);
  };
}

async function startApplication<I, P extends PredictionFields, O>(
  definition: DemoDefinition<I, P, O>,
  application: MonitoringApplication,
  options: DemoOptions,
  { cluster, schemas, topicName }: DemoCluster,
  { beforePoll, tell, onPassedOver }: Surroundings,
): Promise<KafkaStreams> {
  const builder = new StreamsBuilder();
  const watch = await application.build(builder, definition, options);
  const passOver = passingOver(tell, (record) => {
    watch.onPassedOver?.(record);
    onPassedOver();
  });
  const saySkipped = sayingSkipped(tell);
  return startStreams(builder.build(), {
    cluster,
    schemas,
    applicationId: `${options.namespace}${definition.name}.${application.name}`,
    topicName,
    commitIntervalMs: COMMIT_INTERVAL_MS,
    ...GATHERING,
    ...PATIENCE,
    beforePoll,
    // One that was away for long is to go on all the same, with what is there.
    autoOffsetReset: 'earliest',
    onOffsetReset(reset) {
      watch.onOffsetReset?.(reset);
      saySkipped(reset);
    },
    deserializationExceptionHandler: passOver,
    processingExceptionHandler: passOver,
    productionExceptionHandler: passOver,
  });
}

/** Records that were gone are said once for each partition: where it happens again, monitoring is too slow for the topic. */
function sayingSkipped(tell: (sentence: string) => void): (reset: OffsetReset) => void {
  const said = new Set<string>();
  return ({ topic, partition, from, to }) => {
    const where = `partition ${partition} of ${topic}`;
    if (said.has(where)) return;
    said.add(where);
    const what = to < from ? 'which was made anew' : `whose records from offset ${from} on were gone`;
    tell(`Monitoring goes on at offset ${to} of ${where}, ${what}; its figures leave out what it has not read.`);
  };
}

/**
 * A record that does not belong on a topic is passed over, and said once for each topic. The scorer makes a dead letter of
 * it where it is an input; a second one by the monitor would say that something else went wrong.
 */
function passingOver(
  tell: (sentence: string) => void,
  onPassedOver: (record: ConsumedRecord) => void,
): (failed: FailedRecord) => ErrorDecision {
  const said = new Set<string>();
  return ({ error, record }) => {
    // What fails without a record is the application itself.
    if (record === undefined) return 'fail';
    const { topic, partition, offset } = record;
    if (!said.has(topic)) {
      said.add(topic);
      const where = `${topic} (partition ${partition}, offset ${offset})`;
      tell(`A record of ${where} is passed over by monitoring: ${error.message}`);
    }
    onPassedOver(record);
    return 'continue';
  };
}
