import { randomUUID } from 'node:crypto';
import { beforeAll, describe, inject } from 'vitest';
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

type Start = () => Promise<Pick<KafkaUnderTest, 'brokers'> & { close(): Promise<void> }>;

/** The first start may have to download the jars or pull the image. */
const START_HOOK_MS = 300_000;

/**
 * One contract, two clusters: the embedded broker always, Apache Kafka where it can be started. Where it cannot, that is
 * said and skipped, and with CI=true it fails. Apache Kafka is shared by the files of a run: all names must be unique.
 */
export async function describeOnEachKafka(what: string, specify: Specify): Promise<void> {
  describeOnEmbeddedBroker(what, specify);
  await describeOnApacheKafka(what, specify, sharedKafka);
}

/** The same where the names are not unique, as those of a demo's topics, or all of a cluster is looked at. */
export async function describeOnEachKafkaAlone(what: string, specify: Specify): Promise<void> {
  describeOnEmbeddedBroker(what, specify);
  await describeOnRealKafka(what, specify);
}

/** What is to hold on an Apache Kafka of its own, and is specified for the embedded broker elsewhere. */
export async function describeOnRealKafka(what: string, specify: Specify): Promise<void> {
  await describeOnApacheKafka(what, specify, startRealKafka);
}

function describeOnEmbeddedBroker(what: string, specify: Specify): void {
  describe(`${what} (embedded broker)`, () => {
    specifyOn(async () => {
      const broker = await startBroker({ port: 0 });
      return { brokers: broker.address, close: () => broker.close() };
    }, specify);
  });
}

async function describeOnApacheKafka(what: string, specify: Specify, start: Start): Promise<void> {
  const why = await whyNoRealKafka();
  const skipped = why !== undefined && process.env.CI !== 'true';
  if (skipped) console.warn(`Skipped: ${what} on Apache Kafka ${KAFKA_VERSION}, because ${why}.`);
  describe.skipIf(skipped)(`${what} (Apache Kafka ${KAFKA_VERSION})`, () => {
    specifyOn(start, specify);
  });
}

/** That of the run, which outlives whoever asks for it. */
async function sharedKafka(): ReturnType<Start> {
  const answer = await fetch(inject('sharedKafka'));
  const text = await answer.text();
  if (!answer.ok) throw new KitError('run-failed', text);
  return { brokers: text, close: () => Promise.resolve() };
}

function specifyOn(start: Start, specify: Specify) {
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
