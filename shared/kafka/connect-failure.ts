import { KitError } from '#shared/errors';
import type { ClusterConfig } from './cluster-config.js';

/** What a cluster that could not be connected to did, and what would be right. */
export function connectFailure(config: Pick<ClusterConfig, 'brokers' | 'tls' | 'sasl'>, reason: unknown): KitError {
  const { found, advice } = explain(config, KitError.from(reason).message, isCredentialsRefused(reason));
  return new KitError(
    'cluster-unreachable',
    `Connecting to Kafka at ${config.brokers.join(', ')}: ${found}. ${advice}`,
    {
      cause: reason,
    },
  );
}

function explain(
  { tls, sasl }: Pick<ClusterConfig, 'tls' | 'sasl'>,
  said: string,
  isRefused: boolean,
): { readonly found: string; readonly advice: string } {
  if (isRefused) {
    return {
      found: `the broker refuses the credentials of ${sasl?.username} (${said})`,
      advice: 'Check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.',
    };
  }
  if (isAboutCertificate(said)) {
    return {
      found: `the broker's certificate is not trusted (${said})`,
      advice: 'Set KAFKA_SSL_CA to the file of its authority, and name the broker as its certificate does.',
    };
  }
  // A listener says nothing to whom it does not understand.
  if (/closed (the )?connection|disconnected before secure TLS|ECONNRESET|wrong version number/i.test(said)) {
    const how = `${tls === undefined ? 'without' : 'with'} TLS and ${sasl === undefined ? 'without' : 'with'} SASL`;
    return {
      found: 'the broker ended the connection',
      advice: `It was asked ${how}; where its listener wants it otherwise, set KAFKA_SSL=true or KAFKA_SSL_CA, and KAFKA_SASL_MECHANISM, or leave them out.`,
    };
  }
  return {
    found: `no broker answered (${said})`,
    advice: 'Check the address, and that the broker is running.',
  };
}

/** Whether Node.js says of a server that its certificate is not to be trusted, or is another's. */
export function isAboutCertificate(said: string): boolean {
  return /certificate|altnames/i.test(said);
}

/** Found by its name, at the end of what kafkajs wraps it into. */
function isCredentialsRefused(reason: unknown): boolean {
  if (!(reason instanceof Error)) return false;
  return reason.name === 'KafkaJSSASLAuthenticationError' || isCredentialsRefused(reason.cause);
}
