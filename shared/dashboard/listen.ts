import type { Server } from 'node:http';
import { KitError } from '#shared/errors';

const portsTried = 50;

/** Binds the server to the port, or to the next free one above it; 0 means any. Gives back the port that it has. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  const last = port === 0 ? 0 : Math.min(65_535, port + portsTried - 1);
  for (let candidate = port; candidate <= last; candidate++) {
    if (await bind(server, host, candidate)) return boundPort(server);
  }
  const doing = `binding the server to ${host}`;
  throw new KitError('port-taken', `${doing}: found the ports ${port} to ${last} taken; give a free one with --port`);
}

function bind(server: Server, host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      server.off('listening', bound);
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(KitError.from(error, 'usage', `binding the server to ${host}:${port}`));
    };
    const bound = (): void => {
      server.off('error', failed);
      resolve(true);
    };
    server.once('error', failed);
    server.once('listening', bound);
    server.listen(port, host);
  });
}

function boundPort(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new KitError('internal', 'binding the server: found no port on the server, expected a TCP address');
  }
  return address.port;
}
