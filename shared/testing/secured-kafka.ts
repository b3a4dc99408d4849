import { randomUUID } from 'node:crypto';
import type { SaslCredentials } from '#shared/kafka';
import type { Certificates } from './certificates.js';
import { freePort } from './free-port.js';
import { startKafkaProcess } from './kafka-process.js';

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** Apache Kafka whose clients come over TLS and say who they are. */
export interface SecuredKafka {
  /** host:port of each node's secured listener. */
  readonly brokers: readonly string[];
  /** A user of each mechanism. */
  readonly users: Readonly<Record<SaslCredentials['mechanism'], SaslCredentials>>;
  close(): Promise<void>;
}

/** What topics are made with that do not say how often they are to be replicated. */
export const DEFAULT_REPLICATION_FACTOR = 2;

/**
 * How long a user by SCRAM-SHA-256 is believed; the broker then ends the connection of who does not say again who it is.
 * No shorter: kafkajs says it again in the last 10 s, which a broker refuses in the first second.
 */
export const SESSION_MS = 11_500;

/**
 * Starts a cluster of two nodes from Kafka's jars. Two, so that its default replication factor is not what a client on a
 * laptop might as well have asked for. Between themselves the nodes speak in the open.
 * @throws KitError 'run-failed' with the end of a node's log when it does not serve within 180 s.
 */
export async function startSecuredKafka(certificates: Certificates): Promise<SecuredKafka> {
  const [controller, ...ports] = await Promise.all([freePort(), freePort(), freePort()]);
  const [plain, scram256, scram512] = mechanisms.map(
    (mechanism): SaslCredentials => ({
      mechanism,
      username: `${mechanism}-user`,
      password: randomUUID(),
    }),
  ) as [SaslCredentials, SaslCredentials, SaslCredentials];
  const scramUsers = [scram256, scram512].flatMap(({ mechanism, username, password }) => [
    '--add-scram',
    `${mechanism.toUpperCase()}=[name=${username},password=${password}]`,
  ]);
  // Together: the first has no topic before there are as many nodes as replicas.
  const starting = ports.map((port, index) =>
    startKafkaProcess(
      (own) => ({
        'process.roles': index === 0 ? 'broker,controller' : 'broker',
        'node.id': String(index + 1),
        'controller.quorum.voters': `1@127.0.0.1:${controller}`,
        listeners: [
          own.listeners?.split(',')[0],
          `SECURED://127.0.0.1:${port}`,
          ...(index === 0 ? [`CONTROLLER://127.0.0.1:${controller}`] : []),
        ].join(','),
        'advertised.listeners': `${own['advertised.listeners']},SECURED://127.0.0.1:${port}`,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL',
        'default.replication.factor': String(DEFAULT_REPLICATION_FACTOR),
        ...securedListener(certificates, plain),
      }),
      scramUsers,
    ),
  );
  const close = async (): Promise<void> => {
    const started = await Promise.allSettled(starting);
    await Promise.all(started.map(async (node) => node.status === 'fulfilled' && (await node.value.close())));
  };
  try {
    await Promise.all(starting);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    brokers: ports.map((port) => `127.0.0.1:${port}`),
    users: { plain, 'scram-sha-256': scram256, 'scram-sha-512': scram512 },
    close,
  };
}

function securedListener(certificates: Certificates, plain: SaslCredentials): Record<string, string> {
  const login = 'org.apache.kafka.common.security';
  const settings = {
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': certificates.keyStore,
    'ssl.keystore.password': certificates.keyStorePassword,
    'ssl.key.password': certificates.keyStorePassword,
    'sasl.enabled.mechanisms': mechanisms.map((mechanism) => mechanism.toUpperCase()).join(','),
    'plain.sasl.jaas.config': `${login}.plain.PlainLoginModule required user_${plain.username}="${plain.password}";`,
    'scram-sha-256.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
    'scram-sha-256.connections.max.reauth.ms': String(SESSION_MS),
    'scram-sha-512.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
  };
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [`listener.name.secured.${name}`, value]));
}
