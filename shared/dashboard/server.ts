import { createServer } from 'node:http';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { KitError } from '#shared/errors';
import type { Metrics } from '#shared/metrics';
import type { PredictionFields } from './definition.js';
import { EventStream } from './event-stream.js';
import { isLoopback, ownNameOnly, readOnly, safeHeaders } from './guards.js';
import { listen } from './listen.js';
import type { LiveView } from './live-view.js';
import type { PageState } from './page/snapshot.js';
import { buildOf, readBoardFiles, readPageFiles } from './page-files.js';

export interface DashboardOptions<P extends PredictionFields, O> {
  /** The address to bind to; 127.0.0.1 unless said. */
  readonly host?: string;
  /** 0 = any free port; a taken one gives way to the next free one above it: compare with the result's. */
  readonly port: number;
  /** What the page shows; without it there are only /metrics, /healthz and /readyz. */
  readonly view?: LiveView<P, O>;
  readonly metrics: Metrics;
  /** Where things are: brokers, registry, topics, mode, guarantee; in the order to show them. */
  readonly facts: () => Record<string, string>;
  readonly ready: () => { ready: boolean; reason: string };
}

/** A running server of the page and of the metrics. */
export interface Dashboard {
  readonly url: string;
  readonly port: number;
  /** Ends the viewers' streams and the server. */
  close(): Promise<void>;
}

/** Starts the live page; throws `port-taken` where no port is free, `usage` where the address cannot be bound. */
export async function startDashboard<P extends PredictionFields, O>(
  options: DashboardOptions<P, O>,
): Promise<Dashboard> {
  const { host = '127.0.0.1' } = options;
  const app = express();
  app.disable('x-powered-by');
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.use(safeHeaders);
  if (isLoopback(host)) app.use(ownNameOnly);
  app.use(readOnly);
  const closePage = addPage(app, options);
  addProbes(app, options);
  app.use((_request, response) => {
    const page = options.view === undefined ? '' : '/, ';
    response.status(404).type('text').send(`Nothing is here: try ${page}/metrics, /healthz or /readyz.\n`);
  });
  app.use(failure);

  const server = createServer(app);
  const port = await listen(server, host, options.port);
  let closing: Promise<void> | undefined;
  const end = (): Promise<void> =>
    new Promise((resolve, reject) => {
      closePage();
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

function addPage<P extends PredictionFields, O>(app: Express, options: DashboardOptions<P, O>): () => void {
  const { view, facts, ready } = options;
  if (view === undefined) return () => undefined;
  const shared = readPageFiles();
  const board = view.boardFolder === undefined ? new Map() : readBoardFiles(view.boardFolder);
  const build = buildOf(shared, board);
  const state = (): PageState => ({ build, ready: ready(), facts: facts(), snapshot: view.snapshot() });
  const stream = new EventStream(state);
  app.get('/events', (request, response) => stream.open(request, response));
  app.use((request, response, next) => {
    const file = shared.get(request.path) ?? board.get(request.path);
    if (file === undefined) return next();
    response.set({ 'Content-Type': file.type, 'Cache-Control': 'no-cache', ETag: file.etag }).send(file.bytes);
  });
  return () => stream.close();
}

function addProbes(app: Express, { metrics, ready }: Pick<DashboardOptions<never, never>, 'metrics' | 'ready'>): void {
  app.get('/metrics', async (_request, response) => {
    response.set('Content-Type', metrics.contentType).send(await metrics.text());
  });
  app.get('/healthz', (_request, response) => {
    response.type('text').send('alive\n');
  });
  app.get('/readyz', (_request, response) => {
    const { ready: isReady, reason } = ready();
    response
      .status(isReady ? 200 : 503)
      .type('text')
      .send(`${isReady ? 'ready' : 'not ready'}${reason === '' ? '' : `: ${reason}`}\n`);
  });
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
