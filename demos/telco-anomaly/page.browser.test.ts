import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  boardBeyondSight,
  cutTexts,
  type DemoInBrowser,
  describeInBrowser,
  openDemoInBrowser,
  seriousFindingsInBothSchemes,
} from '#shared/testing';

describeInBrowser('the page of the running demo', (browser) => {
  let demo: DemoInBrowser;
  beforeAll(async () => {
    demo = await openDemoInBrowser(browser(), 'telco-anomaly', ['--rate', '1000']);
  });
  afterAll(async () => {
    expect(await demo.close()).toBe(0);
  });
  const cell = (number: string) => demo.page.locator(`#board li[data-place="cell-${number}"]`);
  const alarms = () => demo.page.getByRole('list', { name: 'Alarms, open ones first' }).getByRole('listitem');

  it('shows a tile for each of the 36 cells, with its type and how far it is from usual', async () => {
    const tiles = demo.page.locator('#board .network li');
    await vi.waitFor(async () => expect(await tiles.count()).toBe(36), 15_000);
    await vi.waitFor(async () => expect(await cell('001').innerText()).toMatch(/^001\s+\d\.\d\s+business$/), 15_000);
  }, 40_000);

  it('sees cell 020 fail at half past six on Thursday: an alarm opens, and names the KPI to blame', async () => {
    await vi.waitFor(async () => expect(await cell('020').innerText()).toMatch(/△ 3\.\d\s+▲ speed/), 40_000);
    await vi.waitFor(async () => {
      const texts = await alarms().allInnerTexts();
      expect(texts.find((text) => text.includes('cell-020'))).toMatch(
        /^open\s+cell-020: speed, .+\s+since Thu 06:30, peak 3\.\d/,
      );
      expect((await demo.moments()).join()).toContain('cell-020, transport, Thu 06:45: unusual speed 0.');
    }, 5_000);
  }, 60_000);

  it('has its whole board in sight on a laptop', async () => {
    await demo.page.setViewportSize({ width: 1440, height: 900 });
    await expect.poll(() => boardBeyondSight(demo.page)).toEqual([]);
    expect(await cutTexts(demo.page)).toEqual([]);
  });

  it('has nothing serious for axe to find', async () => {
    expect(await seriousFindingsInBothSchemes(demo.page)).toEqual([]);
  });

  it('sees the alarm closed when the cell is as usual again, and what it was once the ticket is written', async () => {
    await vi.waitFor(async () => {
      const texts = await alarms().allInnerTexts();
      expect(texts.find((text) => text.includes('cell-020'))).toMatch(/^closed\s+cell-020: .+\s+7 h 10 from Thu 06:30/);
      expect(texts.find((text) => text.includes('cell-020'))).toContain('✓ broken backhaul');
      expect(await demo.region('Board')).toMatch(/1 of \d\s+alarms were a fault\s+1 of 1\s+faults had an alarm/);
    }, 40_000);
    expect((await demo.moments()).join()).toMatch(/cell-020: as usual again, after 7 h 10 min/);
    expect(demo.complaints).toEqual([]);
  }, 60_000);
});
