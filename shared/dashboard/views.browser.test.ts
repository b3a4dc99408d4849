import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { describeInBrowser, openPage, seriousFindingsInBothSchemes } from '#shared/testing';
import { closeStarted, newView, pageOf, start } from './asked-dashboard.js';
import { samplePrediction } from './sample-run.js';

/** A part's module as small as can be; the browser is given it in the place of the real one, which needs a whole demo. */
const sampleTab = `export function mount(root) {
  const said = document.createElement('p');
  said.id = 'said';
  root.append(said);
  return {
    draw({ sentence }, page) {
      if (sentence === 'nonsense') throw new TypeError('it is nonsense');
      said.textContent = sentence + ' of ' + page.name;
    },
  };
}`;

describeInBrowser('the views of the page', (browser) => {
  const opened: Page[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((page) => page.context().close()));
    await closeStarted();
  });

  async function open(sentence: () => string, hash = '') {
    let made = 0;
    const parts = {
      records: () => {
        made += 1;
        return { sentence: sentence() };
      },
      faults: () => ({}),
    };
    const view = newView();
    const { url } = await start([pageOf({ view, parts })]);
    const { page, complaints } = await openPage(browser(), 'about:blank');
    opened.push(page);
    await page.route('**/page/records-tab.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: sampleTab }),
    );
    await page.route('**/page/records.css', (route) => route.fulfill({ contentType: 'text/css', body: '' }));
    await page.goto(`${url}${hash}`);
    return { page, view, complaints, made: () => made };
  }

  const links = (page: Page) => page.getByRole('navigation', { name: 'Views' });

  it('are links, one for each part that the server has, and the live view comes first', async () => {
    const { page, complaints } = await open(() => 'All is well');
    await links(page).waitFor();
    expect(await links(page).innerText()).toBe('Live\nRecords\nFaults');
    expect(await links(page).locator('[aria-current="page"]').innerText()).toBe('Live');
    expect(await page.getByRole('region', { name: 'Live', exact: true }).isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('are not offered where the server has no parts', async () => {
    const { url } = await start([pageOf()]);
    const { page } = await openPage(browser(), url);
    opened.push(page);
    await page.waitForSelector('html[data-state="waiting"]');
    expect(await links(page).isVisible()).toBe(false);
  });

  it('are gone to by keyboard, each at an address of its own, and back by the browser', async () => {
    const { page, complaints } = await open(() => 'All is well');
    await links(page).getByRole('link', { name: 'Live' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('All is well of flight-delay').waitFor();
    expect(new URL(page.url()).hash).toBe('#records');
    expect(await page.title()).toBe('Records · Flight delay');
    expect(await links(page).locator('[aria-current]').innerText()).toBe('Records');
    expect(await page.getByRole('region', { name: 'Live', exact: true }).isVisible()).toBe(false);
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    await page.goBack();
    await page.getByRole('region', { name: 'Live', exact: true }).waitFor();
    expect(await page.title()).toBe('Flight delay');
    expect(complaints).toEqual([]);
  });

  it('are opened by their address alone, and one that the server has not is the live one', async () => {
    const { page } = await open(() => 'All is well', '#records');
    await page.getByText('All is well of flight-delay').waitFor();
    await page.goto(`${page.url().replace('#records', '')}#pipeline`);
    await page.reload();
    await page.getByRole('region', { name: 'Live', exact: true }).waitFor();
    expect(await links(page).locator('[aria-current]').innerText()).toBe('Live');
  });

  it('cost the server something only while they are looked at', async () => {
    let sentence = 'First';
    const { page, view, made } = await open(() => sentence);
    await links(page).waitFor();
    expect(made()).toBe(0);
    await links(page).getByRole('link', { name: 'Records' }).click();
    await page.getByText('First of').waitFor();
    sentence = 'Second';
    await page.getByText('Second of').waitFor();
    await links(page).getByRole('link', { name: 'Live' }).click();
    await page.getByRole('region', { name: 'Live', exact: true }).waitFor();
    const seesAnother = async (count: number) => {
      view.prediction(samplePrediction(count), 2);
      await expect.poll(() => page.locator('#scored').textContent(), { timeout: 10_000 }).toBe(String(count));
    };
    await seesAnother(1);
    const before = made();
    for (const count of [2, 3, 4]) await seesAnother(count);
    expect(made()).toBe(before);
    sentence = 'Third';
    await links(page).getByRole('link', { name: 'Records' }).click();
    await page.getByText('Third of').waitFor();
  });

  it('draw the live figures of now as soon as they are seen again', async () => {
    const { page, view } = await open(() => 'All is well', '#records');
    await page.getByText('All is well').waitFor();
    for (let i = 0; i < 300; i++) view.prediction(samplePrediction(i), 2);
    await links(page).getByRole('link', { name: 'Live' }).click();
    await expect.poll(() => page.locator('#scored').textContent(), { timeout: 10_000 }).toBe('300');
    await expect.poll(() => page.locator('#score-chart canvas').count(), { timeout: 10_000 }).toBe(1);
  });

  it('say it where one cannot be made, or drawn, or fetched, and the rest goes on', async () => {
    let sentence = 'broken';
    const { page, view } = await open(() => {
      if (sentence === 'broken') throw new TypeError('the topic is undefined');
      return sentence;
    }, '#records');
    await page.getByText('the topic is undefined').waitFor();
    sentence = 'All is well';
    await page.getByText('All is well of').waitFor();
    expect(await page.getByText('the topic is undefined').isVisible()).toBe(false);
    sentence = 'nonsense';
    await page.getByText('This view cannot be drawn: it is nonsense. Reload the page to try again.').waitFor();
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    await page.route('**/page/faults-tab.js', (route) => route.abort());
    await links(page).getByRole('link', { name: 'Faults' }).click();
    await page.getByText(/^This view cannot be drawn: .*fetch/).waitFor();
    view.prediction(samplePrediction(1), 2);
    await page.waitForSelector('html[data-state="live"]');
  });

  it('come on the one connection of the page, and going from one to the next is no loss of it', async () => {
    const { page } = await open(() => 'All is well');
    // By then the page has its first stream, which is not one that going anywhere opens.
    await links(page).waitFor();
    const streams: string[] = [];
    page.on('request', (request) => request.resourceType() === 'eventsource' && streams.push(request.url()));
    await page.evaluate(`
      window.conditions = [];
      new MutationObserver(() => window.conditions.push(document.documentElement.dataset.state))
        .observe(document.documentElement, { attributeFilter: ['data-state'] });
    `);
    for (const name of ['Records', 'Live', 'Records'] as const) {
      await links(page).getByRole('link', { name }).click();
      await page.getByRole('region', { name, exact: true }).waitFor();
    }
    await page.getByText('All is well of').waitFor();
    await expect
      .poll(() => streams.map((url) => new URL(url).search), { timeout: 10_000 })
      .toEqual(['?part=records', '', '?part=records']);
    expect(await page.evaluate('window.conditions')).not.toContain('disconnected');
  });

  it('leave a window its connection, however many others are open behind it', { timeout: 90_000 }, async () => {
    const said: unknown[] = [];
    const view = newView();
    const { url } = await start(
      [
        pageOf({
          view,
          parts: { records: () => ({ sentence: `${view.snapshot().totals.scored} scored` }) },
          commands: {
            pace: async (body) => {
              said.push(body);
              return 'done';
            },
          },
        }),
      ],
      { controls: true },
    );
    const { page: first } = await openPage(browser(), 'about:blank');
    opened.push(first);
    const context = first.context();
    await context.route('**/page/records-tab.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: sampleTab }),
    );
    await context.route('**/page/records.css', (route) => route.fulfill({ contentType: 'text/css', body: '' }));
    const look = (page: Page, isLookedAt: boolean) =>
      // A browser without a screen says of all its windows that they are seen.
      page.evaluate(`
        Object.defineProperty(document, 'hidden', { configurable: true, value: ${!isLookedAt} });
        document.dispatchEvent(new Event('visibilitychange'));
      `);
    const behind: Page[] = [];
    for (let at = 0; at < 7; at++) {
      const page = at === 0 ? first : await context.newPage();
      await page.goto(`${url}#records`);
      await page.getByText('0 scored of').waitFor();
      await look(page, false);
      behind.push(page);
    }
    const front = await context.newPage();
    await front.goto(`${url}#records`);
    await front.getByText('0 scored of').waitFor();
    const answer = `import('/page/command.js').then(({ command }) => command('pace', { isPaused: true }))`;
    expect(await front.evaluate(answer)).toBe('done');
    expect(said).toEqual([{ isPaused: true }]);
    view.prediction(samplePrediction(1), 2);
    await front.getByText('1 scored of').waitFor();
    await expect.poll(() => front.locator('#connection').innerText()).toBe('Live');
    await look(front, false);
    await look(first, true);
    await first.getByText('1 scored of').waitFor();
  });
});
