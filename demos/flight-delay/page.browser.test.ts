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

  it('has a board of the three airports, each with how many of its flights are expected late', async () => {
    const airports = demo.page.locator('#board .card');
    await vi.waitFor(async () => {
      const texts = await airports.allInnerTexts();
      expect(texts).toEqual(
        [/^EWR Newark/, /^JFK Kennedy/, /^LGA LaGuardia/].map((name) => expect.stringMatching(name)),
      );
      for (const text of texts) expect(text).toMatch(/\d+\s+of the last 50 flights expected late/);
    }, 15_000);
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
