import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KitError } from '#shared/errors';
import { type BoundProcess, startBoundProcess } from './bound-process.js';
import { freePort } from './free-port.js';
import { kafkaJars } from './kafka-jars.js';
import { java } from './maven-cache.js';
import { KAFKA_VERSION, type RealKafka, START_TIMEOUT_MS, singleNodeSettings } from './single-node-kafka.js';
import { untilServing } from './until-serving.js';

const CLOSE_PATIENCE_MS = 10_000;

/** To a stop that is to be orderly: after a SIGKILL Kafka ends transactions without their markers. */
const STOP_PATIENCE_MS = 60_000;

const FORMAT_HEAP_MEGABYTES = 128;

type Settings = Readonly<Record<string, string>>;

/** Apache Kafka in a process that can be stopped, and started again on its data and at its address. */
interface KafkaProcess extends RealKafka {
  /**
   * Ends it orderly, and waits until it has ended.
   * @throws KitError 'run-failed' with the end of Kafka's log when it has not within 60 s, and was killed.
   */
  stop(): Promise<void>;
  /** Ends it as a machine that fails would: it says goodbye to nobody. */
  kill(): Promise<void>;
  /** @throws KitError 'run-failed' with the end of Kafka's log when it does not serve within 180 s. */
  start(): Promise<void>;
}

/**
 * Starts Apache Kafka from its jars, on 127.0.0.1 and two free ports, with its data in a temporary folder.
 * @param settings Broker properties that are to differ from those of `singleNodeSettings`, or what makes them of these.
 * @param formatArguments What else the data folder is made with.
 * @param heapMegabytes The most that its heap may take.
 * @throws KitError 'run-failed' with the end of Kafka's log when it does not serve within 180 s.
 */
export async function startKafkaProcess(
  settings: Settings | ((own: Settings) => Settings) = {},
  formatArguments: readonly string[] = [],
  heapMegabytes = 384,
): Promise<KafkaProcess> {
  const jars = await kafkaJars();
  const folder = await mkdtemp(join(tmpdir(), 'kafka-ml-demos-kafka-'));
  let broker: BoundProcess | undefined;
  const stop = async (): Promise<void> => {
    await broker?.close(STOP_PATIENCE_MS);
    if ((await broker?.ended) !== 'signal SIGKILL') return;
    throw new KitError('run-failed', `Apache Kafka did not end within 60 s. The end of its log:\n${broker?.tail()}`);
  };
  const kill = async (): Promise<void> => {
    broker?.signal('SIGKILL');
    await broker?.ended;
  };
  const close = async (): Promise<void> => {
    await broker?.close(CLOSE_PATIENCE_MS);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    // Asked for together, so that they differ.
    const [port, controllerPort] = await Promise.all([freePort(), freePort()]);
    const brokers = `127.0.0.1:${port}`;
    const controller = `127.0.0.1:${controllerPort}`;
    const propertiesFile = join(folder, 'server.properties');
    const own = {
      ...singleNodeSettings({ advertised: brokers, clients: brokers, controller }),
      'log.dirs': join(folder, 'data'),
    };
    const properties = { ...own, ...(typeof settings === 'function' ? settings(own) : settings) };
    await writeFile(
      propertiesFile,
      Object.entries(properties)
        .map((entry) => `${entry.join('=')}\n`)
        .join(''),
    );
    await format(jars, propertiesFile, formatArguments);
    const start = async (): Promise<void> => {
      broker = startBoundProcess(java, javaArguments(jars, heapMegabytes, 'kafka.Kafka', propertiesFile));
      await serving(broker, brokers);
    };
    await start();
    return {
      brokers,
      how: `Apache Kafka ${KAFKA_VERSION} from its jars`,
      stop,
      kill,
      start,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Makes the data folder of a new cluster. */
async function format(jars: string, propertiesFile: string, more: readonly string[]): Promise<void> {
  const clusterId = 'a2Fma2EtbWwtZGVtb3M';
  try {
    await promisify(execFile)(
      java,
      javaArguments(
        jars,
        FORMAT_HEAP_MEGABYTES,
        'kafka.tools.StorageTool',
        'format',
        '-t',
        clusterId,
        '-c',
        propertiesFile,
        ...more,
      ),
      { timeout: START_TIMEOUT_MS },
    );
  } catch (error) {
    throw KitError.from(error, 'run-failed', 'Making the data folder of Apache Kafka');
  }
}

async function serving(broker: BoundProcess, brokers: string): Promise<void> {
  const deadline = AbortSignal.timeout(START_TIMEOUT_MS);
  try {
    await broker.said(/Kafka Server started/, deadline);
    await untilServing(brokers, deadline);
  } catch (error) {
    throw new KitError(
      'run-failed',
      `Starting Apache Kafka ${KAFKA_VERSION} at ${brokers}: ${KitError.from(error).message} ` +
        `The end of its log:\n${broker.tail()}`,
      { cause: error },
    );
  }
}

function javaArguments(jars: string, heapMegabytes: number, main: string, ...args: readonly string[]): string[] {
  const logger = '-Dorg.slf4j.simpleLogger';
  return [
    '-Xms128m',
    `-Xmx${heapMegabytes}m`,
    // For a life of seconds, on few cores: the first compiler is enough, and one thread to collect garbage.
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Djava.awt.headless=true',
    // Warnings only, and the line that says that it has started.
    `${logger}.defaultLogLevel=warn`,
    `${logger}.log.kafka.server.KafkaRaftServer=info`,
    '-cp',
    join(jars, '*'),
    main,
    ...args,
  ];
}
