import { KitError } from '#shared/errors';
import { readCertificateAuthority } from './certificate-authority.js';

/** SASL credentials; the mechanisms that need no callback. */
export interface SaslCredentials {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** How to reach a Kafka cluster. */
export interface ClusterConfig {
  /** Bootstrap addresses, `host:port`. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** TLS: true for the system's authorities, or the PEM text of the authority to trust. */
  readonly tls?: true | { readonly ca: string };
  readonly sasl?: SaslCredentials;
  /**
   * How long a cluster that does not answer is waited for before writing, reading and membership in groups give it up, in
   * milliseconds; 25,000 for what is asked and 30,000 for what is read or joined unless said.
   */
  readonly patienceMs?: number;
  /** Where kafkajs's own log lines go; absent, they are dropped: what fails is thrown anyway. */
  readonly onLog?: (line: string) => void;
}

/**
 * Reads a comma-separated broker list.
 * @throws KitError 'usage' when an entry is not `host:port`.
 */
export function parseBrokers(list: string): string[] {
  const brokers = list.split(',').map((entry) => entry.trim());
  for (const broker of brokers) {
    const port = Number(/^(?:\[[0-9a-fA-F:]+\]|[^\s:/]+):(\d{1,5})$/.exec(broker)?.[1] ?? Number.NaN);
    if (!(port >= 1 && port <= 65_535)) {
      throw new KitError(
        'usage',
        `The broker address "${broker}" is not of the form host:port, for example 127.0.0.1:9092.`,
      );
    }
  }
  return brokers;
}

/**
 * TLS and SASL from the environment: KAFKA_SSL=true or KAFKA_SSL_CA=FILE (neither with KAFKA_SSL=false), and
 * KAFKA_SASL_MECHANISM (plain, scram-sha-256, scram-sha-512) with KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.
 * @throws KitError 'usage' when a variable is wrong or its partner is missing.
 */
export function securityFromEnvironment(env: NodeJS.ProcessEnv): Pick<ClusterConfig, 'tls' | 'sasl'> {
  const tls = tlsFromEnvironment(env);
  const sasl = saslFromEnvironment(env);
  return { ...(tls && { tls }), ...(sasl && { sasl }) };
}

function tlsFromEnvironment({ KAFKA_SSL: wanted, KAFKA_SSL_CA: caFile }: NodeJS.ProcessEnv): ClusterConfig['tls'] {
  // Whoever writes "yes" means it: the password must not go out in the open.
  if (wanted && wanted !== 'true' && wanted !== 'false') {
    throw new KitError('usage', `KAFKA_SSL is "${wanted}"; it must be true or false.`);
  }
  if (wanted === 'false') return undefined;
  if (caFile) return { ca: readCertificateAuthority('KAFKA_SSL_CA', caFile) };
  return wanted === 'true' ? true : undefined;
}

function saslFromEnvironment(env: NodeJS.ProcessEnv): SaslCredentials | undefined {
  const mechanism = env.KAFKA_SASL_MECHANISM?.toLowerCase();
  const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = env;
  if (!mechanism && !username && !password) return undefined;
  if (!mechanism || !username || !password) {
    throw new KitError(
      'usage',
      'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD belong together; one is missing.',
    );
  }
  if (mechanism !== 'plain' && mechanism !== 'scram-sha-256' && mechanism !== 'scram-sha-512') {
    throw new KitError(
      'usage',
      `KAFKA_SASL_MECHANISM is "${mechanism}"; it must be plain, scram-sha-256 or scram-sha-512.`,
    );
  }
  return { mechanism, username, password };
}
