import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { KitError } from '#shared/errors';
import type { Broker, BrokerOptions } from './broker.js';
import type { BrokerState } from './broker-state.js';
import { startCleaning } from './cleaning.js';
import { serveConnection } from './connection.js';
import { createState } from './create-state.js';
import { dispatcher } from './dispatch.js';
import { openDataDirectory } from './storage/data-directory.js';
import { inMemory, type Storage } from './storage/storage.js';
import { Suspension } from './suspension.js';
import { UnansweredBytes } from './unanswered-bytes.js';

/**
 * Starts a Kafka broker inside this process; it speaks the real protocol on a real socket, so any Kafka client can use it.
 *
 * @throws KitError `port-taken` where somebody else listens on the port, `usage` for options that can't be
 */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { host = '127.0.0.1', port = 9092, onWarning = () => {} } = options;
  const storage = options.dataDir === undefined ? inMemory : openDataDirectory(options.dataDir, onWarning);
  try {
    return await serve(createState(options, storage), storage, host, port, onWarning);
  } catch (reason) {
    storage.close();
    throw reason;
  }
}

async function serve(
  state: BrokerState,
  storage: Storage,
  host: string,
  port: number,
  onWarning: (sentence: string) => void,
): Promise<Broker> {
  const sockets = new Set<Socket>();
  const dispatch = dispatcher(state);
  const unanswered = new UnansweredBytes();
  const suspension = new Suspension();
  const server = createServer((socket) => {
    if (suspension.isOn) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const advertised = { host: advertisedHost(host, socket), port: listeningPort(server) };
    serveConnection(socket, advertised, dispatch, unanswered, onWarning);
  });
  await listen(server, host, port);
  server.on('error', (reason) => onWarning(`Taking a connection on ${host}: ${reason.message}`));
  const stopCleaning = startCleaning(state.topics, state.now, onWarning);

  let closing: Promise<void> | undefined;
  const actualPort = listeningPort(server);
  return {
    host,
    port: actualPort,
    address: `${host.includes(':') ? `[${host}]` : host}:${actualPort}`,
    suspend(ms) {
      suspension.begin(ms);
      for (const socket of sockets) socket.destroy();
    },
    resume: () => suspension.end(),
    close() {
      closing ??= (async () => {
        const closed = once(server, 'close');
        suspension.end();
        server.close();
        for (const socket of sockets) socket.destroy();
        state.groups.close();
        state.transactions.close();
        await Promise.all([closed, stopCleaning()]);
        storage.close();
      })();
      return closing;
    },
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
  if (host !== '0.0.0.0' && host !== '::') return host;
  // An IPv4 address that was called through an IPv6 socket is an IPv4 address to the client.
  return (socket.localAddress ?? host).replace(/^::ffff:(?=\d+\.)/, '');
}
