import { type Express, Router } from 'express';
import { KitError } from '#shared/errors';
import type { DashboardPage } from './dashboard-page.js';
import { EventStream } from './event-stream.js';
import { type Controls, type OverviewState, type PageState, partNames, type Sibling } from './page/snapshot.js';
import { buildOf, fromMemory, type PageFiles, readBoardFiles, readPageFiles } from './page-files.js';

/** Paths that the server itself has. */
const taken = new Set(['page', 'uplot', 'events', 'board', 'metrics', 'healthz', 'readyz']);

/** What the server lets its pages know. */
interface PagesKnow {
  /** By which the pages' forms ask, by the demo's name. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly controls: Controls;
  /** From one update of a page to the next, where it is not the usual time. */
  readonly updateMs?: number | undefined;
}

/**
 * Adds the page of a demo at `/`, or those of several at `/<name>/` and the overview at `/`; gives back what ends their
 * streams.
 */
export function addPages(app: Express, pages: readonly DashboardPage[], known: PagesKnow): () => void {
  const shared = { ...readPageFiles(), ...known };
  app.use(fromMemory(shared.parts));
  const [only, ...others] = pages;
  if (only === undefined) return () => undefined;
  if (others.length === 0) {
    const { router, stream } = demoPage(only, shared, []);
    app.use(router);
    return () => stream.close();
  }
  const siblings = pages.map(({ name, view }) => ({ name, title: view.summary().title }));
  const streams = pages.map((page) => {
    if (taken.has(page.name) || !/^[a-z0-9-]+$/.test(page.name)) {
      throw new KitError('internal', `making the page of the demo ${page.name}: its name cannot be a part of a URL`);
    }
    const { router, stream } = demoPage(page, shared, siblings);
    app.get(`/${page.name}`, (_request, response) => response.redirect(308, `/${page.name}/`));
    app.use(`/${page.name}`, router);
    return stream;
  });
  const overview = new EventStream(overviewOf(pages, buildOf(shared.parts, shared.overview)), new Map(), known);
  app.get('/events', (request, response) => overview.open(request, response));
  app.use(fromMemory(shared.overview));
  return () => {
    for (const stream of [...streams, overview]) stream.close();
  };
}

function demoPage(
  { name, view, facts, ready, run, control, signals, parts = {} }: DashboardPage,
  shared: ReturnType<typeof readPageFiles> & PagesKnow,
  siblings: readonly Sibling[],
): { router: Router; stream: EventStream } {
  const board: PageFiles = view.boardFolder === undefined ? new Map() : readBoardFiles(view.boardFolder);
  const build = buildOf(shared.parts, shared.page, board);
  const there = partNames.filter((part) => parts[part] !== undefined);
  const { tokens, controls } = shared;
  const fixed = { build, name, siblings, parts: there, controls, askToken: tokens.get(name) ?? null };
  const state = (): PageState => ({
    ...fixed,
    run: run?.() ?? null,
    control: control?.() ?? null,
    ready: ready(),
    signals: signals?.() ?? null,
    facts: facts(),
    snapshot: view.snapshot(),
  });
  const router = Router({ strict: true, caseSensitive: true });
  const stream = new EventStream(state, new Map(there.map((part) => [part, () => parts[part]?.()])), shared);
  router.get('/events', (request, response) => stream.open(request, response));
  router.use(fromMemory(shared.page), fromMemory(board));
  return { router, stream };
}

const overviewOf = (pages: readonly DashboardPage[], build: string) => (): OverviewState => ({
  build,
  demos: pages.map(({ name, view, ready, signals }) => ({
    name,
    ready: ready(),
    signal: signals?.().signals[0] ?? null,
    ...view.summary(),
  })),
});
