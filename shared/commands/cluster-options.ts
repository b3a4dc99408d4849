import { type ClusterConfig, parseBrokers, securityFromEnvironment } from '#shared/kafka';
import type { SchemaRegistryOptions } from '#shared/schema';
import { registryFromEnvironment } from './registry-options.js';

/** The cluster and the registry of a command that needs both. */
export interface ClusterOptions {
  readonly cluster: Pick<ClusterConfig, 'brokers' | 'tls' | 'sasl'>;
  readonly registry: SchemaRegistryOptions;
}

/**
 * The cluster of --brokers or KAFKA_BROKERS and the registry of --registry or SCHEMA_REGISTRY_URL; what `npm run broker`
 * starts where neither is given.
 * @throws KitError 'usage' when an address or a variable is wrong.
 */
export function clusterOptions(
  { brokers, registry }: { readonly brokers?: string | undefined; readonly registry?: string | undefined },
  env: NodeJS.ProcessEnv,
): ClusterOptions {
  return {
    cluster: {
      brokers: parseBrokers(brokers ?? (env.KAFKA_BROKERS || '127.0.0.1:9092')),
      ...securityFromEnvironment(env),
    },
    registry: registryFromEnvironment(registry ?? (env.SCHEMA_REGISTRY_URL || 'http://127.0.0.1:8081'), env),
  };
}
