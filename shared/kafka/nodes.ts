import { setTimeout as delay } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import { apis, type ValueOf } from '#shared/wire';
import type { ClusterConfig } from './cluster-config.js';
import { Connections } from './connections.js';
import { type Address, Link, type LinkConfig } from './link.js';
import { accept, errorCode, Refusal } from './refusal.js';

export type CoordinatorKind = 'group' | 'transaction';

/** How long is insisted on an answer unless said. */
const INSIST_MS = 25_000;
const SOON_MS = 2;
const LATER_MS = 60;
/** As kafkajs does. */
const LEADERS_MAX_AGE_MS = 300_000;

/** The brokers of a cluster, with one connection each: who leads what, and who coordinates whom. */
export class Nodes {
  readonly #connections: Connections;
  readonly #addresses = new Map<number, Address>();
  readonly #links = new Map<string, Promise<Link>>();
  readonly #leaders = new Map<string, { readonly byPartition: readonly number[]; readonly at: number }>();
  readonly #refusals = new Map<string, Refusal>();
  readonly #coordinators = new Map<string, number>();
  readonly #asking = new Map<string, Promise<void>>();
  #isClosed = false;

  constructor(
    brokers: readonly string[],
    private readonly config: LinkConfig & Pick<ClusterConfig, 'patienceMs'>,
  ) {
    this.#connections = new Connections(brokers);
  }

  /** How long is insisted on an answer. */
  get patienceMs(): number {
    return this.config.patienceMs ?? INSIST_MS;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Why a connection failed the last time that one did. */
  get latestError(): Error | undefined {
    return this.#connections.latestError;
  }

  close(): void {
    this.#isClosed = true;
    this.#connections.abandon();
  }

  /**
   * The node that leads each partition, -1 where none does now; undefined for a topic that is not there. What was heard
   * within five minutes is taken for true until it is forgotten.
   */
  async leadersOf(topic: string): Promise<readonly number[] | undefined> {
    const heard = this.#leaders.get(topic);
    if (heard !== undefined && Date.now() - heard.at < LEADERS_MAX_AGE_MS) return heard.byPartition;
    await this.refresh([topic]);
    const refusal = this.#refusals.get(topic);
    if (refusal !== undefined) throw refusal;
    return this.#leaders.get(topic)?.byPartition;
  }

  /** Why the cluster says nothing of a topic, where it does not; one that is not there is no reason. */
  refusalOf(topic: string): Refusal | undefined {
    return this.#refusals.get(topic);
  }

  /** The leader as heard last, without asking; undefined where there is none. */
  knownLeader(topic: string, partition: number): number | undefined {
    const leader = this.#leaders.get(topic)?.byPartition[partition];
    return leader === undefined || leader < 0 ? undefined : leader;
  }

  /** How many partitions a topic has, as heard last. */
  knownPartitions(topic: string): number | undefined {
    return this.#leaders.get(topic)?.byPartition.length;
  }

  forgetLeaders(topic: string): void {
    this.#leaders.delete(topic);
  }

  /** Asks who leads the partitions of the topics; whoever asks the same meanwhile shares the answer. */
  refresh(topics: readonly string[]): Promise<void> {
    const key = topics.join(' ');
    let asking = this.#asking.get(key);
    if (asking === undefined) {
      asking = this.#refresh(topics).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return asking;
  }

  async #refresh(names: readonly string[]): Promise<void> {
    const link = await this.any();
    this.heard(
      await link.request(apis.metadata, { topics: names.map((name) => ({ name })), allowAutoTopicCreation: false }),
    );
  }

  /** Takes what a broker said of brokers and topics for true from now on. */
  heard({ brokers, topics }: ValueOf<typeof apis.metadata.response>): void {
    for (const { nodeId, host, port } of brokers) this.#addresses.set(nodeId, { host, port });
    for (const { name, errorCode: code, partitions } of topics) {
      if (name === null) continue;
      this.#refusals.delete(name);
      if (partitions.length === 0) {
        this.#leaders.delete(name);
        const isThere = code !== errorCode.unknownTopicOrPartition;
        if (isThere && code !== errorCode.leaderNotAvailable) this.#refusals.set(name, new Refusal(code));
        continue;
      }
      const byPartition: number[] = [];
      for (const { partitionIndex, leaderId } of partitions) byPartition[partitionIndex] = leaderId;
      this.#leaders.set(name, { byPartition, at: Date.now() });
    }
  }

  /**
   * The connection to a node; it is made where there is none. A broker answers in order: what waits long has a lane, which
   * is a connection, of its own.
   */
  async link(nodeId: number, lane = 0): Promise<Link> {
    const address = this.#addresses.get(nodeId);
    if (address === undefined) throw new Error(`node ${nodeId} is not known`);
    return this.linkTo(address, lane);
  }

  /** Where brokers can be asked: those heard of, then those that were there to begin with; none after the end. */
  get addresses(): readonly Address[] {
    if (this.#isClosed) return [];
    const all = [...this.#addresses.values(), ...this.#connections.addresses().map(parseAddress)];
    return [...new Map(all.map((address) => [`${address.host}:${address.port}`, address])).values()];
  }

  /** A connection to some node. */
  async any(lane = 0): Promise<Link> {
    let reason: unknown = new Error('it was closed');
    for (const address of this.addresses) {
      try {
        return await this.linkTo(address, lane);
      } catch (error) {
        reason = error;
      }
    }
    throw reason;
  }

  /** The connection to an address; it is made where there is none. */
  linkTo(address: Address, lane = 0): Promise<Link> {
    const key = `${address.host}:${address.port} ${lane}`;
    const existing = this.#links.get(key);
    if (existing !== undefined) return existing;
    const forget = (): void => {
      if (this.#links.get(key) === opening) this.#links.delete(key);
    };
    const opening: Promise<Link> = Link.open(address, this.config, this.#connections, forget);
    this.#links.set(key, opening);
    opening.catch(forget);
    return opening;
  }

  /** The connection to the coordinator of a group or of a transactional id. */
  async coordinator(kind: CoordinatorKind, id: string, lane = 0): Promise<Link> {
    const key = `${kind} ${id}`;
    let nodeId = this.#coordinators.get(key);
    if (nodeId === undefined) {
      const found = await (await this.any()).request(apis.findCoordinator, {
        key: id,
        keyType: kind === 'group' ? 0 : 1,
      });
      accept(found.errorCode);
      nodeId = found.nodeId;
      this.#addresses.set(nodeId, { host: found.host, port: found.port });
      this.#coordinators.set(key, nodeId);
    }
    return this.link(nodeId, lane);
  }

  forgetCoordinator(kind: CoordinatorKind, id: string): void {
    this.#coordinators.delete(`${kind} ${id}`);
  }

  /**
   * Attempts until it works, for 25 s, or the cluster's patience, unless said: where a connection fails, or a refusal may
   * pass. `again` is told of each such failure.
   * @throws KitError 'cluster-unreachable' when the time is over; what else the attempt throws passes through.
   */
  async insist<T>(
    doing: string,
    attempt: () => Promise<T>,
    {
      withinMs = this.patienceMs,
      again,
    }: { readonly withinMs?: number; readonly again?: (reason: unknown) => void } = {},
  ): Promise<T> {
    const deadline = Date.now() + withinMs;
    for (let failures = 0; ; failures += 1) {
      try {
        return await attempt();
      } catch (error) {
        const isRefused = error instanceof Refusal;
        if (isRefused && !error.isPassing) throw error;
        if (error instanceof KitError && error.code !== 'cluster-unreachable') throw error;
        if (this.#isClosed || Date.now() > deadline) {
          throw new KitError('cluster-unreachable', `${doing}: ${KitError.from(error).message}`, { cause: error });
        }
        again?.(error);
        await delay(isRefused && error.isMomentary ? Math.min(SOON_MS * (failures + 1), 20) : LATER_MS);
      }
    }
  }

  /** Insists on an answer of a coordinator, which may move. */
  insistOnCoordinator<T>(
    doing: string,
    kind: CoordinatorKind,
    id: string,
    ask: (coordinator: Link) => Promise<T>,
    { lane = 0, ...options }: { readonly lane?: number; readonly withinMs?: number } = {},
  ): Promise<T> {
    const again = (reason: unknown): void => {
      if (!(reason instanceof Refusal && reason.isMomentary)) this.forgetCoordinator(kind, id);
    };
    return this.insist(doing, async () => ask(await this.coordinator(kind, id, lane)), { ...options, again });
  }
}

function parseAddress(address: string): Address {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(colon + 1)) };
}
