import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  type DemoInBrowser,
  describeInBrowser,
  openDemoInBrowser,
  seriousFindingsInBothSchemes,
} from '#shared/testing';

const SEEN_WITHIN = { timeout: 40_000, interval: 250 };

describeInBrowser('the pipeline of the running demo', (browser) => {
  let demo: DemoInBrowser;
  beforeAll(async () => {
    demo = await openDemoInBrowser(browser(), 'telco-anomaly', [], { width: 1440, height: 900 });
    await demo.page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Pipeline' }).click();
    await demo.page.locator('.pipeline-picture').waitFor();
  });
  afterAll(async () => {
    await demo.close();
  });

  const box = (name: RegExp) => demo.page.getByRole('button', { name });
  const news = () => demo.page.locator('.pipeline-news').innerText();
  /** The rate that the table says of a line. */
  const rateOf = async (from: string, to: string): Promise<number> => {
    for (const row of await demo.page.locator('.pipeline-table tbody tr').all()) {
      const [begins, ends, , rate = ''] = await row.locator('td').allTextContents();
      if (begins === from && ends === to) return Number(rate.replaceAll(',', '')) || 0;
    }
    return 0;
  };

  it('is drawn as the scorer describes it: two parts, and the topic between them', async () => {
    await vi.waitFor(async () => {
      expect(await demo.page.locator('.frame-title').allTextContents()).toEqual([
        'Sub-topology 0 · 1 scorer · 4 tasks',
        'Sub-topology 1 · 1 scorer · 4 tasks',
      ]);
    }, SEEN_WITHIN);
    expect(await box(/^scored-repartition/).count()).toBe(1);
    expect(await box(/^(reports|cells|predictions|alarms|dead letters) /).count()).toBe(5);
    expect(await box(/Aggregate windows .* Score windows/).count()).toBe(1);
  });

  it('shows reports on their way, and what comes of them', async () => {
    await vi.waitFor(async () => {
      expect(await rateOf('producer', 'reports')).toBeGreaterThan(100);
      expect(await rateOf('reports', 'Left join cells … Score')).toBeGreaterThan(100);
      expect(await rateOf('Map', 'predictions')).toBeGreaterThan(20);
      expect(await rateOf('scored-repartition', 'Filter … Process with open-alarms')).toBeGreaterThan(20);
    }, SEEN_WITHIN);
    const scorers = demo.page.getByRole('region', { name: 'Scorers', exact: true });
    expect(await scorers.innerText()).toMatch(/reports 0–3/);
    await vi.waitFor(async () => expect(await news()).toContain('Everything flows'), SEEN_WITHIN);
    expect(await seriousFindingsInBothSchemes(demo.page)).toEqual([]);
    expect(demo.complaints).toEqual([]);
  });

  it('shows where it is stuck when nobody scores any more, and that it was the scorer', async () => {
    const pid = Number(await demo.program.said(/scored by process (\d+)/));
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(async () => {
      expect(await news()).toMatch(
        /Stuck at reports.*: the scorer, .+, has been silent for \d+ s\. [\d,]+ records wait there/,
      );
      expect(await box(/^reports lag [\d,]+; topic, stuck$/).count()).toBe(1);
    }, SEEN_WITHIN);
    expect(await rateOf('reports', 'Left join cells … Score')).toBe(0);
    expect(await demo.page.locator('.frame-title').first().textContent()).toContain('no scorer');
  });
});
