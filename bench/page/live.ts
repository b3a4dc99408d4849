import { setTimeout as delay } from 'node:timers/promises';
import { DemoProgram } from '../cases/demo-program.js';
import { type FirstPaint, launch, WatchedPage } from './browser.js';
import { startFastServer } from './fast-server.js';
import { at, progress, spread } from './said.js';
import { updateCosts } from './trace.js';
import type { View } from './views.js';

/** Modules are loaded, code is compiled and the page's first minute of figures is there. */
const WARM_UP_MS = 20_000;
const USUAL_UPDATE_MS = 250;

/** How long the page takes to be there, asked for by a browser that has nothing of it. */
export async function firstPaints(rate: string, openings: number): Promise<string[]> {
  return withDemo(rate, async (demo) => {
    const url = demo.pageUrl();
    const first = await launch();
    const cold = await openedOnce(first, url);
    const opened: FirstPaint[] = [];
    for (let opening = 0; opening < openings; opening += 1) opened.push(await openedOnce(first, url));
    await first.close();
    const line = (title: string, of: (each: FirstPaint) => number): string =>
      `${title.padEnd(58)} ${spread(opened.map(of))}, of a browser just started ${of(cold).toFixed(0)}`;
    return [
      `${openings} times with an empty cache; median (least – most)`,
      line('first paint, ms', ({ paint }) => paint),
      line('first state drawn, ms', ({ state }) => state),
      line('board there, ms', ({ board }) => board),
    ];
  });
}

async function openedOnce(browser: Awaited<ReturnType<typeof launch>>, url: string): Promise<FirstPaint> {
  const page = await WatchedPage.open(browser, url);
  const painted = await page.firstPaint();
  await page.close();
  return painted;
}

/** What the page's thread does for an update in each view, of figures at exactly that rate or, with `ofDemo`, of the demo itself. */
export async function scriptOfUpdates(
  rate: string,
  views: readonly View[],
  { updates, ofDemo }: { readonly updates: number; readonly ofDemo: boolean },
): Promise<string[]> {
  if (ofDemo) return withDemo(rate, (demo) => scriptsAt(demo.pageUrl(), views, updates));
  const server = await startFastServer(Number(rate), USUAL_UPDATE_MS);
  await delay(WARM_UP_MS);
  const lines = await scriptsAt(server.url, views, updates);
  server.close();
  return [`${rate} records/s, told to the page without a Kafka beside it`, ...lines];
}

async function scriptsAt(url: string, views: readonly View[], updates: number): Promise<string[]> {
  const lines = [`updates as the page has them, ${updates} of each view: median · 95 of 100 · most, ms`];
  const browser = await launch();
  for (const view of views) {
    progress(`the view ${view}`);
    const page = await WatchedPage.open(browser, url, view);
    const costs = await updateCosts(browser, page, updates);
    await page.close();
    const of = (figures: readonly number[]): string =>
      [0.5, 0.95, 1].map((share) => at(figures, share).toFixed(1).padStart(5)).join(' · ');
    lines.push(
      `${view.padEnd(9)} script ${of(costs.map(({ script }) => script))}` +
        `   of the processor ${of(costs.map(({ scriptProcessor }) => scriptProcessor))}` +
        `   layout and paint ${of(costs.map(({ layout }) => layout))}   (${costs.length})`,
    );
  }
  await browser.close();
  return lines;
}

/** Says what rate was reached beside what was looked at. */
async function withDemo(rate: string, look: (demo: DemoProgram) => Promise<string[]>): Promise<string[]> {
  const demo = new DemoProgram('flight-delay', ['--rate', rate, '--port', '0']);
  try {
    await demo.secondsToFirstPredictions();
    progress('the demo is at work');
    await delay(WARM_UP_MS);
    const [before, from] = [await demo.scored(), performance.now()];
    const lines = await look(demo);
    const perSecond = ((await demo.scored()) - before) / ((performance.now() - from) / 1_000);
    return [`${rate} records/s asked for, ${perSecond.toFixed(0)} scored meanwhile`, ...lines];
  } finally {
    demo.end();
  }
}
