import { setTimeout as delay } from 'node:timers/promises';
import { launch, type PageMemory, WatchedPage } from './browser.js';
import { startFastServer } from './fast-server.js';
import { progress } from './said.js';
import type { View } from './views.js';

const SAMPLES = 8;
const AS_FAST_AS_DRAWN_MS = 8;
/** The page draws whenever it can, and not with the screen. */
const UNHURRIED = ['--disable-frame-rate-limit', '--disable-gpu-vsync'];

interface Sample extends PageMemory {
  readonly serverMegabytes: number;
}

/** What page and server hold while an hour's updates are drawn, in each view. */
export async function hourOf(views: readonly View[], updates: number, rate: number): Promise<string[]> {
  const lines = [
    `${updates} updates of ${rate / 4} records each, as fast as they can be drawn; after collecting what is not used`,
  ];
  const browser = await launch(UNHURRIED);
  for (const view of views) {
    const server = await startFastServer(rate, AS_FAST_AS_DRAWN_MS);
    const page = await WatchedPage.open(browser, server.url, view);
    const from = performance.now();
    const samples: Sample[] = [];
    for (let sample = 0; sample <= SAMPLES; sample += 1) {
      // Not before all that is kept has been filled: five minutes of figures, the last scores, the last outcomes.
      await drawn(page, (updates * Math.max(0.1, sample)) / SAMPLES);
      samples.push({ ...(await page.memory()), serverMegabytes: await server.megabytes() });
      progress(`${view}: ${JSON.stringify(samples.at(-1))}`);
    }
    const perSecond = (samples.at(-1)?.drawn ?? 0) / ((performance.now() - from) / 1_000);
    await page.close();
    server.close();
    lines.push(`${view}, ${perSecond.toFixed(0)} updates drawn a second`);
    for (const of of ['drawn', 'heapMegabytes', 'nodes', 'detached', 'listeners', 'serverMegabytes'] as const) {
      const digits = of.endsWith('Megabytes') ? 2 : 0;
      lines.push(`  ${of.padEnd(18)} ${samples.map((each) => each[of].toFixed(digits).padStart(8)).join('')}`);
    }
  }
  await browser.close();
  return lines;
}

async function drawn(page: WatchedPage, updates: number): Promise<void> {
  while ((await page.drawn()) < updates) await delay(200);
}
