import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { findChromium } from '#shared/doctor';
import type { View } from './views.js';

const LOOK_EVERY_MS = 50;

/** What is added to the page: how many updates it has drawn, and when it had drawn the first state, and the board. */
const watching = `
  window.bench = { drawn: 0, state: null, board: null };
  const frame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) =>
    frame((time) => {
      callback(time);
      if (callback.name !== 'draw') return;
      bench.drawn += 1;
      performance.mark('drawn');
      performance.clearMarks('drawn');
    });
  const look = () => {
    const state = document.documentElement?.dataset.state ?? 'loading';
    if (state !== 'loading') bench.state ??= performance.now();
    if (document.querySelector('#board > *') !== null) bench.board ??= performance.now();
    if (bench.state === null || bench.board === null) frame(look);
  };
  frame(look);
`;

/** Milliseconds since the page was asked for. */
export interface FirstPaint {
  readonly paint: number;
  readonly state: number;
  readonly board: number;
}

/** What a page holds, once what nothing refers to is gone. */
export interface PageMemory {
  readonly drawn: number;
  readonly heapMegabytes: number;
  /** Nodes that there are, and those of them that are not in the document. */
  readonly nodes: number;
  readonly detached: number;
  readonly listeners: number;
}

/** Starts the machine's own Chromium, as the tests do. */
export async function launch(more: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('No Chromium was found: install one, or name it by CHROMIUM.');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', ...more],
  });
}

/** A page in a window of its own, with nothing in its cache. */
export class WatchedPage {
  readonly page: Page;
  readonly #devtools: CDPSession;

  private constructor(page: Page, devtools: CDPSession) {
    this.page = page;
    this.#devtools = devtools;
  }

  static async open(browser: Browser, url: string, view: View = 'live'): Promise<WatchedPage> {
    const context = await browser.newContext({ viewport: { width: 1_440, height: 900 } });
    await context.addInitScript(watching);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Performance.enable');
    await page.goto(`${url}#${view}`);
    const opened = new WatchedPage(page, devtools);
    await opened.#until('bench.drawn > 0');
    if (view !== 'live') await page.locator(`#${view}-view .view-content`).waitFor({ state: 'visible' });
    // Else they stand still.
    if (view === 'records') await page.getByRole('button', { name: 'Follow', exact: true }).last().click();
    return opened;
  }

  async firstPaint(): Promise<FirstPaint> {
    await this.#until('bench.state !== null && bench.board !== null');
    return this.page.evaluate<FirstPaint>(
      `({ ...bench, paint: performance.getEntriesByName('first-contentful-paint')[0].startTime })`,
    );
  }

  drawn(): Promise<number> {
    return this.page.evaluate<number>('bench.drawn');
  }

  async memory(): Promise<PageMemory> {
    // What is freed by one collection may free more with the next.
    for (let time = 0; time < 3; time += 1) await this.#devtools.send('HeapProfiler.collectGarbage');
    const { metrics } = await this.#devtools.send('Performance.getMetrics');
    const of = (name: string): number => metrics.find((each) => each.name === name)?.value ?? Number.NaN;
    const inDocument = await this.page.evaluate<number>(
      `{ let count = 1; for (const walker = document.createTreeWalker(document); walker.nextNode(); ) count += 1; count }`,
    );
    return {
      drawn: await this.drawn(),
      heapMegabytes: of('JSHeapUsedSize') / 2 ** 20,
      nodes: of('Nodes'),
      detached: of('Nodes') - inDocument,
      listeners: of('JSEventListeners'),
    };
  }

  /** The page's policy forbids what Playwright itself would wait with. */
  async #until(condition: string): Promise<void> {
    while (!(await this.page.evaluate<boolean>(condition))) await delay(LOOK_EVERY_MS);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
