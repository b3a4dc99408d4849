import { type Admin, Kafka, type LogEntry, logLevel, type SASLOptions } from 'kafkajs';
import type { ClusterConfig, SaslCredentials } from './cluster-config.js';
import { type ClusterHealth, ClusterHealthCheck } from './cluster-health.js';
import { connectFailure } from './connect-failure.js';
import { Connections } from './connections.js';
import { type Consumer, type ConsumerOptions, createConsumer } from './consumer.js';
import { consumerLag, type GroupLag, type WatchedGroup } from './consumer-lag.js';
import { createReader } from './fetching-reader.js';
import { deleteGroups } from './group-deletion.js';
import { createGroupMember, type GroupMember } from './group-member.js';
import type { GroupOptions } from './group-options.js';
import { Nodes } from './nodes.js';
import {
  beginningOffsets,
  type CommittedOptions,
  committedOffsets,
  committers,
  deleteRecords,
  type EndOptions,
  endOffsets,
  type PartitionsOf,
  partitionCounts,
} from './partition-offsets.js';
import type { PartitionReader, ReaderOptions } from './partition-reader.js';
import { createProducer, type Producer } from './producer.js';
import { quietRequestQueues } from './quiet-request-queue.js';
import { registerReadCodecs } from './read-codecs.js';
import type { PartialOffsets, TopicOffsets } from './records.js';
import { createTopics, deleteTopics, type TopicRequest, topicNames } from './topics.js';
import {
  createTransactionalProducer,
  type TransactionalProducer,
  type TransactionalProducerOptions,
} from './transactional-producer.js';
import { within } from './within.js';

interface Closable {
  close(): Promise<void>;
}

/** A Kafka cluster that has answered. Everything that it handed out is ended by `close`. */
export interface Cluster {
  readonly brokers: readonly string[];
  /**
   * Creates the topics that are missing and waits until each partition has a leader; existing ones are left as they are.
   * @throws KitError 'topic-mismatch' when a topic is missing and may not be created.
   */
  ensureTopics(topics: readonly TopicRequest[]): Promise<void>;
  /**
   * Deletes topics with their records and with what groups have committed of them, and comes back when no broker knows them
   * any more, so that they can be made anew; one that is not there is gone already.
   * @throws KitError 'topic-mismatch' where the cluster refuses it.
   */
  deleteTopics(names: readonly string[]): Promise<void>;
  /**
   * Deletes groups with what they have committed; one that is not there is gone already.
   * @throws KitError 'run-failed' where a group has members, or the cluster refuses it.
   */
  deleteGroups(groupIds: readonly string[]): Promise<void>;
  /** The topics that this client may see, in the order of their names. */
  topicNames(): Promise<readonly string[]>;
  /** How many partitions the topics have; one that is missing has no entry, and is not created. */
  partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The next offset of every partition of the topics; for `read_committed` that of the first open transaction, if there is one. */
  endOffsets(topics: readonly string[], options?: EndOptions): Promise<TopicOffsets>;
  /** The first offset that is still there, of every partition of the topics. */
  beginningOffsets(topics: readonly string[]): Promise<TopicOffsets>;
  /**
   * What a group has committed of the topics, or of some of their partitions; undefined where it has not. What a
   * transaction is about to commit is waited for: of partitions that are named until it has, of whole topics 2 s.
   * @throws KitError 'cluster-unreachable' when that does not come within 25 s, or `patienceMs`, or `stableWithinMs` where that is longer.
   */
  committedOffsets(groupId: string, partitions: PartitionsOf, options?: CommittedOptions): Promise<PartialOffsets>;
  /**
   * The transactional ids under which a group's offsets of these partitions were committed last, as far as that was in a
   * transaction of such a producer as is made here.
   */
  committers(groupId: string, partitions: ReadonlyMap<string, readonly number[]>): Promise<ReadonlySet<string>>;
  /**
   * How the cluster and these topics are; asks once.
   * @throws KitError 'cluster-unreachable', within 4 s, where no broker answers.
   */
  health(topics: readonly string[]): Promise<ClusterHealth>;
  /**
   * How far groups are behind the ends of their partitions for read_committed, at this moment: transactions under way are
   * not waited for. A partition where a group has committed nothing counts from its beginning. A group whose coordinator
   * does not answer is left out.
   * @throws KitError 'cluster-unreachable' where nobody answers, 'run-failed' where everything is refused.
   */
  consumerLag(groups: readonly WatchedGroup[]): Promise<readonly GroupLag[]>;
  /** Deletes the records below the offsets. */
  deleteRecords(before: PartialOffsets): Promise<void>;
  /**
   * A member of a consumer group, subscribed and reading.
   * @throws KitError 'cluster-unreachable' when the group is not joined within 30 s, or `joinWithinMs`.
   */
  consume(options: ConsumerOptions): Promise<Consumer>;
  produce(): Promise<Producer>;
  /** Reads partitions of the caller's choice, without a group. */
  reader(options: ReaderOptions): Promise<PartitionReader>;
  /**
   * Membership in a group with the caller's own assignor; it fetches nothing.
   * @throws KitError 'cluster-unreachable' when the group is not joined within 30 s, or `joinWithinMs`.
   */
  joinGroup(options: GroupOptions): Promise<GroupMember>;
  /** When this resolves, an older producer of the same id is fenced and its open transaction ended. */
  transactionalProducer(options: TransactionalProducerOptions): Promise<TransactionalProducer>;
  close(): Promise<void>;
}

/**
 * Connects to a cluster and asks it who it is.
 * @throws KitError 'cluster-unreachable' within 6 seconds when nobody answers, or lets this client in.
 */
export async function connectCluster(config: ClusterConfig): Promise<Cluster> {
  const connections = new Connections(config.brokers);
  const kafka = createKafka(config, connections);
  const admin = await connectAdmin(kafka, connections, config);
  const nodes = new Nodes(config.brokers, config);
  const healthCheck = new ClusterHealthCheck(nodes);
  const open = new Set<Closable>();
  const opened = <T extends Closable>(client: T): T => {
    const close = client.close.bind(client);
    client.close = () => {
      open.delete(client);
      return close();
    };
    open.add(client);
    return client;
  };
  let producers = 0;
  const patience = config.patienceMs === undefined ? {} : { silentMs: config.patienceMs };

  return {
    brokers: config.brokers,
    ensureTopics: (topics) => createTopics(nodes, topics),
    deleteTopics: (names) => deleteTopics(nodes, names),
    deleteGroups: (groupIds) => deleteGroups(nodes, groupIds),
    topicNames: () => topicNames(nodes),
    endOffsets: (topics, options) => endOffsets(nodes, topics, options),
    partitionCounts: (topics) => partitionCounts(nodes, topics),
    beginningOffsets: (topics) => beginningOffsets(nodes, topics),
    committedOffsets: (groupId, partitions, options) => committedOffsets(nodes, groupId, partitions, options),
    committers: (groupId, partitions) => committers(nodes, groupId, partitions),
    health: (topics) => healthCheck.ask(topics),
    consumerLag: (groups) => consumerLag(nodes, groups),
    deleteRecords: (before) => deleteRecords(nodes, before),
    async consume(options) {
      const own = new Connections(config.brokers);
      return opened(await createConsumer(createKafka(config, own), own, admin, { ...patience, ...options }));
    },
    async produce() {
      producers += 1;
      return opened(await createProducer(nodes, producers % PRODUCER_LANES));
    },
    async reader(options) {
      return opened(createReader(new Nodes(config.brokers, config), admin, { ...patience, ...options }));
    },
    async joinGroup(options) {
      return opened(await createGroupMember(new Nodes(config.brokers, config), admin, { ...patience, ...options }));
    },
    async transactionalProducer(options) {
      producers += 1;
      return opened(await createTransactionalProducer(nodes, producers % PRODUCER_LANES, options));
    },
    async close() {
      await Promise.all(Array.from(open, (client) => client.close()));
      nodes.close();
      await admin.disconnect();
    },
  };
}

/** Brokers answer each connection in order: producers share a few, so that not all wait for one. */
const PRODUCER_LANES = 4;

quietRequestQueues();
registerReadCodecs();

function createKafka({ clientId, tls, sasl, onLog }: ClusterConfig, connections: Connections): Kafka {
  return new Kafka({
    clientId,
    brokers: connections.addresses,
    socketFactory: connections.socketFactory,
    connectionTimeout: 2_000,
    authenticationTimeout: 4_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
    ...(tls === undefined ? {} : { ssl: tls === true ? true : { ca: [tls.ca] } }),
    ...(sasl === undefined ? {} : { sasl: saslOptions(sasl) }),
    logLevel: onLog ? logLevel.INFO : logLevel.NOTHING,
    logCreator: () => (entry) => onLog?.(formatLog(entry)),
  });
}

// kafkajs types each mechanism apart; the credentials are the same.
function saslOptions({ mechanism, username, password }: SaslCredentials): SASLOptions {
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    case 'scram-sha-512':
      return { mechanism, username, password };
  }
}

const CONNECTED_WITHIN_MS = 5_000;

async function connectAdmin(kafka: Kafka, connections: Connections, config: ClusterConfig): Promise<Admin> {
  const admin = kafka.admin({ retry: { retries: 2, initialRetryTime: 200, maxRetryTime: 1_000 } });
  const answered = async (): Promise<void> => {
    await admin.connect();
    await admin.describeCluster();
  };
  try {
    await within(
      CONNECTED_WITHIN_MS,
      answered(),
      () => connections.latestError ?? new Error(`nothing came within ${CONNECTED_WITHIN_MS / 1_000} s`),
    );
    return admin;
  } catch (error) {
    connections.abandon();
    // There is no connection left that could end badly, and nobody to be told.
    void admin.disconnect().catch(() => undefined);
    throw connectFailure(config, connections.untrusted ?? error);
  }
}

function formatLog({ namespace, label, log: { message, error } }: LogEntry): string {
  return `kafkajs ${namespace} ${label}: ${message}${error ? ` (${String(error)})` : ''}`;
}
