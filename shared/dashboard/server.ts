import type { Express } from 'express';
import type { Exposition } from '#shared/metrics';
import { addAskRoutes } from './ask-route.js';
import { addCommandRoutes, type ControlGuard, controlGuard } from './command-route.js';
import type { DashboardPage } from './dashboard-page.js';
import { readOnly } from './guards.js';
import { addPages } from './page-routes.js';
import { addProbes, createApp, type RunningServer, serve } from './probes.js';
import { addRecordsRoutes } from './records-route.js';

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
  /** Whether things can be changed by the pages; unless said, where the address to bind to is this machine's own. */
  readonly controls?: boolean;
  /** How many milliseconds it is from one update of a page to the next, at least; 250 unless said. Tests and measurements have no time. */
  readonly updateMs?: number;
  readonly metrics: Exposition;
}

/** A running server of the pages and of the metrics; `url` is of the page, or of the overview where there are several. */
export interface Dashboard extends RunningServer {
  /** Of each demo's own page, by the demo's name. */
  readonly pageUrls: ReadonlyMap<string, string>;
}

/** Starts the live pages; throws `port-taken` where no port is free, `usage` where the address cannot be bound. */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { host = '127.0.0.1', pages, headless = false, metrics } = options;
  const app = createApp(host);
  const closePages = headless ? readOnlyAlone(app) : addAll(app, options, controlGuard(host, options.controls));
  addProbes(app, { metrics, missing: () => missingOf(pages) }, headless ? '' : '/, ');
  const server = await serve(app, host, options.port, closePages);
  return {
    ...server,
    pageUrls: new Map(pages.map(({ name }) => [name, pages.length > 1 ? `${server.url}${name}/` : server.url])),
  };
}

function readOnlyAlone(app: Express): () => void {
  app.use(readOnly);
  return () => undefined;
}

/** What changes something comes first: all else is refused what is more than looking. */
function addAll(app: Express, { pages, updateMs }: DashboardOptions, control: ControlGuard): () => void {
  const tokens = addAskRoutes(app, pages);
  addCommandRoutes(app, pages, control);
  addRecordsRoutes(app, pages, control);
  app.use(readOnly);
  return addPages(app, pages, { tokens, controls: control.controls, updateMs });
}

function missingOf(pages: readonly DashboardPage[]): string[] {
  return pages.flatMap(({ name, ready }) => {
    const { ready: isReady, reason } = ready();
    return isReady ? [] : [pages.length > 1 ? `${name}: ${reason}` : reason];
  });
}
