import { freePort } from './free-port.js';
import { startKafkaProcess } from './kafka-process.js';

/** Several of them, beside a demo, on a small machine. */
const HEAP_MEGABYTES = 192;

/** How many brokers have each partition, those of Kafka's own topics too: one may fail, and all goes on. */
const REPLICAS = 2;

const CONTROLLER_NODE = 1;

/** A broker of a cluster that can fail and come back. */
export interface KafkaNode {
  /** Ends it without a goodbye; others miss it when its session with the controller has ended, after 9 s. */
  kill(): Promise<void>;
  /**
   * Starts it again on its data.
   * @throws KitError 'run-failed' with the end of its log when it does not serve within 180 s.
   */
  start(): Promise<void>;
}

/** Apache Kafka on several nodes, each in a process of its own; topics have two replicas unless they are made otherwise. */
export interface KafkaCluster extends AsyncDisposable {
  /** host:port of all nodes, separated by commas. */
  readonly brokers: string;
  /** The brokers that are nothing but brokers: without the first node, which is controller, too. */
  readonly workers: readonly KafkaNode[];
}

/**
 * Starts a cluster of `size` brokers from Kafka's jars, two at least; the first is the controller, too.
 * @throws KitError 'run-failed' with the end of a node's log when it does not serve within 180 s.
 */
export async function startKafkaCluster(size: number): Promise<KafkaCluster> {
  const controller = `127.0.0.1:${await freePort()}`;
  const ids = Array.from({ length: size }, (_, index) => CONTROLLER_NODE + index);
  // Together: none has a topic before there are as many brokers as replicas.
  const starting = ids.map((id) =>
    startKafkaProcess(
      (own) => ({
        'process.roles': id === CONTROLLER_NODE ? 'broker,controller' : 'broker',
        'node.id': String(id),
        'controller.quorum.voters': `${CONTROLLER_NODE}@${controller}`,
        listeners: [
          own.listeners?.split(',')[0],
          ...(id === CONTROLLER_NODE ? [`CONTROLLER://${controller}`] : []),
        ].join(','),
        'default.replication.factor': String(REPLICAS),
        'offsets.topic.replication.factor': String(REPLICAS),
        'transaction.state.log.replication.factor': String(REPLICAS),
      }),
      [],
      HEAP_MEGABYTES,
    ),
  );
  const close = async (): Promise<void> => {
    const started = await Promise.allSettled(starting);
    await Promise.all(started.map(async (node) => node.status === 'fulfilled' && (await node.value.close())));
  };
  try {
    const nodes = await Promise.all(starting);
    const brokers = nodes.map((node) => node.brokers).join();
    return { brokers, workers: nodes.slice(1), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
