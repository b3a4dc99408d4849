import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  boardBeyondSight,
  cutTexts,
  type DemoInBrowser,
  describeInBrowser,
  openDemoInBrowser,
  seriousFindingsInBothSchemes,
} from '#shared/testing';

const patience = { timeout: 30_000 };
const views = ['Live', 'Pipeline', 'Records', 'Model', 'Faults'] as const;
const sizes = [
  [1280, 720],
  [1440, 757],
  [1440, 900],
  [1920, 1080],
  [3840, 2160],
] as const;

describeInBrowser('the views of the flight-delay demo', (browser: () => Browser) => {
  let demo: DemoInBrowser;
  beforeAll(async () => {
    demo = await openDemoInBrowser(browser(), 'flight-delay', ['--rate', '300']);
    await demo.page.waitForSelector('html[data-state="live"]', patience);
    await vi.waitUntil(async () => (await demo.scoredInTotal()) > 1_500, { timeout: 90_000 });
  }, 150_000);
  afterAll(async () => {
    expect(await demo.close()).toBe(0);
  });

  /** Goes to a view, and waits until it has been drawn. */
  async function goTo(view: string): Promise<Page> {
    const { page } = demo;
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click();
    const root = page.getByRole('region', { name: view, exact: true });
    await root.waitFor();
    expect(await page.locator('.view:visible').count(), `beside ${view} no other`).toBe(1);
    await root.locator('.panel').first().waitFor(patience);
    return page;
  }

  it('are all there', async () => {
    // On a machine that is busy some have a sign beside their name.
    const links = await demo.page.locator('#view-links a').allTextContents();
    expect(links.map((text) => text.replace(/\W.*$/, ''))).toEqual(views);
  });

  it.each(views)(
    'fit on screens from 1280 to 3840 wide, and have nothing serious for axe to find: %s',
    async (view) => {
      const page = await goTo(view);
      for (const [width, height] of sizes) {
        await page.setViewportSize({ width, height });
        expect(await cutTexts(page), `${width} × ${height}`).toEqual([]);
      }
      await page.setViewportSize({ width: 1280, height: 800 });
      expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    },
    120_000,
  );

  it('have the whole board in sight on a laptop, and the whole pipeline, dead letters too', async () => {
    const page = await goTo('Live');
    for (const [width, height] of sizes.filter(([, high]) => high >= 900)) {
      await page.setViewportSize({ width, height });
      await expect.poll(() => boardBeyondSight(page), { message: `${width} × ${height}` }).toEqual([]);
    }
    await goTo('Pipeline');
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height });
      const { y = 0, height: high = 0 } = (await page.locator('.box.dead-letters').boundingBox()) ?? {};
      expect(y + high, `${width} × ${height}`).toBeLessThan(height);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('lead from a prediction to its record by keyboard: a table stands still while a row of it has the focus', async () => {
    const page = await goTo('Live');
    const rows = page.locator('#latest tbody tr');
    expect(await page.locator('#latest [tabindex="0"]').count()).toBe(1);
    await page.locator('#latest [tabindex="0"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const texts = await rows.allInnerTexts();
    const scored = await demo.scoredInTotal();
    await vi.waitUntil(async () => (await demo.scoredInTotal()) > scored + 200, patience);
    expect(await rows.allInnerTexts()).toEqual(texts);
    expect(await rows.nth(2).locator(':focus').count()).toBe(1);
    const id = await rows.nth(2).getAttribute('data-id');
    await page.keyboard.press('Enter');
    await page.locator('#follow-title', { hasText: id ?? '' }).waitFor(patience);
    await goTo('Live');
    await vi.waitUntil(async () => (await rows.allInnerTexts()).join() !== texts.join(), patience);
  });

  it.each(views)('have a legend for every chart, on paper too: %s', async (view) => {
    const page = await goTo(view);
    const charts = page.getByRole('region', { name: view, exact: true }).locator('figure:visible');
    await page.emulateMedia({ media: 'print' });
    for (const chart of await charts.all()) {
      const legend = chart.locator('.legend, figcaption');
      expect((await legend.allInnerTexts()).join('').trim(), await chart.innerText()).not.toBe('');
    }
    const faint = await page.evaluate<string[]>(colourlessOnPaper);
    expect(faint).toEqual([]);
    expect(await page.getByRole('button').filter({ visible: true }).count()).toBeLessThan(
      await page.locator('button').count(),
    );
    await page.emulateMedia({ media: 'screen' });
  });

  it('are light on paper, whatever they are on the screen', async () => {
    const page = await goTo('Live');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForSelector('html[data-theme="dark"]');
    await page.evaluate(`window.themesOnPaper = [];
      window.addEventListener('beforeprint', () => window.themesOnPaper.push(document.documentElement.dataset.theme));`);
    const pdf = await page.pdf({ printBackground: false });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(await page.evaluate('window.themesOnPaper')).toEqual(['light']);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it.each(views)('keep their shapes in a palette of the reader’s own: %s', async (view) => {
    const page = await goTo(view);
    await page.emulateMedia({ forcedColors: 'active' });
    expect(
      await page.evaluate(`getComputedStyle(document.querySelector('.view-links [aria-current]')).borderBottomStyle`),
    ).toBe('solid');
    expect(await page.evaluate<string[]>(beyondTheEdge)).toEqual([]);
    await page.emulateMedia({ forcedColors: 'none' });
  });

  it('have nothing serious for axe to find while a fault is on, and nothing is cut by what is said of it', async () => {
    const page = await goTo('Faults');
    await page.getByRole('switch', { name: 'Poison records' }).click();
    await page.getByText('In effect', { exact: true }).waitFor(patience);
    await goTo('Live');
    await page.locator('.signals-told li', { hasText: 'dead letters' }).waitFor(patience);
    for (const view of views) {
      await goTo(view);
      expect(await seriousFindingsInBothSchemes(page), view).toEqual([]);
      expect(await cutTexts(page), view).toEqual([]);
    }
    await page.getByRole('switch', { name: 'Poison records' }).click();
  }, 300_000);

  it('say nothing to the browser’s console, and grey what is no longer known when the demo has gone', async () => {
    const { page } = demo;
    // Of a look at the records that a busy machine has no time for the page itself says so.
    expect(demo.complaints.filter((complaint) => !complaint.includes('503'))).toEqual([]);
    demo.program.signal('SIGTERM');
    await page.waitForSelector('html[data-state="disconnected"]', patience);
    for (const view of views.slice(1)) {
      await goTo(view);
      expect(await seriousFindingsInBothSchemes(page), view).toEqual([]);
    }
  }, 90_000);
});

/** Whatever makes the page wider than its window. */
const beyondTheEdge = `[...document.querySelectorAll('body *')]
  .filter((element) => element.checkVisibility() && document.documentElement.scrollWidth > innerWidth
    && element.getBoundingClientRect().right > innerWidth + 1)
  .map((element) => element.outerHTML.slice(0, 120))`;

/** Swatches of legends that a printer would leave out. */
const colourlessOnPaper = `[...document.querySelectorAll('.swatch')]
  .filter((swatch) => swatch.checkVisibility() && getComputedStyle(swatch).printColorAdjust !== 'exact')
  .map((swatch) => swatch.outerHTML)`;
