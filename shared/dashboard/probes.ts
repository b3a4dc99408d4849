import { createServer } from 'node:http';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { KitError } from '#shared/errors';
import type { Exposition } from '#shared/metrics';
import { isLoopback, ownNameOnly, readOnly, safeHeaders } from './guards.js';
import { listen } from './listen.js';

/** What is asked of a process from outside: what it measures, and whether it is ready. */
export interface ProbesOptions {
  readonly metrics: Exposition;
  /** What is missing, in words; nothing where it is ready. */
  readonly missing: () => readonly string[];
}

interface ProbesServerOptions extends ProbesOptions {
  /** The address to bind to; 127.0.0.1 unless said. */
  readonly host?: string;
  /** 0 = any free port; a taken one gives way to the next free one above it: compare with the result's. */
  readonly port: number;
}

/** A server that runs. */
export interface RunningServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts a server of /metrics, /healthz and /readyz alone, for a process without a page.
 * @throws KitError `port-taken` where no port is free, `usage` where the address cannot be bound.
 */
export function startProbes({ host = '127.0.0.1', port, ...probes }: ProbesServerOptions): Promise<RunningServer> {
  const app = createApp(host);
  app.use(readOnly);
  addProbes(app, probes, '');
  return serve(app, host, port, () => undefined);
}

/** An application that is careful with whom it answers. */
export function createApp(host: string): Express {
  const app = express();
  app.disable('x-powered-by');
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.use(safeHeaders);
  if (isLoopback(host)) app.use(ownNameOnly);
  return app;
}

/** Adds what every server has, and answers to whatever else is asked; `others` are the paths that there are besides. */
export function addProbes(app: Express, { metrics, missing }: ProbesOptions, others: string): void {
  app.get('/metrics', async (_request, response) => {
    response.set('Content-Type', metrics.contentType).send(await metrics.text());
  });
  app.get('/healthz', (_request, response) => {
    response.type('text').send('alive\n');
  });
  app.get('/readyz', (_request, response) => {
    const found = missing();
    response
      .status(found.length === 0 ? 200 : 503)
      .type('text')
      .send(found.length === 0 ? 'ready\n' : `not ready: ${found.join('; ')}\n`);
  });
  app.use((_request, response) => {
    response.status(404).type('text').send(`Nothing is here: try ${others}/metrics, /healthz or /readyz.\n`);
  });
  app.use(failure);
}

/** Binds the application; `onClose` ends what of its answers has no end by itself. */
export async function serve(app: Express, host: string, wanted: number, onClose: () => void): Promise<RunningServer> {
  const server = createServer(app);
  const port = await listen(server, host, wanted);
  let closing: Promise<void> | undefined;
  const end = (): Promise<void> =>
    new Promise((resolve, reject) => {
      onClose();
      server.close((error) => (error === undefined ? resolve() : reject(KitError.from(error))));
      server.closeAllConnections();
    });
  return {
    port,
    url: `http://${urlHost(host)}:${port}/`,
    close: () => {
      closing ??= end();
      return closing;
    },
  };
}

/** Express knows an error handler by its four parameters. */
const failure: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  const { message } = KitError.from(error, 'internal', 'answering a request');
  response.status(500).type('text').send(`${message}\n`);
};

/** A wildcard address is nowhere to go to: the URL names this machine instead. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
