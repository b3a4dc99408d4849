import { KitError } from '#shared/errors';
import { type Cluster, type ClusterConfig, connectCluster } from '#shared/kafka';

/**
 * How long parts that work until they are ended wait for a cluster that is away: it may be started again, or another take
 * its place, and by then whoever watches has been told.
 */
export const PATIENCE_OF_PARTS_MS = 75_000;

interface JoinOptions extends Pick<ClusterConfig, 'patienceMs'> {
  readonly clientId: string;
  /** The Kafka client's log on standard error. */
  readonly verbose: boolean;
  /** Where nobody answers, to say how a broker is started on this machine. */
  readonly suggestsBroker: boolean;
}

/**
 * Connects to the cluster that a command line names.
 * @throws KitError 'cluster-unreachable', within 10 s.
 */
export async function joinCluster(
  address: Pick<ClusterConfig, 'brokers' | 'tls' | 'sasl'>,
  { verbose, suggestsBroker, ...options }: JoinOptions,
): Promise<Cluster> {
  const onLog = verbose ? (line: string): unknown => process.stderr.write(`${line}\n`) : undefined;
  try {
    return await connectCluster({ ...address, ...options, ...(onLog && { onLog }) });
  } catch (error) {
    // What `npm run broker` starts has neither: whoever wants these is not served by it.
    const isSecured = address.tls !== undefined || address.sasl !== undefined;
    if (!suggestsBroker || isSecured) throw error;
    const { code, message } = KitError.from(error);
    throw new KitError(code, `${message} To have one on this machine, start \`npm run broker\` in another terminal.`, {
      cause: error,
    });
  }
}
