import { once } from 'node:events';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { KitError } from '#shared/errors';

/** A TCP port of 127.0.0.1 that nobody listens on, for a program that must be told its port. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await promisify(server.close.bind(server))();
  if (typeof address !== 'object' || address === null) throw new KitError('internal', 'A TCP server has no port.');
  return address.port;
}
