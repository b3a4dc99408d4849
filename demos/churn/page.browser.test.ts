import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  boardBeyondSight,
  cutTexts,
  type DemoInBrowser,
  describeInBrowser,
  openDemoInBrowser,
  seriousFindingsInBothSchemes,
} from '#shared/testing';

/** The wave comes after some 4,000 events, sixteen seconds on a machine that has the time. */
const PATIENCE_MS = 90_000;

describeInBrowser('the page of the running demo', (browser) => {
  let demo: DemoInBrowser;
  /** All that the page has told of so far: what comes next pushes it out of the strip. */
  const told = new Set<string>();
  beforeAll(async () => {
    demo = await openDemoInBrowser(browser(), 'churn', ['--rate', '250'], { width: 1440, height: 900 });
  });
  afterAll(async () => {
    expect(await demo.close()).toBe(0);
  });

  const card = async (name: string): Promise<number> => {
    const text = await demo.page.locator('#board .card', { hasText: name }).locator('.number').innerText();
    return Number(text.replaceAll(/[$,]/g, ''));
  };
  const rows = (region: string): Promise<string[]> =>
    demo.page.getByRole('region', { name: region }).getByRole('listitem').allInnerTexts();
  const until = (condition: () => Promise<void>): Promise<void> =>
    vi.waitFor(
      async () => {
        for (const text of await demo.moments()) told.add(text);
        await condition();
      },
      { timeout: PATIENCE_MS, interval: 100 },
    );

  it('ranks the customers who will leave by what is to be lost, with risk, bill, reasons and what was done', {
    timeout: PATIENCE_MS,
  }, async () => {
    await until(async () => {
      const ranking = await rows('Who will leave');
      expect(ranking.length).toBeGreaterThan(10);
      const [first = ''] = ranking;
      expect(first.replaceAll(/\s+/g, ' ')).toMatch(
        /^1 C\d{4} [A-Z]{2} \$\d+ \d\d % × \$\d+ .*(a bill of \$\d\d|abroad|calls).* (offer made|offer due|below \$50|contacted (today|\d+ days? ago))$/,
      );
      const losses = ranking.map((row) => Number(/\$(\d+)/.exec(row)?.[1]));
      expect(losses).toEqual(losses.toSorted((one, other) => other - one));
    });
  });

  it('tells of the new prices, marks them in the course of the day, and shows the wave of calls to the service', {
    timeout: PATIENCE_MS,
  }, async () => {
    await until(async () => {
      expect([...told].some((text) => text.startsWith('New prices: '))).toBe(true);
      expect(await demo.page.locator('#board .quarter[data-place="prices"]').count()).toBe(1);
      expect(await card('Calls to the service')).toBeGreaterThanOrEqual(60);
      expect([...told]).toContainEqual(expect.stringMatching(/^60 calls to the service within an hour/));
    });
  });

  it('makes offers in the wave to those who called, tells of each, and lights it up', {
    timeout: PATIENCE_MS,
  }, async () => {
    await until(async () => {
      expect([...told]).toContainEqual(
        expect.stringMatching(/^Offer to C\d{4}: \$\d\d a month, [4-7] calls to the service$/),
      );
      const offers = await rows('Offers');
      expect(offers[0]?.replaceAll(/\s+/g, ' ')).toMatch(
        /^\d\d:\d\d C\d{4} a call from a person who can settle it a bill of \$\d\d, [4-7] calls to the service$/,
      );
      expect(await demo.page.locator('#board .offers [data-lit="good"]').count()).toBeGreaterThan(0);
      expect(await card('Offers made')).toBeGreaterThan(20);
    });
    expect(await card('Value at risk')).toBeGreaterThan(4_000);
  });

  it('names the course of the day for who cannot see it', async () => {
    const name = await demo.page.getByRole('img', { name: /^By the time of day/ }).getAttribute('aria-label');
    expect(name).toMatch(
      /calls to the service, up to \d\d a quarter of an hour, at (09|10|11):\d\d; offers, up to \d+$/,
    );
  });

  it('has its whole board in sight on a laptop', async () => {
    await expect.poll(() => boardBeyondSight(demo.page)).toEqual([]);
    expect(await cutTexts(demo.page)).toEqual([]);
  });

  it('has nothing serious for axe to find, light and dark', async () => {
    expect(await seriousFindingsInBothSchemes(demo.page)).toEqual([]);
  });

  it('fits a telephone', async () => {
    await demo.page.setViewportSize({ width: 390, height: 844 });
    await demo.page.locator('#board .ranking li').first().waitFor();
    expect(await demo.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    expect(demo.complaints).toEqual([]);
  });
});
