import type { Page } from 'playwright-core';
import { afterEach, expect, it, vi } from 'vitest';
import { LiveView } from '#shared/dashboard';
import { describeInBrowser, openPage, seriousFindingsInBothSchemes } from '#shared/testing';
import { closeStarted, newView, pageOf, start } from './asked-dashboard.js';
import { sampleModel } from './sample-model.js';
import { sampleBoard, samplePrediction, sampleScorer, sampleStart } from './sample-run.js';
import { sampleNow, sampleServing, sampleVitals } from './sample-vitals.js';
import { SignalBoard } from './signals.js';
import type { Vitals } from './vitals.js';

const bad = {
  ...sampleServing,
  model: 'flight-delay-gbm <i>2</i>',
  auc: 0.287,
  outcomes: 640,
  worseThanCoin: true,
};

describeInBrowser('what is wrong', (browser) => {
  const opened: Page[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((page) => page.context().close()));
    await closeStarted();
  });

  async function open(hash = '', view = newView()) {
    const board = new SignalBoard();
    let now = sampleNow;
    const tell = (more: Partial<Vitals> = {}): void => {
      for (let second = 0; second < 10; second += 1) {
        now += 1_000;
        board.update(sampleVitals({ now, ...more }));
      }
    };
    tell();
    view.prediction(samplePrediction(1));
    view.input(1, sampleStart);
    const parts = { model: () => sampleModel() };
    const { url } = await start([pageOf({ view, parts, signals: () => board.current })]);
    const { page, complaints } = await openPage(browser(), `${url}${hash}`);
    opened.push(page);
    const strip = page.getByRole('region', { name: 'Whether all is well' });
    return { page, complaints, tell, strip, text: async () => (await strip.innerText()).replace(/\s+/g, ' ') };
  }

  it('is nothing, quietly, and what is looked at is named', async () => {
    const { page, complaints, strip, text } = await open();
    await strip.waitFor();
    const said = await text();
    expect(said).toContain('All is well');
    expect(said).toContain('Scorers 1 at work');
    expect(said).toContain('Late 0.0 %');
    expect(await page.locator('[data-place="live/lateness"]').innerText()).toContain('Late');
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('is no alarm, and yet no matter of course, where the model has a bad day', async () => {
    const { page, strip, tell, text } = await open('', new LiveView(sampleBoard().definition));
    await strip.waitFor();
    tell({ serving: [{ ...sampleServing, auc: 0.6 }] });
    await vi.waitUntil(async () => (await text()).includes('No alarm; an eye on quality'));
    expect(await text()).not.toContain('All is well');
    expect(await page.locator('#auc-note').innerText()).toBe('of late 0.600, bad below 0.643');
  });

  it('is said once, and not by the banner too', async () => {
    const view = newView();
    const { page, tell, strip } = await open('', view);
    view.scorer({ ...sampleScorer(Date.now()), heartbeatAt: Date.now() - 60_000 });
    await page.locator('#banner').waitFor();
    tell({ scorers: { atWork: 0, waiting: 0, silent: ['scorer-1'], wereAtWork: true } });
    await strip.getByRole('listitem').filter({ hasText: 'ScorerDown' }).waitFor();
    expect(await page.locator('#banner').isVisible()).toBe(false);
  });

  it('is said in a sentence with its alert, is read out once, and leads to its place', async () => {
    const { page, tell, strip, text } = await open();
    await strip.waitFor();
    tell({ serving: [bad] });
    await vi.waitUntil(async () => (await text()).includes('ModelQualityDropped'));
    const said = await text();
    expect(said).toContain('flight-delay-gbm <i>2</i> is worse than a coin: its AUC is 0.287');
    expect(said).not.toContain('All is well');
    expect(await page.locator('#signal-announcer').textContent()).toContain('Critical: flight-delay-gbm');
    const links = page.getByRole('navigation', { name: 'Views' });
    expect(await links.getByRole('link', { name: /^Model/ }).textContent()).toContain(', critical');
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    await strip.getByRole('link', { name: 'Model · Quality' }).first().click();
    await page.getByRole('region', { name: 'Versions' }).waitFor();
    await page.locator('[data-place="model/quality"][data-lit]').waitFor();
    tell();
    await vi.waitUntil(async () => (await links.locator('.view-sign').count()) === 0);
  });

  it('is not nothing yet while it is made up for; then it is told of as past, and is gone to by keyboard', async () => {
    const { page, complaints, tell, strip, text } = await open();
    await strip.waitFor();
    const past = strip.locator('.signals-past');
    expect(await past.isVisible()).toBe(false);
    const away = { clusterSilentSince: sampleNow, waiting: null, waitingGrowth: null };
    tell(away);
    await vi.waitUntil(async () => (await text()).includes('KafkaUnreachable'));
    expect(await text()).toMatch(/\? Latency 18 ms, \d+ s ago , not known now/);
    expect(await strip.locator('.check.is-well').count()).toBe(0);
    tell({ waiting: 12_431, waitingGrowth: -500, latencySeconds: 72.9 });
    await vi.waitUntil(async () => (await text()).includes('Catching up: 12,431 records wait, about 25 s more.'));
    const said = await text();
    expect(said).toContain('◆');
    expect(said).not.toContain('All is well');
    expect(await page.locator('#signal-announcer').textContent()).toContain('Note: Catching up');
    expect(await page.locator('#view-links a[href="#live"]').textContent()).toContain(', note');
    tell();
    await vi.waitUntil(async () => (await text()).includes('All is well'));
    const summary = past.getByText('Last 15 min: 1 thing was wrong');
    await summary.focus();
    await page.keyboard.press('Enter');
    await past.getByText('No broker answers').waitFor();
    expect(await past.getByRole('listitem').innerText()).toMatch(/■\s+\d\d:\d\d:\d\d to \d\d:\d\d:\d\d/);
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('has the board dimmed, with the time of its last news, while no scorer is at work', async () => {
    const { page, complaints, tell, strip } = await open('', new LiveView(sampleBoard().definition));
    await strip.waitFor();
    await page.locator('.board > *').first().waitFor();
    const stale = page.getByText(/^No news since \d\d:\d\d:\d\d: this is how it was then\.$/);
    expect(await stale.isVisible()).toBe(false);
    tell({ scorers: { atWork: 0, waiting: 0, silent: ['scorer-1'], wereAtWork: true }, unscoredSeconds: 5 });
    await stale.waitFor();
    expect(await page.locator('.board-panel').getAttribute('data-stale')).toBe('');
    expect(await page.locator('#auc-note').innerText()).toContain('bad below 0.643');
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    tell();
    await stale.waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
  });

  it('is followed by the guide over all views: one sentence, and an arrow to its place or to the view that has it', async () => {
    const { page, complaints, tell, strip } = await open();
    await strip.waitFor();
    const guide = page.getByRole('complementary', { name: 'Guide' });
    expect(await guide.isVisible()).toBe(false);
    await page.keyboard.press('g');
    await guide.getByText('All is well, and nothing has happened yet').waitFor();
    tell({ lateShare: 0.098 });
    await guide.getByText('Records come late: 9.8 % of them').waitFor();
    const arrow = page.locator('.guide-arrow .head');
    const tip = async () => {
      const [x = 0, y = 0] =
        /M([\d.]+) ([\d.]+)/
          .exec((await arrow.getAttribute('d')) ?? '')
          ?.slice(1)
          .map(Number) ?? [];
      return { x, y };
    };
    const isAt = async (selector: string): Promise<boolean> => {
      const box = await page.locator(selector).first().boundingBox();
      const { x, y } = await tip();
      if (box === null) return false;
      return x >= box.x - 1 && x <= box.x + box.width + 1 && y >= box.y - 1 && y <= box.y + box.height + 1;
    };
    await vi.waitUntil(() => isAt('[data-place="live/lateness"]'));
    tell({ serving: [bad] });
    await guide.getByText('is worse than a coin').waitFor();
    await vi.waitUntil(() => isAt('#view-links a[href="#model"]'));
    await guide.getByRole('link', { name: 'Model · Quality' }).click();
    await page.getByRole('region', { name: 'Versions' }).waitFor();
    await vi.waitUntil(() => isAt('[data-place="model/quality"]'));
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    await page.keyboard.press('g');
    expect(await guide.isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  it('stands on the overview of several demos at the one in which it is', async () => {
    const board = new SignalBoard();
    for (let second = 0; second < 5; second += 1) {
      board.update(sampleVitals({ now: sampleNow + second * 1_000, serving: [bad] }));
    }
    const first = { ...pageOf({ signals: () => board.current }), name: 'flight-delay' };
    const { url } = await start([first, { ...pageOf(), name: 'titanic' }]);
    const { page, complaints } = await openPage(browser(), url);
    opened.push(page);
    const cards = page.locator('.demo');
    await cards.nth(0).getByText('Critical: flight-delay-gbm <i>2</i> is worse than a coin').waitFor();
    expect(await cards.nth(1).locator('.wrong').isVisible()).toBe(false);
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
