import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { KitError } from '#shared/errors';
import type { BrokerState } from './broker-state.js';
import { serveConnection } from './connection.js';
import { dispatcher } from './dispatch.js';
import { Groups } from './groups/groups.js';
import { Topics } from './topics/topics.js';

const retentionCheckMs = 30_000;

/** How a broker is to be started. */
export interface BrokerOptions {
  /** Where it listens and how it is advertised; 127.0.0.1 by default. */
  readonly host?: string;
  /** 9092 by default; 0 takes any free one. */
  readonly port?: number;
  /** Where topics, records and offsets are kept between runs; in memory only by default. */
  readonly dataDir?: string;
  /** Partitions of topics that are created without saying how many; 1 by default. */
  readonly defaultPartitions?: number;
  /** Topics that are there from the beginning. */
  readonly topics?: readonly {
    readonly name: string;
    readonly partitions: number;
    readonly config?: Readonly<Record<string, string>>;
  }[];
  /** Told, in a sentence, what an operator should know, such as a client that does not speak the protocol. */
  readonly onWarning?: (sentence: string) => void;
}

/** A broker that is listening. */
export interface Broker {
  readonly host: string;
  readonly port: number;
  /** `host:port`, as clients take it. */
  readonly address: string;
  /** Ends every connection and timer; what clients are waiting for is not answered. */
  close(): Promise<void>;
}

/**
 * Starts a Kafka broker inside this process; it speaks the real protocol on a real socket, so any Kafka client can use it.
 *
 * @throws KitError `port-taken` where somebody else listens on the port, `usage` for options that can't be
 */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { host = '127.0.0.1', port = 9092, onWarning = () => {} } = options;
  if (options.dataDir !== undefined) {
    throw new KitError(
      'usage',
      'Starting the broker: it keeps its log in memory only so far, so dataDir must be absent',
    );
  }
  const state = createState(options);
  const sockets = new Set<Socket>();
  const dispatch = dispatcher(state);
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serveConnection(socket, { host: advertisedHost(host, socket), port: listeningPort(server) }, dispatch, onWarning);
  });
  await listen(server, host, port);
  const retention = setInterval(() => state.topics.applyRetention(state.now()), retentionCheckMs);
  retention.unref();

  const actualPort = listeningPort(server);
  return {
    host,
    port: actualPort,
    address: `${host}:${actualPort}`,
    async close() {
      clearInterval(retention);
      const closed = server.listening ? once(server, 'close') : undefined;
      server.close();
      for (const socket of sockets) socket.destroy();
      state.groups.close();
      await closed;
    },
  };
}

function createState({ defaultPartitions = 1, topics: wanted = [] }: BrokerOptions): BrokerState {
  const topics = new Topics(defaultPartitions);
  const groups = new Groups();
  topics.onDelete(({ name }) => groups.forgetTopic(name));
  for (const { name, partitions, config = {} } of wanted) {
    const created = topics.create({ name, partitions, config: new Map(Object.entries(config)) });
    if ('errorCode' in created) throw new KitError('usage', `Creating topic ${name}: ${created.errorMessage}`);
  }
  let lastProducerId = 0;
  return {
    clusterId: randomBytes(16).toString('base64url'),
    topics,
    groups,
    nextProducerId: () => {
      lastProducerId += 1;
      return lastProducerId;
    },
    now: Date.now,
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  const listening = once(server, 'listening');
  server.listen(port, host);
  try {
    await listening;
  } catch (reason) {
    const isTaken = reason instanceof Error && 'code' in reason && reason.code === 'EADDRINUSE';
    if (!isTaken) throw KitError.from(reason, 'usage', `Starting the broker on ${host}:${port}`);
    throw new KitError(
      'port-taken',
      `Starting the broker on ${host}:${port}: another program listens there; stop it, or choose another port (0 = any free one)`,
      { cause: reason },
    );
  }
}

function listeningPort(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** Clients are sent back to the address that they came by, where the broker listens on every address. */
function advertisedHost(host: string, socket: Socket): string {
  return host === '0.0.0.0' || host === '::' ? (socket.localAddress ?? host) : host;
}
