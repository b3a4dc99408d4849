import { KitError } from '#shared/errors';
import { apis } from '#shared/wire';
import type { Address } from './link.js';
import type { Nodes } from './nodes.js';
import { within } from './within.js';

/** What a cluster says of itself. */
export interface ClusterHealth {
  /** Brokers that are alive. */
  readonly brokers: number;
  /** By topic; what is missing, or may not be seen, has no entry. */
  readonly topics: ReadonlyMap<string, TopicHealth>;
}

export interface TopicHealth {
  readonly partitions: number;
  /** Partitions that have no leader. */
  readonly offline: number;
  /** Partitions that have fewer in-sync replicas than replicas. */
  readonly underReplicated: number;
}

const ANSWERED_WITHIN_MS = 2_000;

/** Whoever watches has connections of its own: a question that is given up ends its connection. */
export const WATCH_LANE = -1;

/** Asks a cluster how it is, time and again. */
export class ClusterHealthCheck {
  #answering: string | undefined;

  constructor(private readonly nodes: Nodes) {}

  /**
   * Asks once: the broker that answered last, and where that one does not, all others together.
   * @throws KitError 'cluster-unreachable', within 4 s, where no broker answers.
   */
  async ask(topics: readonly string[]): Promise<ClusterHealth> {
    const [first, ...others] = this.#inTurn();
    if (first === undefined) throw new KitError('cluster-unreachable', 'Asking the cluster how it is: it was closed.');
    try {
      return await this.#askAt(first, topics);
    } catch (reason) {
      try {
        return await Promise.any(others.map((address) => this.#askAt(address, topics)));
      } catch {
        // Why the others do not answer says nothing more.
        const why = KitError.from(reason).message;
        throw new KitError('cluster-unreachable', `Asking the cluster how it is: ${why}`, { cause: reason });
      }
    }
  }

  #inTurn(): readonly Address[] {
    const { addresses } = this.nodes;
    const first = addresses.find((address) => nameOf(address) === this.#answering);
    return first === undefined ? addresses : [first, ...addresses.filter((address) => address !== first)];
  }

  async #askAt(address: Address, names: readonly string[]): Promise<ClusterHealth> {
    const request = async () => {
      const link = await this.nodes.linkTo(address, WATCH_LANE);
      const topics = names.map((name) => ({ name }));
      return link.request(apis.metadata, { topics, allowAutoTopicCreation: false }, ANSWERED_WITHIN_MS);
    };
    const late = () => new Error(`no answer came within ${ANSWERED_WITHIN_MS / 1_000} s`);
    const answer = await within(ANSWERED_WITHIN_MS, request(), late);
    this.nodes.heard(answer);
    this.#answering = nameOf(address);
    return {
      brokers: answer.brokers.length,
      topics: new Map(
        answer.topics.flatMap(({ name, partitions }) =>
          name === null || partitions.length === 0 ? [] : [[name, healthOf(partitions)] as const],
        ),
      ),
    };
  }
}

interface PartitionState {
  readonly leaderId: number;
  readonly replicaNodes: readonly number[];
  readonly isrNodes: readonly number[];
}

/** How a topic is, by what the cluster says of each of its partitions. */
export function healthOf(partitions: readonly PartitionState[]): TopicHealth {
  return {
    partitions: partitions.length,
    offline: partitions.filter(({ leaderId }) => leaderId < 0).length,
    underReplicated: partitions.filter(({ replicaNodes, isrNodes }) => isrNodes.length < replicaNodes.length).length,
  };
}

const nameOf = ({ host, port }: Address): string => `${host}:${port}`;
