import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  type DemoInBrowser,
  describeInBrowser,
  openDemoInBrowser,
  seriousFindingsInBothSchemes,
} from '#shared/testing';

describeInBrowser('the page of the running demo', (browser) => {
  let demo: DemoInBrowser;
  beforeAll(async () => {
    demo = await openDemoInBrowser(browser(), 'flight-delay', ['--rate', '200']);
  });
  afterAll(async () => {
    expect(await demo.close()).toBe(0);
  });

  const body = (): Promise<string> => demo.page.locator('body').innerText();

  it('counts up as flights are scored', async () => {
    await vi.waitFor(async () => expect(await demo.scoredInTotal()).toBeGreaterThan(100), 15_000);
    const before = await demo.scoredInTotal();
    await vi.waitFor(async () => expect(await demo.scoredInTotal()).toBeGreaterThan(before + 200), 15_000);
  });

  it('has a map of the routes, and the same for those who do not see it', async () => {
    await vi.waitFor(async () => {
      expect(await demo.page.locator('#board .arcs path').count()).toBeGreaterThan(30);
      expect(await demo.page.locator('#board .hubs .code').allTextContents()).toEqual(['EWR', 'LGA', 'JFK']);
      const rows = await demo.page.locator('#board tbody tr').allTextContents();
      expect(rows.length).toBeGreaterThan(30);
      expect(rows[0]).toMatch(/^(EWR|JFK|LGA) to .+ \([A-Z]{3}\)\d+\d+$/);
    }, 15_000);
  });

  it('sees the airports in trouble when the model does, points at them, and says when that is over', async () => {
    const newark = demo.page.locator('#board .airport', { hasText: 'EWR Newark' });
    // Thursday, 3 October: some 2,400 flights after the start.
    await vi.waitFor(async () => expect(await newark.innerText()).toMatch(/alert since 15:00/), 45_000);
    expect(await demo.page.locator('#moments').innerText()).toMatch(
      /Newark: 17 of the next 26 flights are expected late \(queue, delays here\)/,
    );
    expect(await newark.getAttribute('data-lit')).toBe('alarm');
    expect(await demo.page.locator('#board .hubs [data-place="EWR"]').getAttribute('data-lit')).toBe('alarm');
    await vi.waitFor(async () => {
      expect(await newark.innerText()).toContain('no alert');
      expect(await demo.page.locator('#moments').innerText()).toMatch(/Newark recovers: none of the next 2 flights is/);
    }, 30_000);
  });

  it('says how right the day was when the day is over', async () => {
    await vi.waitFor(async () => {
      expect(await demo.page.locator('#board .days').innerText()).toMatch(/\d Oct: \d+ of \d+ right \(\d+ %\)/);
      expect(await demo.page.locator('#moments').innerText()).toMatch(/October: \d+ of \d+ predictions were right/);
    }, 30_000);
  });

  it('shows latency, and the running AUC once planes have landed', async () => {
    await vi.waitFor(async () => {
      const text = await body();
      expect(text).toMatch(/99th percentile\s+\d+(\.\d+)?/i);
      expect(text).toMatch(/Running AUC\s+0\.\d{3}/i);
    }, 20_000);
  });

  it('shows flights with their routes, and true outcomes beside what was predicted', async () => {
    await vi.waitFor(async () => {
      expect(await demo.region('Latest predictions')).toMatch(/[A-Z0-9]{2} \d+\s+(EWR|JFK|LGA) → [A-Z]{3}/);
      expect(await demo.region('Outcomes just in')).toMatch(/[+−]?\d+ min\s+\S?\s*(right|wrong)/);
    }, 20_000);
  });

  it('names the model, the guarantee, the scorer that is running, and where things are', async () => {
    const text = await body();
    expect(text).toContain('flight-delay-gbm');
    expect(text).toMatch(/exactly once/i);
    expect(await demo.region('Scorers')).toMatch(/RUNNING/);
    expect(text).toContain('flight-delay.predictions');
    expect(demo.complaints).toEqual([]);
  });

  it('has nothing serious for axe to find, light and dark', async () => {
    expect(await seriousFindingsInBothSchemes(demo.page)).toEqual([]);
  });
});
