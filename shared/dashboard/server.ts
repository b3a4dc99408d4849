import { createServer } from 'node:http';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { KitError } from '#shared/errors';
import type { Exposition } from '#shared/metrics';
import { addAskRoutes } from './ask-route.js';
import type { DashboardPage } from './dashboard-page.js';
import { isLoopback, ownNameOnly, readOnly, safeHeaders } from './guards.js';
import { listen } from './listen.js';
import { addPages } from './page-routes.js';

interface DashboardOptions {
  /** The address to bind to; 127.0.0.1 unless said. */
  readonly host?: string;
  /** 0 = any free port; a taken one gives way to the next free one above it: compare with the result's. */
  readonly port: number;
  /**
   * The demos to show. One has its page at `/`; several have theirs at `/<name>/` each, with the overview of all at `/`.
   * `/readyz` says ready when all are.
   */
  readonly pages: readonly DashboardPage[];
  /** Without pages: there are only /metrics, /healthz and /readyz. */
  readonly headless?: boolean;
  readonly metrics: Exposition;
}

/** A running server of the pages and of the metrics. */
export interface Dashboard {
  /** Of the page, or of the overview where there are several. */
  readonly url: string;
  /** Of each demo's own page, by the demo's name. */
  readonly pageUrls: ReadonlyMap<string, string>;
  readonly port: number;
  /** Ends the viewers' streams and the server. */
  close(): Promise<void>;
}

/** Starts the live pages; throws `port-taken` where no port is free, `usage` where the address cannot be bound. */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { host = '127.0.0.1', pages, headless = false } = options;
  const app = express();
  app.disable('x-powered-by');
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.use(safeHeaders);
  if (isLoopback(host)) app.use(ownNameOnly);
  const tokens = headless ? new Map<string, string>() : addAskRoutes(app, pages);
  app.use(readOnly);
  const closePages = headless ? () => undefined : addPages(app, pages, tokens);
  addProbes(app, options);
  app.use((_request, response) => {
    const page = headless ? '' : '/, ';
    response.status(404).type('text').send(`Nothing is here: try ${page}/metrics, /healthz or /readyz.\n`);
  });
  app.use(failure);

  const server = createServer(app);
  const port = await listen(server, host, options.port);
  const url = `http://${urlHost(host)}:${port}/`;
  let closing: Promise<void> | undefined;
  const end = (): Promise<void> =>
    new Promise((resolve, reject) => {
      closePages();
      server.close((error) => (error === undefined ? resolve() : reject(KitError.from(error))));
      server.closeAllConnections();
    });
  return {
    port,
    url,
    pageUrls: new Map(pages.map(({ name }) => [name, pages.length > 1 ? `${url}${name}/` : url])),
    close: () => {
      closing ??= end();
      return closing;
    },
  };
}

function addProbes(app: Express, { metrics, pages }: DashboardOptions): void {
  app.get('/metrics', async (_request, response) => {
    response.set('Content-Type', metrics.contentType).send(await metrics.text());
  });
  app.get('/healthz', (_request, response) => {
    response.type('text').send('alive\n');
  });
  app.get('/readyz', (_request, response) => {
    const missing = pages.flatMap(({ name, ready }) => {
      const { ready: isReady, reason } = ready();
      return isReady ? [] : [pages.length > 1 ? `${name}: ${reason}` : reason];
    });
    response
      .status(missing.length === 0 ? 200 : 503)
      .type('text')
      .send(missing.length === 0 ? 'ready\n' : `not ready: ${missing.join('; ')}\n`);
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
