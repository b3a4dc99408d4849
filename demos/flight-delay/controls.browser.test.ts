import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  type DemoInBrowser,
  describeInBrowser,
  openDemoInBrowser,
  seriousFindingsInBothSchemes,
} from '#shared/testing';

const patience = { timeout: 20_000 };

describeInBrowser('a speaker with the flight-delay demo', (browser: () => Browser) => {
  let demo: DemoInBrowser;
  beforeAll(async () => {
    demo = await openDemoInBrowser(browser(), 'flight-delay', []);
    await demo.page.waitForSelector('html[data-state="live"]', patience);
  });
  afterAll(async () => {
    expect(await demo.close()).toBe(0);
    expect(demo.complaints).toEqual([]);
  });

  const note = (page: Page) => page.locator('#pace-note');
  const clock = (page: Page) => page.locator('#clock').innerText();
  const taken = (page: Page) => expect.poll(() => page.locator('#played').innerText(), patience);

  it('pauses it, steps through it, and lets it go on', async () => {
    const { page } = demo;
    await page.keyboard.press('c');
    await page.keyboard.press('Space');
    await note(page).getByText('Paused').waitFor();
    await taken(page).toBe('The producer plays as asked for');
    // What was on its way when it was paused comes first.
    await expect
      .poll(async () => {
        const before = await demo.scoredInTotal();
        await page.evaluate(nextState);
        return (await demo.scoredInTotal()) - before;
      }, patience)
      .toBe(0);
    const before = await demo.scoredInTotal();
    for (let i = 0; i < 3; i++) await page.keyboard.press('.');
    await expect.poll(() => demo.scoredInTotal(), patience).toBe(before + 3);
    await page.keyboard.press('Space');
    await expect.poll(() => demo.scoredInTotal(), patience).toBeGreaterThan(before + 10);
    expect(await note(page).isVisible()).toBe(false);
  });

  it('hurries to the storm', async () => {
    const { page } = demo;
    await page.keyboard.press('j');
    await page.getByRole('button', { name: /^Mon 7 Oct: the storm/ }).click();
    await note(page).getByText('Hurrying to Mon 7 Oct 2013').waitFor();
    await expect.poll(() => clock(page), patience).toMatch(/^(Mon 7|Tue 8) Oct 2013/);
    await note(page).waitFor({ state: 'hidden' });
  });

  it.each([
    ['Poison records', 1],
    ['Late data', 2],
    ['Drift', 3],
    ['Slow scorer', 4],
  ] as const)('switches the fault "%s" on and off, and sees that it was taken up', async (title, digit) => {
    const { page } = demo;
    await page.getByRole('link', { name: 'Faults' }).click();
    const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: title }) });
    const fault = page.getByRole('switch', { name: title });
    const state = row.getByRole('status');
    await expect.poll(() => state.innerText(), patience).toBe('Off');
    await fault.click();
    await expect.poll(() => state.innerText(), patience).toBe('In effect');
    expect(await row.locator('.fault-state').innerText()).toMatch(/^In effect · ends in (10 min|9 min \d+ s)$/);
    expect(await fault.getAttribute('aria-checked')).toBe('true');
    await page.keyboard.press(`Shift+${digit}`);
    await expect.poll(() => state.innerText(), patience).toBe('Off');
    expect(await fault.getAttribute('aria-checked')).toBe('false');
  });

  it('has a scorer killed, sees that nothing is scored, and another one in its place when it is over', async () => {
    const { page } = demo;
    const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Killed scorer' }) });
    await page.keyboard.press('Shift+5');
    await row.getByText(/^In effect · ends in/).waitFor();
    await page.waitForSelector('html[data-state="troubled"]', patience);
    await page.keyboard.press('Shift+5');
    await row.getByText('Off', { exact: true }).waitFor();
    await page.waitForSelector('html[data-state="live"]', patience);
  }, 60_000);

  it('has a bad model serve, and the one before it again', async () => {
    const { page } = demo;
    const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Bad model' }) });
    await page.keyboard.press('Shift+6');
    await row.getByText('In effect', { exact: true }).waitFor();
    await page.keyboard.press('Shift+6');
    await row.getByText('Off', { exact: true }).waitFor();
  }, 60_000);

  it('has the broker lost, and back before its time', async () => {
    const { page } = demo;
    const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Lost broker' }) });
    await page.keyboard.press('Shift+7');
    await row.getByText(/^In effect · ends in/).waitFor();
    await page.waitForSelector('html[data-state="troubled"]', patience);
    await page.getByRole('switch', { name: 'Lost broker' }).click();
    await row.getByText('Off', { exact: true }).waitFor();
    await page.waitForSelector('html[data-state="live"]', patience);
  }, 60_000);

  it('finds nothing serious with axe in the view of the faults, one of them on', async () => {
    const { page } = demo;
    const inEffect = page.locator('.fault-row[data-kind="on"]');
    await page.keyboard.press('Shift+3');
    await inEffect.waitFor();
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    await page.getByRole('button', { name: 'Switch all off' }).click();
    await inEffect.waitFor({ state: 'detached' });
  });

  it('is led from a fault to where it is seen', async () => {
    const { page } = demo;
    await page.getByRole('link', { name: 'Faults' }).click();
    await page.getByRole('link', { name: 'Live · Latency' }).click();
    await page.locator('#latency-chart[data-lit]').waitFor();
    expect(new URL(page.url()).hash).toBe('#live');
    await page.getByRole('link', { name: 'Faults' }).click();
    await page.getByRole('link', { name: 'Records · Dead letters' }).click();
    await page.locator('[data-place="records/dead-letters"][data-lit][aria-current]').waitFor();
  });

  it('begins it anew, and sees the first records again without doing anything', async () => {
    const { page } = demo;
    const before = await demo.scoredInTotal();
    await page.keyboard.press('Shift+R');
    await page.getByRole('dialog').getByRole('button', { name: 'Begin anew' }).click();
    await vi.waitUntil(async () => (await demo.scoredInTotal()) < before / 2, { timeout: 60_000 });
    await page.waitForSelector('html[data-state="live"]', { timeout: 60_000 });
    expect(await clock(page)).toMatch(/^(Tue 1|Wed 2) Oct 2013/);
  }, 120_000);
});

/** Resolves with the server's next event to all viewers. */
const nextState = `new Promise((resolve) => {
  const source = new EventSource('events');
  let seen = 0;
  const count = () => {
    if (++seen < 3) return;
    source.close();
    resolve();
  };
  source.addEventListener('state', count);
  source.addEventListener('alive', count);
})`;
