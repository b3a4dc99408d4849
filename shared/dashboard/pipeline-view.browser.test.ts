import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { describeInBrowser, openPage, seriousFindingsInBothSchemes } from '#shared/testing';
import { closeStarted, pageOf, start } from './asked-dashboard.js';
import { SamplePipeline, sampleTopology, scoringTopology } from './sample-pipeline.js';
import { parseTopologyText } from './topology-text.js';

const { edges, nodes } = parseTopologyText(sampleTopology());

describeInBrowser('the view of the pipeline', (browser) => {
  const opened: Page[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((page) => page.context().close()));
    await closeStarted();
  });

  async function open(pipeline: SamplePipeline, size: { width?: number; height?: number } = {}) {
    const { url } = await start([pageOf({ parts: { pipeline: () => pipeline.view.state() } })]);
    const { page, complaints } = await openPage(browser(), `${url}#pipeline`, size);
    opened.push(page);
    return { page, complaints };
  }

  /** A pipeline through which ten records a second flow. */
  function flowing(): SamplePipeline {
    const pipeline = new SamplePipeline();
    let count = 0;
    pipeline.pass(6, () => {
      count += 10;
      pipeline.beat('scorer-1', {
        edges: edges.map(() => count),
        tasks: ['ns.demo.lines-0', 'ns.demo.lines-1', 'ns.demo.names-0'],
        metrics: [{ metric: 'kafka_ml_streams_store_entries', labels: { store: 'names' }, value: 1_234, buckets: [] }],
      });
    });
    return pipeline;
  }

  const box = (page: Page, name: RegExp) => page.getByRole('button', { name });
  const boxText = async (page: Page, name: RegExp) => (await box(page, name).textContent())?.trim();
  const news = (page: Page, text: string | RegExp) => page.locator('.pipeline-news').getByText(text);
  const rates = (page: Page) => page.locator('.pipeline-picture .rate').allTextContents();

  it('says that there is nothing to draw before a scorer was heard, and draws it then', async () => {
    const pipeline = new SamplePipeline();
    const { page, complaints } = await open(pipeline);
    await page.getByText('No scorer has said yet what it runs').waitFor();
    expect(await page.locator('.pipeline-picture').isVisible()).toBe(false);
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    pipeline.pass(1, () => pipeline.beat('scorer-1'));
    await page.locator('.pipeline-picture').waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows topics, operators and stores as boxes, and how much flows between them', async () => {
    const { page, complaints } = await open(flowing());
    await news(page, 'Everything flows: what comes in is taken at once.').waitFor();
    expect(await boxText(page, /^lines lag 0; topic$/)).toContain('lag 0');
    expect(await boxText(page, /^Left join names; operators$/)).toContain('Left join names');
    expect(await boxText(page, /^Keep as table names 1,234; operators$/)).toContain('1,234');
    expect(await box(page, /^again-repartition/).count()).toBe(1);
    expect((await rates(page)).filter((rate) => rate === '10/s').length).toBeGreaterThan(5);
    expect(await page.locator('.frame-title').allTextContents()).toEqual([
      'Sub-topology 0 · 1 scorer · 2 tasks',
      'Sub-topology 1 · 1 scorer · 0 tasks',
    ]);
    expect(await page.locator('.pipeline-legend li').allInnerTexts()).toContain('dead letters');
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('has the text of the topology that it is drawn from, and of one that cannot be drawn', async () => {
    const { page } = await open(flowing());
    await page.getByText('The text of the topology').click();
    expect(await page.locator('.pipeline-fold > pre').textContent()).toBe(sampleTopology());
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    const nonsense = new SamplePipeline();
    nonsense.pass(1, () => nonsense.beat('scorer-1', { topology: '<img src=x>nonsense' }));
    const { page: other, complaints } = await open(nonsense);
    await other.getByText('The text of the topology').click();
    expect(await other.locator('.pipeline-fold > pre').textContent()).toBe('<img src=x>nonsense');
    expect(await other.locator('main img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('says the same as a table', async () => {
    const { page } = await open(flowing());
    await page.getByText('The same as a table').click();
    const rows = await page.locator('.pipeline-table tbody tr').allInnerTexts();
    expect(
      rows.map((row) =>
        row
          .split(/\s*\t\s*/)
          .join(' | ')
          .trim(),
      ),
    ).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^lines \| Left join names \| records \| 10 \| 0/),
        expect.stringMatching(/^Keep as table \| Left join names \| a store \| –/),
        expect.stringMatching(/^any operator \| dead letters \| dead letters, 0 \| 0/),
      ]),
    );
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
  });

  it('is gone through by keyboard, and says what is in a box', async () => {
    const { page } = await open(flowing());
    await box(page, /^Producer/).focus();
    await page.keyboard.press('Tab');
    const details = page.getByRole('region', { name: 'In a box' });
    await expect.poll(() => details.innerText()).toMatch(/Topic\s+demo\.(lines|names)/);
    await box(page, /Drop null keys; operators$/).focus();
    await expect.poll(() => details.innerText()).toContain('again-repartition-filter');
    await box(page, /^Left join names; operators$/).click();
    await expect.poll(() => details.innerText()).toMatch(/Comes in\s+10 records a second/);
    expect(await box(page, /^Left join names; operators$/).getAttribute('aria-pressed')).toBe('true');
  });

  it('shows where it is stuck by a sign, a colour and a sentence, and who is silent', async () => {
    const pipeline = flowing();
    const { page, complaints } = await open(pipeline);
    await news(page, 'Everything flows').waitFor();
    const stuck = page.locator('.box.stuck');
    expect(await stuck.count()).toBe(0);
    pipeline.pass(9, () => {
      const lines = pipeline.lag.get('ns.demo.lines');
      if (lines !== undefined) lines.waiting = lines.waiting.map((waiting) => waiting + 28);
    });
    await news(page, /^Stuck at lines: the scorer, scorer-1, has been silent for 9 s\. 504 records wait/).waitFor();
    expect(await stuck.allTextContents()).toEqual(['lines lag 504 ']);
    expect(await stuck.locator('.sign').getAttribute('visibility')).toBe('visible');
    expect(await stuck.getAttribute('aria-label')).toBe('lines lag 504; topic, stuck');
    expect(await page.locator('.link.flow').count()).toBeLessThan(6);
    expect(await page.locator('.frame-title').first().textContent()).toContain('no scorer');
    const scorers = await page.getByRole('region', { name: 'Scorers', exact: true }).innerText();
    expect(scorers).toContain('silent for 9 s');
    expect(scorers).toContain('lines 0–1');
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('marks the step that scores where the model is slow, and says what its filter leaves out', async () => {
    const pipeline = new SamplePipeline();
    let count = 0;
    const scored = parseTopologyText(scoringTopology()).edges;
    pipeline.pass(8, () => {
      count += 10;
      const along = scored.map((_, edge) => (edge === 0 ? count : count - 7));
      pipeline.beat('scorer-1', { topology: scoringTopology(), edges: along });
    });
    const { page, complaints } = await open(pipeline);
    await news(page, 'Everything flows').waitFor();
    await box(page, /7 left out/).click();
    const details = page.getByRole('region', { name: 'In a box' });
    await expect.poll(() => details.innerText()).toContain('7 records left out by its rule, which is no loss');
    const sentence = 'The model takes long: a call of it 1.5 s.';
    const slow = { alert: 'ScoringSlow', severity: 'warning', place: 'live/latency', since: 0, sentence } as const;
    pipeline.signals = { signals: [slow], recovery: null };
    pipeline.scoringSeconds = 1.52;
    pipeline.pass(1);
    await news(page, sentence).waitFor();
    expect(await page.locator('.pipeline-news').innerText()).toContain('▲');
    expect(await page.locator('.box.slow .failure').allTextContents()).toContain('1.5 s a call ');
    expect(await page.locator('.box.slow').getAttribute('aria-label')).toMatch(/, slow$/);
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('shows dead letters on their way, and what failed at its operator', async () => {
    const pipeline = flowing();
    const long = nodes.findIndex(({ name }) => name === 'long');
    pipeline.pass(7, () => {
      pipeline.totals.deadLettered += 2;
      pipeline.beat('scorer-1', { failed: nodes.map((_, node) => (node === long ? pipeline.totals.deadLettered : 0)) });
    });
    const { page } = await open(pipeline);
    await news(page, 'Records become dead letters, 2 a second; the rest flows on.').waitFor();
    expect(await boxText(page, /^dead letters/)).toBe('dead letters 14 records');
    expect(await boxText(page, /^long 14 failed; operators$/)).toBe('long 14 failed');
    expect(await page.locator('.link.letters .rate').allTextContents()).toContain('2.0/s');
    expect(await page.locator('.box.letters').count()).toBe(1);
    pipeline.pass(10, () => pipeline.beat('scorer-1'));
    await expect.poll(() => page.locator('.box.letters, .link.letters').count()).toBe(0);
    expect(await boxText(page, /^dead letters/)).toBe('dead letters 14 records');
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
  });

  it('never reads what a topology says as markup', async () => {
    const pipeline = new SamplePipeline();
    const topology = sampleTopology().replaceAll('long', '<img src=x onerror=alert(1)>');
    pipeline.pass(1, () => pipeline.beat('<b>scorer</b>', { topology }));
    const { page, complaints } = await open(pipeline);
    await page.locator('.pipeline-picture').getByText('<img src=x onerror=alert(1)>', { exact: true }).waitFor();
    expect(await page.locator('.pipeline img, .pipeline b').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('fits from a laptop to a wall', async () => {
    for (const width of [1280, 1920, 3840]) {
      const { page } = await open(flowing(), { width, height: (width * 9) / 16 });
      await page.locator('.pipeline-picture').waitFor();
      const overflow = await page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow).toBeLessThanOrEqual(0);
      const longest = await page.locator('.pipeline-picture .step').evaluateAll((steps) =>
        steps.every((step) => {
          const ground = step.parentElement?.querySelector('.ground')?.getBoundingClientRect();
          return ground !== undefined && step.getBoundingClientRect().right <= ground.right;
        }),
      );
      expect(longest).toBe(true);
    }
  });
});
