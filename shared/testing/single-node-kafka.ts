/** The release that the tests run on, as a container image's tag and as a version on Maven Central. */
export const KAFKA_VERSION = '4.3.1';

/** What a start may take: six seconds do where nothing else goes on, and several of them beside others are slow. */
export const START_TIMEOUT_MS = 180_000;

/** A single-node Apache Kafka of a test's own, empty at its start, on this machine. */
export interface RealKafka {
  /** host:port */
  readonly brokers: string;
  /** Version and origin, for people. */
  readonly how: string;
  /** Stops it and deletes its data. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Listeners {
  /** host:port that clients are sent to; the broker connects to itself there, too. */
  readonly advertised: string;
  /** host:port to bind. */
  readonly clients: string;
  readonly controller: string;
}

/** The properties of a KRaft node that is broker and controller in one, small and quick enough for tests. */
export function singleNodeSettings({ advertised, clients, controller }: Listeners): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${controller}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners: `PLAINTEXT://${clients},CONTROLLER://${controller}`,
    'advertised.listeners': `PLAINTEXT://${advertised}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    // A single node has nobody to replicate to; fewer partitions of its own topics are there sooner.
    'offsets.topic.num.partitions': '4',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    // A new group need not wait three seconds for members that may still come.
    'group.initial.rebalance.delay.ms': '0',
    // Tests of sessions and transactions that end by themselves need not wait for seconds.
    'group.min.session.timeout.ms': '100',
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': '100',
    // As on a cluster that is looked after: a topic that nobody created is a mistake to be seen.
    'auto.create.topics.enable': 'false',
    // Many tests write records of years ago, and the first that are looked at for their age would be gone in mid-test.
    'log.retention.ms': '-1',
    'num.network.threads': '2',
    'num.io.threads': '2',
    'log.cleaner.dedupe.buffer.size': '4194304',
  };
}
