import { KitError } from '#shared/errors';
import { missingForKafkaJars } from './kafka-jars.js';
import { startKafkaProcess } from './kafka-process.js';
import type { RealKafka } from './single-node-kafka.js';

// Loaded when it is asked for: that takes a second, and most who import from this folder start no cluster.
const containers = () => import('./kafka-container.js');

/** Why no Apache Kafka can be started on this machine, as half a sentence; undefined when one can. */
export async function whyNoRealKafka(): Promise<string | undefined> {
  const { containerEngine } = await containers();
  if ((await containerEngine()) !== undefined) return undefined;
  const missing = await missingForKafkaJars();
  return missing && `no container engine (Docker) answers, and to run Kafka from its jars ${missing}`;
}

/**
 * Starts Apache Kafka: in a container where an engine answers, otherwise from its jars, which Maven downloads once.
 * @throws KitError 'run-failed' when neither is possible here, or when it does not serve within 180 s.
 */
export async function startRealKafka(): Promise<RealKafka> {
  const { containerEngine, startKafkaContainer } = await containers();
  const engine = await containerEngine();
  if (engine !== undefined) return startKafkaContainer(engine);
  const why = await whyNoRealKafka();
  if (why !== undefined) throw new KitError('run-failed', `Apache Kafka cannot be started: ${why}.`);
  return startKafkaProcess();
}
