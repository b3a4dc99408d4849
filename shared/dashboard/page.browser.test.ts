import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { type Ask, type Dashboard, type DashboardPage, LiveView, startDashboard } from '#shared/dashboard';
import { createMetrics } from '#shared/metrics';
import { describeInBrowser, openPage, seriousFindings } from '#shared/testing';
import {
  type SampleOutcome,
  type SamplePrediction,
  sampleBoard,
  sampleDefinition,
  samplePrediction,
  sampleScorer,
  sampleStart,
} from './sample-run.js';

interface Running {
  readonly page: Page;
  readonly view: LiveView<SamplePrediction, SampleOutcome>;
  readonly dashboard: Dashboard;
  /** What the browser complained about. */
  readonly complaints: readonly string[];
}

describeInBrowser('the live page in a browser', (browser) => {
  const opened: { page: Page; dashboard: Dashboard }[] = [];
  let ready = { ready: true, reason: '' };
  let factsProblem: Error | undefined;

  afterEach(async () => {
    ready = { ready: true, reason: '' };
    factsProblem = undefined;
    for (const { page, dashboard } of opened.splice(0)) {
      await page.context().close();
      await dashboard.close();
    }
  });

  const pageOf = (name: string, view: DashboardPage['view']): DashboardPage => ({
    name,
    view,
    facts: () => {
      if (factsProblem !== undefined) throw factsProblem;
      return { mode: 'embedded', guarantee: 'exactly_once', brokers: '127.0.0.1:9092' };
    },
    ready: () => ready,
  });

  async function open(colorScheme: 'light' | 'dark' = 'light', definition = sampleDefinition): Promise<Running> {
    const view = new LiveView(definition);
    const dashboard = await startDashboard({
      port: 0,
      metrics: createMetrics('demo'),
      pages: [pageOf('flight-delay', view)],
    });
    const { page, complaints } = await openPage(browser(), dashboard.url, { colorScheme });
    opened.push({ page, dashboard });
    return { page, view, dashboard, complaints };
  }

  /** A run of so many paced records, with the outcomes of the older half. */
  function feed(view: Running['view'], from: number, count: number): void {
    view.scorer(sampleScorer(Date.now()));
    for (let i = from; i < from + count; i++) {
      view.input(1, sampleStart + i * 60_000);
      view.prediction(samplePrediction(i), 2 + (i % 10));
      if (i % 2 === 0) view.outcome({ id: String(i / 2), delayMinutes: (i * 7) % 40 });
    }
  }

  const text = (page: Page, id: string) => page.locator(`#${id}`).textContent();
  const waitForText = (page: Page, id: string, wanted: string) =>
    expect.poll(() => text(page, id), { timeout: 10_000 }).toBe(wanted);
  const waitForCharts = (page: Page) =>
    expect.poll(() => page.locator('.plot canvas').count(), { timeout: 10_000 }).toBe(4);
  const waitForState = (page: Page, state: string) => page.waitForSelector(`html[data-state="${state}"]`);

  it('waits for the first prediction, and says what for', async () => {
    ready = { ready: false, reason: 'the scorer loads its model' };
    const { page, complaints } = await open();
    await waitForState(page, 'waiting');
    expect(await page.title()).toBe('Flight delay');
    expect(await text(page, 'latest-empty')).toBe('Waiting for the first prediction: the scorer loads its model');
    expect(await text(page, 'rate')).toBe('–');
    expect(await text(page, 'auc')).toBe('–');
    expect(complaints).toEqual([]);
  });

  it('shows figures, charts, predictions and outcomes as they come', async () => {
    const { page, view, complaints } = await open();
    feed(view, 0, 1000);
    await waitForState(page, 'live');
    await waitForText(page, 'scored', '1,000');
    expect(await text(page, 'clock')).toBe('Tue 1 Oct 2013 22:39');
    expect(await text(page, 'zone')).toBe('EDT');
    expect(await text(page, 'model-name')).toBe('flight-delay-gbm');
    expect(await text(page, 'mode')).toBe('embedded');
    expect(await text(page, 'auc')).toMatch(/^0\.\d{3}$/);
    expect(await text(page, 'auc-note')).toBe('from 500 outcomes');
    await waitForCharts(page);
    await expect.poll(() => text(page, 'latency'), { timeout: 10_000 }).toMatch(/^[\d.]+ms[\d.]+ms$/);
    expect(await page.locator('#latest tbody tr').count()).toBeLessThan(20);
    expect(await page.locator('#latest tbody tr').first().textContent()).toContain('UA 999');
    expect(await page.locator('#settled tbody tr').first().textContent()).toMatch(/(✓right|✗wrong)$/);
    expect(await text(page, 'scorers')).toContain('scorer-1');
    await page.locator('.scroll').first().focus();
    expect(await page.locator('#latest tbody tr').count()).toBe(50);
    feed(view, 1000, 250);
    await waitForText(page, 'scored', '1,250');
    expect(complaints).toEqual([]);
  });

  it('draws no chart that is out of sight, and its newest figures once it is scrolled to', async () => {
    const { page, view } = await open();
    feed(view, 0, 1000);
    await waitForCharts(page);
    await page.setViewportSize({ width: 1440, height: 80 });
    await page.evaluate(`
      window.drawn = 0;
      const { clearRect } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.clearRect = function (...area) {
        if (this.canvas.closest('#score-chart') !== null) window.drawn += 1;
        return clearRect.apply(this, area);
      };
      window.isSeen = undefined;
      new IntersectionObserver(([entry]) => { window.isSeen = entry.isIntersecting; })
        .observe(document.querySelector('#score-chart .plot'));
    `);
    const drawn = (): Promise<number> => page.evaluate<number>('window.drawn');
    await expect.poll(() => page.evaluate('window.isSeen'), { timeout: 10_000 }).toBe(false);
    // What was under way when the window became smaller.
    feed(view, 1000, 1000);
    await waitForText(page, 'scored', '2,000');
    const before = await drawn();
    feed(view, 2000, 1000);
    await waitForText(page, 'scored', '3,000');
    expect(await drawn()).toBe(before);
    await page.locator('#score-chart').scrollIntoViewIfNeeded();
    await expect.poll(drawn, { timeout: 10_000 }).toBe(before + 1);
  });

  it('says "unpaced run" where latency is not known', async () => {
    const { page, view } = await open();
    view.prediction(samplePrediction(1));
    await waitForText(page, 'latency-note', 'unpaced run');
    expect(await page.locator('#latency > :visible').allTextContents()).toEqual(['–']);
  });

  it('keeps markup in a record as text', async () => {
    const attack = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const { page, view, complaints } = await open();
    view.prediction(samplePrediction(1, { flight: attack, decision: attack }));
    view.deadLetter({ topic: attack, partition: 0, offset: '0', code: 'record-undecodable', reason: attack });
    view.scorer(sampleScorer(Date.now(), { instance: attack }));
    await waitForText(page, 'scored', '1');
    const first = page.locator('#latest tbody tr').first();
    expect(await first.locator('td').nth(1).textContent()).toBe(attack);
    expect(await page.locator('#scorers .instance').textContent()).toBe(attack);
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).toBe('Flight delay');
    expect(complaints).toEqual([]);
  });

  it('shows the whole reason of a dead letter, however long it is', async () => {
    const { page, view } = await open();
    const reason = `The record cannot be decoded: ${'it is not what the schema says, '.repeat(4)}and so it is left out.`;
    view.deadLetter({ topic: 'flight-delay.flights', partition: 0, offset: '17', code: 'record-undecodable', reason });
    await waitForText(page, 'dead-letters', `${reason}flight-delay.flights-0@17`);
    const isCut = "(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)(document.querySelector('.reason'))";
    expect(await page.evaluate<boolean>(isCut)).toBe(false);
    expect(await page.locator('#dead-note').getAttribute('title')).toBe(reason);
  });

  it("draws the demo's board, and points at what has just happened: in words, and where it happened", async () => {
    const { definition, tell } = sampleBoard();
    const { page, view, complaints } = await open('light', definition);
    feed(view, 0, 20);
    view.prediction(samplePrediction(20, { flight: 'AA 20' }));
    await expect
      .poll(() => page.locator('#board .card').allInnerTexts(), { timeout: 10_000 })
      .toEqual(['U\n\n20', 'A\n\n1']);
    expect(await page.locator('#moments-empty').isVisible()).toBe(true);
    const lit = () => page.locator('#board [data-lit]').allInnerTexts();
    tell({ eventTime: sampleStart, text: 'Gate A is closed', tone: 'alarm', place: 'A' });
    await expect.poll(lit, { timeout: 10_000 }).toEqual(['A\n\n1']);
    expect(await page.locator('#board [data-lit]').getAttribute('data-lit')).toBe('alarm');
    expect(await page.locator('#moments li').allInnerTexts()).toEqual(['▲\n\nGate A is closed\n\nAlarm · 1 Oct 06:00']);
    expect(await page.getByRole('status').allTextContents()).toContain('Alarm: Gate A is closed');
    await expect.poll(lit, { timeout: 10_000 }).toEqual([]);
    tell({ eventTime: sampleStart, text: '<b>Gate A</b> is open', tone: 'good', place: 'A"]' });
    await expect
      .poll(() => page.locator('#moments li .text').allInnerTexts())
      .toEqual(['<b>Gate A</b> is open', 'Gate A is closed']);
    // A card may be too small for its sentence.
    expect(await page.locator('#moments li .text').last().getAttribute('title')).toBe('Gate A is closed');
    expect(complaints).toEqual([]);
  });

  it('shows figures, moments and the whole board without scrolling, on a laptop and on a projector', async () => {
    const { definition, tell } = sampleBoard();
    const { page, view } = await open('light', definition);
    feed(view, 0, 20);
    tell({ eventTime: sampleStart, text: 'Gate A is closed', tone: 'alarm' });
    await page.locator('#board .card').first().waitFor();
    for (const [width, height, typeSize] of [
      [1280, 800, 15],
      [1440, 900, 16],
      [1920, 1080, 18],
      [3840, 2160, 36],
    ] as const) {
      await page.setViewportSize({ width, height });
      const bottom = await page.evaluate<number>(
        "document.getElementById('board-panel').getBoundingClientRect().bottom",
      );
      expect(bottom, `${width} × ${height}`).toBeLessThanOrEqual(height);
      expect(bottom, `${width} × ${height}`).toBeGreaterThan(height * 0.9);
      const fontSize = await page.evaluate<string>("getComputedStyle(document.getElementById('board')).fontSize");
      expect(Number.parseFloat(fontSize), `${width}`).toBeGreaterThanOrEqual(typeSize);
    }
  });

  it('says where a board fails, and goes on with all the rest', async () => {
    const { definition } = sampleBoard({ snapshot: () => ({ gates: 'none' }) });
    const { page, view } = await open('light', definition);
    await expect.poll(() => text(page, 'board-fault'), { timeout: 10_000 }).toMatch(/^The board cannot be drawn: /);
    feed(view, 0, 20);
    await waitForText(page, 'scored', '20');
    await waitForState(page, 'live');
  });

  it('asks for a prediction as the form of a board does, and says it in a sentence where there is none', async () => {
    const view = new LiveView(sampleBoard().definition);
    const ask: Ask = async (body) => ({ prediction: body });
    const pages = [{ ...pageOf('flight-delay', view), ask }];
    const dashboard = await startDashboard({ port: 0, metrics: createMetrics('demo'), pages });
    const { page } = await openPage(browser(), dashboard.url);
    opened.push({ page, dashboard });
    await waitForState(page, 'waiting');
    const asking = (body: object) =>
      page.evaluate<unknown>(`import('/page/ask.js').then(({ ask }) => ask(${JSON.stringify(body)}))`);
    const answer = await asking({ name: '<img src=x>' });
    expect(answer).toEqual({ prediction: { name: '<img src=x>' }, tookMs: expect.any(Number) });
    expect(await asking({ name: 'x'.repeat(20_000) })).toEqual({
      problem: expect.stringMatching(/^The body is too large/),
    });
    await dashboard.close();
    expect(await asking({})).toEqual({ problem: 'The demo does not answer: is it still running?' });
  });

  it('follows the system into the dark, switches by its button, and remembers', async () => {
    const { page } = await open('dark');
    const theme = () => page.locator('html').getAttribute('data-theme');
    const ground = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    expect(await theme()).toBe('dark');
    const dark = await ground();
    await page.getByRole('button', { name: 'Light' }).click();
    expect(await theme()).toBe('light');
    expect(await ground()).not.toBe(dark);
    await page.reload();
    expect(await theme()).toBe('light');
    await page.getByRole('button', { name: 'Dark' }).click();
    expect(await theme()).toBe('dark');
  });

  it('fails, and says why, where its script does; not where the browser has a remark', async () => {
    const { page, view } = await open();
    feed(view, 0, 10);
    await waitForState(page, 'live');
    await page.evaluate(
      `window.dispatchEvent(new ErrorEvent('error', { message: 'ResizeObserver loop completed with undelivered notifications.' }))`,
    );
    feed(view, 10, 10);
    await waitForText(page, 'scored', '20');
    expect(await page.locator('html').getAttribute('data-state')).toBe('live');
    await page.evaluate(`setTimeout(() => { throw new TypeError('it is undefined'); })`);
    await waitForState(page, 'failed');
    expect(await text(page, 'banner')).toBe(
      'This page failed: Uncaught TypeError: it is undefined. Reload it to try again.',
    );
  });

  it('says that the connection is lost, greys the figures, and recovers', async () => {
    const { page, view, dashboard } = await open();
    feed(view, 0, 200);
    await waitForState(page, 'live');
    await waitForText(page, 'scored', '200');
    await dashboard.close();
    await waitForState(page, 'disconnected');
    expect(await text(page, 'banner')).toMatch(/^The connection to the demo is lost\./);
    expect(await text(page, 'scored')).toBe('200');
    const again = await startDashboard({
      port: dashboard.port,
      metrics: createMetrics('demo'),
      pages: [pageOf('flight-delay', view)],
    });
    expect(again.port).toBe(dashboard.port);
    await waitForState(page, 'live');
    expect(await page.locator('#banner').isVisible()).toBe(false);
    await again.close();
  });

  it('shows trouble: a scorer that went silent, a demo that is no longer ready, figures that cannot be made', async () => {
    const { page, view } = await open('light');
    view.prediction(samplePrediction(1));
    view.scorer(sampleScorer(Date.now() - 8_000));
    await waitForState(page, 'troubled');
    expect(await text(page, 'banner')).toMatch(/^The scorer is silent/);
    expect(await text(page, 'scorers')).toMatch(/silent for \d+ s/);
    ready = { ready: false, reason: 'the scorer left with exit code 1' };
    await waitForText(page, 'banner', 'Not ready: the scorer left with exit code 1');
    factsProblem = new TypeError('the cluster is undefined');
    view.prediction(samplePrediction(2));
    await waitForState(page, 'failed');
    expect(await text(page, 'banner')).toContain('the cluster is undefined');
  });

  it.each(['light', 'dark'] as const)('has nothing serious for axe to find, %s', async (scheme) => {
    const { definition, tell } = sampleBoard();
    const { page, view, dashboard } = await open(scheme, definition);
    feed(view, 0, 600);
    await page.locator('#board .card').first().waitFor();
    for (const tone of ['alarm', 'good', 'news'] as const) {
      tell({ eventTime: sampleStart, text: `It is ${tone}`, tone, place: 'U' });
    }
    await page.locator('#board [data-lit]').waitFor();
    view.deadLetter({
      topic: 'flight-delay.flights',
      partition: 0,
      offset: '17',
      code: 'record-undecodable',
      reason: 'record-undecodable',
    });
    await waitForState(page, 'live');
    await waitForCharts(page);
    expect(await seriousFindings(page)).toEqual([]);
    await dashboard.close();
    await waitForState(page, 'disconnected');
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('has an overview of several demos, and a way from each to the others', async () => {
    const { definition, tell } = sampleBoard();
    const [flights, churn] = [new LiveView(definition), new LiveView({ ...sampleDefinition, title: 'Churn' })];
    const pages = [pageOf('flight-delay', flights), pageOf('churn', churn)];
    const dashboard = await startDashboard({ port: 0, metrics: createMetrics('demo'), pages });
    const { page, complaints } = await openPage(browser(), dashboard.url);
    opened.push({ page, dashboard });
    feed(flights, 0, 300);
    tell({ eventTime: sampleStart, text: 'Gate A is closed', tone: 'alarm' });
    const cards = page.locator('.demo');
    await expect.poll(() => cards.first().locator('dd').allTextContents(), { timeout: 10_000 }).toContain('300');
    expect(await cards.first().locator('.told').innerText()).toContain('Gate A is closed');
    expect(await cards.nth(1).locator('dd').allTextContents()).toEqual([
      '0',
      'since the start',
      '–',
      'last 5 s',
      '0',
      'since the start',
      '–',
      'no outcomes yet',
    ]);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Flight delay' }).click();
    await waitForText(page, 'scored', '300');
    expect(await page.locator('#board .card').first().innerText()).toContain('U');
    const links = page.getByRole('navigation', { name: 'Demos' });
    expect(await links.innerText()).toBe('Overview\nFlight delay\nChurn');
    expect(await links.locator('[aria-current]').innerText()).toBe('Flight delay');
    const bottom = await page.evaluate<number>("document.getElementById('board-panel').getBoundingClientRect().bottom");
    expect(bottom).toBeLessThanOrEqual(800);
    await page.getByRole('link', { name: 'Churn' }).click();
    await waitForText(page, 'title', 'Churn');
    await page.getByRole('link', { name: 'Overview' }).click();
    await cards.first().waitFor();
    expect(complaints).toEqual([]);
  });
});
