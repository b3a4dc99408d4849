import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KitError } from '#shared/errors';
import type { Json } from './avro-schema.js';
import { answerType, checkBodyType, usualType } from './media-type.js';
import { RestError, refusals } from './rest-error.js';
import { matchRoute, type Route } from './router.js';
import { configRoutes } from './routes/config.js';
import { modeRoutes } from './routes/mode.js';
import { schemaRoutes } from './routes/schemas.js';
import { subjectRoutes } from './routes/subjects.js';
import { SchemaJournal } from './schema-journal.js';
import { SchemaStore } from './schema-store.js';

export interface RegistryOptions {
  /** Address to listen on; 127.0.0.1 where absent. */
  readonly host?: string;
  /** 8081 where absent; 0 = any free port. */
  readonly port?: number;
  /** Folder to keep everything in, `registry.jsonl` there; in memory where absent. It belongs to one registry at a time. */
  readonly dataDir?: string;
  /** Told what was found wrong in `dataDir` and mended. */
  readonly onWarning?: (sentence: string) => void;
}

/** A running registry. */
export interface Registry {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** Stops at once, also for clients that keep their connections. */
  close(): Promise<void>;
}

const maxBodyBytes = 1_000_000;
/**
 * A connection that is idle is closed by the client, after 5 s as a rule: where both count the same a request meets the end.
 */
const idleMs = 60_000;

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly type: string;
}

/**
 * Starts a Confluent-compatible Schema Registry that keeps Avro, JSON and Protobuf schemas: in memory, or in a folder as
 * well. The compatibility of Avro schemas is judged; of the others, that the type of schema stays the same.
 * Throws KitError 'port-taken' where something else listens, 'usage' where the address cannot be listened on, or the
 * folder not be used.
 * API: https://docs.confluent.io/platform/current/schema-registry/develop/api.html
 */
export async function startRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const { host = '127.0.0.1', port = 8081, dataDir, onWarning = () => {} } = options;
  const journal = dataDir === undefined ? undefined : new SchemaJournal(dataDir, onWarning);
  const store = new SchemaStore((change) => journal?.record(change));
  journal?.open((change) => store.restore(change));
  const routes: Route[] = [
    { method: 'GET', path: '/', answer: () => ({}) },
    ...subjectRoutes(store),
    ...schemaRoutes(store),
    ...configRoutes(store),
    ...modeRoutes(store),
  ];
  const server = createServer((request, response) => {
    void respond(routes, request, response);
  });
  server.keepAliveTimeout = idleMs;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      journal?.close();
      reject(cannotListen(cause, host, port));
    });
    server.listen(port, host, resolve);
  });
  // A TCP server that listens has an address of this kind.
  const bound = server.address() as AddressInfo;
  return {
    host,
    port: bound.port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          journal?.close();
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function cannotListen(cause: NodeJS.ErrnoException, host: string, port: number): KitError {
  const doing = `Starting the Schema Registry on ${host}:${port}`;
  if (cause.code === 'EADDRINUSE') {
    return new KitError('port-taken', `${doing}: the port is taken; stop what uses it, or choose another one`, {
      cause,
    });
  }
  return new KitError('usage', `${doing}: ${cause.message}; give an address of this machine and a free port`, {
    cause,
  });
}

async function respond(routes: readonly Route[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const reply = await replyTo(routes, request).catch(refuse);
  if (response.destroyed) return;
  const body = Buffer.from(reply.text);
  response.writeHead(reply.status, {
    'content-type': reply.type,
    'content-length': body.length,
    // What is left of an oversized body is not read: this connection is of no more use.
    ...(reply.status === 413 && { connection: 'close' }),
  });
  if (request.method === 'HEAD') response.end();
  else response.end(body);
}

async function replyTo(routes: readonly Route[], request: IncomingMessage): Promise<Reply> {
  const type = answerType(request.headers.accept);
  try {
    const url = parseUrl(request.url ?? '/');
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
    const { route, path } = matchRoute(routes, method, url.pathname);
    const body = await readJson(request);
    const routed = { path, query: url.searchParams, body };
    return { status: 200, text: route.text?.(routed) ?? JSON.stringify(route.answer?.(routed)), type };
  } catch (reason) {
    return { ...refuse(reason), type };
  }
}

function refuse(reason: unknown): Reply {
  const error =
    reason instanceof RestError
      ? reason
      : // What can fail here is the writing of the journal: Confluent's "error in the backend data store".
        new RestError(500, 50001, `Internal error: ${reason instanceof Error ? reason.message : String(reason)}`);
  const text = JSON.stringify({ error_code: error.errorCode, message: error.message });
  return { status: error.status, text, type: usualType };
}

function parseUrl(target: string): URL {
  try {
    return new URL(target, 'http://registry');
  } catch {
    throw refusals.badRequest(`${JSON.stringify(target)} is not a path`);
  }
}

/** Reads a JSON body of bounded size; undefined where there is none. */
async function readJson(request: IncomingMessage): Promise<Json | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    // Without an encoding, an HTTP request is a stream of buffers.
    const part = chunk as Buffer;
    bytes += part.length;
    if (bytes > maxBodyBytes) throw refusals.bodyTooLarge(maxBodyBytes);
    chunks.push(part);
  }
  if (bytes === 0) return undefined;
  checkBodyType(request.headers['content-type'], request.headers['content-encoding']);
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as Json;
  } catch (cause) {
    throw refusals.badRequest(
      `The request body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}
