import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe } from 'vitest';
import { KitError } from '#shared/errors';
import type { SaslCredentials } from '#shared/kafka';
import { makeCertificates } from './certificates.js';
import { missingForKafkaJars } from './kafka-jars.js';
import { startSecuredKafka } from './secured-kafka.js';
import { startSecuredRegistry } from './secured-registry.js';
import { KAFKA_VERSION } from './single-node-kafka.js';

/** A secured Apache Kafka and a secured Schema Registry: there from a suite's first hook to its last. */
export interface SecuredClusterUnderTest {
  /** The variables by which a user of this mechanism, and of the registry, is let in. */
  environment(mechanism: SaslCredentials['mechanism']): Readonly<Record<EnvironmentName, string>>;
  /** A name for a topic or a group that no other test has. */
  readonly unique: (name: string) => string;
}

type EnvironmentName =
  | `KAFKA_${'BROKERS' | 'SSL_CA' | 'SASL_MECHANISM' | 'SASL_USERNAME' | 'SASL_PASSWORD'}`
  | `SCHEMA_REGISTRY_${'URL' | 'CA' | 'USERNAME' | 'PASSWORD'}`;

/** The first start may have to download the jars. */
const START_HOOK_MS = 300_000;

/**
 * What is to hold where TLS and passwords are asked for. It takes Java; where that is missing it is said and skipped, and
 * with CI=true it fails.
 */
export async function describeOnSecuredCluster(
  what: string,
  specify: (secured: SecuredClusterUnderTest) => void,
): Promise<void> {
  const missing = await missingForKafkaJars();
  const skipped = missing !== undefined && process.env.CI !== 'true';
  if (skipped) console.warn(`Skipped: ${what} on a secured Apache Kafka ${KAFKA_VERSION}, because ${missing}.`);
  describe.skipIf(skipped)(`${what} (secured Apache Kafka ${KAFKA_VERSION})`, () => {
    let started: Awaited<ReturnType<typeof start>> | undefined;
    beforeAll(async () => {
      started = await start();
      return () => started?.close();
    }, START_HOOK_MS);
    specify({
      environment(mechanism) {
        if (started === undefined) throw new KitError('internal', 'The cluster is asked for before the first hook.');
        return started.environment(mechanism);
      },
      unique: (name) => `${name}-${randomUUID().slice(0, 8)}`,
    });
  });
}

async function start(): Promise<Pick<SecuredClusterUnderTest, 'environment'> & { close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'kafka-ml-demos-secured-'));
  const closing: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const each of closing.toReversed()) await each();
  };
  try {
    const certificates = await makeCertificates(folder);
    const registry = await startSecuredRegistry(certificates);
    closing.push(() => registry.close());
    const kafka = await startSecuredKafka(certificates);
    closing.push(() => kafka.close());
    const environment: SecuredClusterUnderTest['environment'] = (mechanism) => ({
      KAFKA_BROKERS: kafka.brokers.join(','),
      KAFKA_SSL_CA: certificates.caFile,
      KAFKA_SASL_MECHANISM: mechanism,
      KAFKA_SASL_USERNAME: kafka.users[mechanism].username,
      KAFKA_SASL_PASSWORD: kafka.users[mechanism].password,
      SCHEMA_REGISTRY_URL: registry.url,
      SCHEMA_REGISTRY_CA: certificates.caFile,
      SCHEMA_REGISTRY_USERNAME: registry.user.username,
      SCHEMA_REGISTRY_PASSWORD: registry.user.password,
    });
    return { environment, close };
  } catch (error) {
    await close();
    throw error;
  }
}
