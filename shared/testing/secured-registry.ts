import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { startRegistry } from '#shared/embedded/registry';
import { KitError } from '#shared/errors';
import { type Certificates, tlsServerOptions } from './certificates.js';

/** A Schema Registry behind a proxy that asks for TLS and a password. */
export interface SecuredRegistry {
  readonly url: string;
  readonly user: { readonly username: string; readonly password: string };
  close(): Promise<void>;
}

/** Starts the embedded registry and, before it, a proxy at 127.0.0.1 that lets one user through. */
export async function startSecuredRegistry(certificates: Certificates): Promise<SecuredRegistry> {
  const user = { username: 'registry-user', password: randomUUID() };
  const expected = `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`;
  const registry = await startRegistry({ port: 0 });
  const server = createServer(await tlsServerOptions(certificates), (asked, answer) => {
    if (asked.headers.authorization === expected) {
      pass(asked, answer, registry.url);
      return;
    }
    asked.resume();
    // As Confluent's registry refuses.
    answer.writeHead(401, { 'content-type': 'application/json', 'www-authenticate': 'Basic realm="registry"' });
    answer.end('{"error_code":401,"message":"Unauthorized"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new KitError('internal', 'A TCP server has no port.');
  return {
    url: `https://127.0.0.1:${address.port}`,
    user,
    async close() {
      server.close();
      server.closeAllConnections();
      await registry.close();
    },
  };
}

function pass(asked: IncomingMessage, answer: ServerResponse, to: string): void {
  const onwards = request(
    new URL(asked.url ?? '/', to),
    { method: asked.method, headers: asked.headers },
    (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    },
  );
  onwards.on('error', (error) => answer.destroy(error));
  asked.pipe(onwards);
}
