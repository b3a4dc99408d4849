import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import { KitError } from '#shared/errors';
import { freePort } from './free-port.js';
import { KAFKA_VERSION, type RealKafka, START_TIMEOUT_MS, singleNodeSettings } from './single-node-kafka.js';
import { untilServing } from './until-serving.js';

/** A container engine that has answered. */
export interface ContainerEngine {
  /** Where the ports of its containers are reached. */
  readonly host: string;
}

/** The engine that testcontainers finds: DOCKER_HOST, the usual sockets, rootless Docker and Podman; undefined when none answers. */
export async function containerEngine(): Promise<ContainerEngine | undefined> {
  try {
    const { info } = await getContainerRuntimeClient();
    return { host: info.containerRuntime.host };
  } catch {
    // There is one reason, that none answers, and whoever asked says what follows from it.
    return undefined;
  }
}

/**
 * Starts Apache Kafka's own image; its container goes when this process does, however it ends.
 * @throws KitError 'run-failed' when it does not serve within 180 s of being pulled.
 */
export async function startKafkaContainer({ host }: ContainerEngine): Promise<RealKafka> {
  // The broker must know beforehand what address clients get, and reach itself there: the same port inside and outside.
  const port = await freePort();
  const brokers = `${host}:${port}`;
  const image = `apache/kafka:${KAFKA_VERSION}`;
  const settings = singleNodeSettings({
    advertised: brokers,
    clients: `0.0.0.0:${port}`,
    controller: `127.0.0.1:${port === 9_093 ? 9_094 : 9_093}`,
  });
  try {
    const container = await new GenericContainer(image)
      .withExposedPorts({ container: port, host: port })
      .withEnvironment(environment(settings))
      .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      .withStartupTimeout(START_TIMEOUT_MS)
      .start();
    const close = async (): Promise<void> => {
      await container.stop();
    };
    await untilServing(brokers, AbortSignal.timeout(START_TIMEOUT_MS)).catch(async (error: unknown) => {
      await close();
      throw error;
    });
    return { brokers, how: `Apache Kafka ${KAFKA_VERSION} in a container`, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    throw KitError.from(error, 'run-failed', `Starting a container of ${image}`);
  }
}

/** How the image takes broker properties: `process.roles` is KAFKA_PROCESS_ROLES. */
function environment(settings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`KAFKA_${name.replaceAll('.', '_').toUpperCase()}`, value]),
  );
}
