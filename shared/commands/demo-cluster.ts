import { controlTopic } from '#shared/control';
import { KitError } from '#shared/errors';
import type { Cluster, TopicRequest } from '#shared/kafka';
import { monitoringTopics, statusTopic } from '#shared/monitoring';
import { connectSchemas, type SchemaRegistryOptions, type Schemas, type Topic } from '#shared/schema';
import { deadLetterConfig } from './dead-letter-config.js';
import { companionTopics, type DemoBasics, producedTopics } from './demo-definition.js';
import type { DemoOptions } from './demo-options.js';
import { joinCluster, PATIENCE_OF_PARTS_MS } from './joined-cluster.js';

/** A cluster and its registry, and how topics are called there. */
export interface DemoCluster {
  readonly cluster: Cluster;
  readonly schemas: Schemas;
  readonly topicName: (topic: { readonly name: string }) => string;
  /** Why a demo's control topic is neither there nor may be made, so that nothing can be switched; undefined where it is there. */
  readonly noControl?: string;
}

export interface ClusterAddress {
  readonly cluster: NonNullable<DemoOptions['cluster']>;
  readonly registry: SchemaRegistryOptions;
}

type Joining = Pick<DemoOptions, 'namespace' | 'only' | 'verbose' | 'monitoring'>;

/**
 * Connects to what the options name and creates the demo's topics where they are missing.
 * @throws KitError 'cluster-unreachable', within 10 s.
 */
export function connectDemo(definition: DemoBasics, options: Joining, address: ClusterAddress): Promise<DemoCluster> {
  return connectDemos([definition], options, address);
}

/**
 * The same for demos that share a process, and with it their connections.
 * @throws KitError 'cluster-unreachable', within 10 s.
 */
export async function connectDemos(
  definitions: readonly DemoBasics[],
  { namespace, only, verbose, monitoring }: Joining,
  { cluster: address, registry }: ClusterAddress,
): Promise<DemoCluster> {
  const [first, ...others] = definitions;
  const clientId = `${first === undefined || others.length > 0 ? 'demos' : first.name}-${only ?? 'demo'}`;
  const patienceMs = PATIENCE_OF_PARTS_MS;
  const cluster = await joinCluster(address, { clientId, verbose, suggestsBroker: only !== undefined, patienceMs });
  const topicName = ({ name }: { readonly name: string }): string => `${namespace}${name}`;
  await ensureDemoTopics(definitions, { monitoring }, { cluster, topicName });
  const noControl = await missingControl(cluster, definitions, topicName);
  return { cluster, schemas: connectSchemas(registry), topicName, ...(noControl !== undefined && { noControl }) };
}

/** Creates the topics of demos where they are missing, but for those by which they are controlled. */
export async function ensureDemoTopics(
  definitions: readonly DemoBasics[],
  { monitoring }: Pick<DemoOptions, 'monitoring'>,
  { cluster, topicName }: Pick<DemoCluster, 'cluster' | 'topicName'>,
): Promise<void> {
  await cluster.ensureTopics(
    definitions.flatMap((definition) => [
      ...avroTopics(definition, monitoring).map((topic) => topicRequest(topic, topicName(topic))),
      { name: topicName(companionTopics(definition.name).deadLetters), partitions: 1, config: deadLetterConfig },
    ]),
  );
}

/** A cluster's owner may have made the topics that a demo needs and no other: it runs all the same. */
async function missingControl(
  cluster: Cluster,
  definitions: readonly DemoBasics[],
  topicName: DemoCluster['topicName'],
): Promise<string | undefined> {
  try {
    const topics = definitions.map(({ name }) => controlTopic(name));
    await cluster.ensureTopics(topics.map((topic) => topicRequest(topic, topicName(topic))));
    return undefined;
  } catch (error) {
    const { code, message } = KitError.from(error);
    if (code !== 'topic-mismatch') throw error;
    return `Faults cannot be switched here, nor the pace: ${message}`;
  }
}

/** The topics that `connectDemo` creates, without their namespace. */
export function demoTopics(
  definition: DemoBasics,
  { monitoring }: Pick<DemoOptions, 'monitoring'>,
): readonly { readonly name: string }[] {
  return [...avroTopics(definition, monitoring), companionTopics(definition.name).deadLetters];
}

function avroTopics(definition: DemoBasics, monitoring: boolean): readonly Topic<unknown>[] {
  const written = [definition.topics.predictions, ...(definition.alsoWrites ?? []), statusTopic(definition.name)];
  const ofMonitoring = monitoring ? Object.values<Topic<unknown>>({ ...monitoringTopics(definition.name) }) : [];
  return [...producedTopics(definition), ...written, ...ofMonitoring];
}

function topicRequest({ partitions, cleanupPolicy, config }: Topic<unknown>, name: string): TopicRequest {
  return { name, partitions, config: { 'cleanup.policy': cleanupPolicy, ...config } };
}
