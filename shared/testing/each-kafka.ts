import { randomUUID } from 'node:crypto';
import { beforeAll, describe } from 'vitest';
import { startBroker } from '#shared/embedded/broker';
import { KitError } from '#shared/errors';
import { startRealKafka, whyNoRealKafka } from './real-kafka.js';
import { KAFKA_VERSION } from './single-node-kafka.js';

/** The cluster that a suite runs on: there from its first hook to its last. */
export interface KafkaUnderTest {
  /** host:port */
  readonly brokers: string;
  /** A name for a topic or a group that no other run has, on a cluster that may outlive this one. */
  unique(name: string): string;
}

/** Registers what is to hold on a Kafka cluster. */
type Specify = (kafka: KafkaUnderTest) => void;

/** The first start may have to download the jars or pull the image. */
const START_HOOK_MS = 300_000;

/**
 * One contract, two clusters: the embedded broker always, Apache Kafka where it can be started. Where it cannot, that is
 * said and skipped, and with CI=true it fails.
 */
export async function describeOnEachKafka(what: string, specify: Specify): Promise<void> {
  describe(`${what} (embedded broker)`, () => {
    specifyOn(async () => {
      const broker = await startBroker({ port: 0 });
      return { brokers: broker.address, close: () => broker.close() };
    }, specify);
  });
  await describeOnRealKafka(what, specify);
}

/** What is to hold on Apache Kafka, and is specified for the embedded broker elsewhere. */
export async function describeOnRealKafka(what: string, specify: Specify): Promise<void> {
  const why = await whyNoRealKafka();
  const skipped = why !== undefined && process.env.CI !== 'true';
  if (skipped) console.warn(`Skipped: ${what} on Apache Kafka ${KAFKA_VERSION}, because ${why}.`);
  describe.skipIf(skipped)(`${what} (Apache Kafka ${KAFKA_VERSION})`, () => {
    specifyOn(startRealKafka, specify);
  });
}

function specifyOn(
  start: () => Promise<Pick<KafkaUnderTest, 'brokers'> & { close(): Promise<void> }>,
  specify: Specify,
) {
  let started: Awaited<ReturnType<typeof start>> | undefined;
  const run = randomUUID().slice(0, 8);
  beforeAll(async () => {
    started = await start();
    return () => started?.close();
  }, START_HOOK_MS);
  specify({
    get brokers() {
      if (started === undefined) throw new KitError('internal', 'The cluster is asked for before the first hook.');
      return started.brokers;
    },
    unique: (name) => `${name}-${run}`,
  });
}
