import type { ClusterAddress } from './demo-cluster.js';
import type { DemoOptions } from './demo-options.js';
import { startEmbeddedPair } from './embedded-pair.js';
import { OwnBroker } from './own-broker.js';
import type { Shutdown } from './shutdown.js';
import type { Terminal } from './terminal.js';
import { userPath } from './user-path.js';

/** Where demos run: on an existing cluster, or on an embedded one that is theirs. */
export interface RunCluster extends ClusterAddress {
  readonly mode: 'embedded' | 'cluster';
  /** Whether the broker is away, for all demos of the run; absent on a cluster, whose brokers are not the run's to stop. */
  readonly broker?: OwnBroker;
  /** Ends what was started for the run. */
  close(): Promise<void>;
}

/**
 * The cluster that the options name, or an embedded one.
 * @throws KitError 'port-taken' or 'usage' when the embedded one cannot be started as asked.
 */
export async function openRunCluster(
  options: DemoOptions,
  terminal: Terminal,
  { signal }: Pick<Shutdown, 'signal'>,
): Promise<RunCluster> {
  if (options.cluster !== undefined && options.registry !== undefined) {
    return { mode: 'cluster', cluster: options.cluster, registry: options.registry, close: () => Promise.resolve() };
  }
  const pair = await startEmbeddedPair(
    {
      ...(options.brokerPort !== undefined && { brokerPort: options.brokerPort }),
      ...(options.dataDir !== undefined && { dataDir: userPath(options.dataDir) }),
    },
    (sentence) => terminal.say(sentence),
  );
  // Whoever ends a demo whose broker is away has it account for what is on its way all the same.
  const broker = new OwnBroker(pair);
  signal.addEventListener('abort', () => broker.resume(), { once: true });
  const address = { cluster: { brokers: [pair.brokers] }, registry: { url: pair.registry } };
  return {
    mode: 'embedded',
    ...address,
    broker,
    close: () => pair.close(),
  };
}

/** The first line of a run: who runs where. */
export function whereInWords(
  who: string,
  { mode, cluster: { brokers } }: RunCluster,
  { dataDir }: DemoOptions,
  terminal: Terminal,
): string {
  const kept = dataDir === undefined ? 'in memory' : `kept in ${dataDir}`;
  return mode === 'embedded'
    ? `${terminal.bold(who)} on an embedded Kafka at ${brokers.join(',')} (${kept}; any Kafka client on this machine can join in)`
    : `${terminal.bold(who)} on the Kafka cluster at ${brokers.join(',')}`;
}
