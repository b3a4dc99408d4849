import { expect, it, vi } from 'vitest';
import { connectCluster } from '#shared/kafka';
import {
  type DemoInBrowser,
  describeInBrowser,
  openDemoInBrowser,
  seriousFindingsInBothSchemes,
} from '#shared/testing';

const MARKUP = '<img src=x onerror="alert(1)"><script>alert(2)</script>';

/** On a machine that is busy, too. */
const eventually = <T>(ask: () => T) => expect.poll(ask, { timeout: 20_000 });

describeInBrowser('the view of records, of a running demo', (browser) => {
  const open = async (width = 1440): Promise<DemoInBrowser> => {
    const running = await openDemoInBrowser(browser(), 'titanic', ['--rate', '40'], { width, height: 900 });
    await running.page.evaluate("location.hash = 'records'");
    return running;
  };
  const rowsOf = ({ page }: DemoInBrowser) => page.locator('.records-pane:not([hidden]) tbody tr');
  const choose = ({ page }: DemoInBrowser, topic: string) =>
    page.getByRole('navigation', { name: 'Topics' }).getByRole('button', { name: topic }).click();
  const paneOf = ({ page }: DemoInBrowser) => page.locator('.records-pane:not([hidden])');
  const detailOf = ({ page }: DemoInBrowser) => page.locator('.records-pane:not([hidden]) .record-detail');

  /** Puts records on the demo's input that cannot be decoded. */
  async function poison({ program }: DemoInBrowser, values: readonly Buffer[]): Promise<void> {
    const brokers = await program.said(/embedded Kafka at ([\d.:]+)/);
    const cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
    const producer = await cluster.produce();
    const headers = { '<b>header</b>': MARKUP };
    const topic = 'titanic.passengers';
    await producer.send(values.map((value) => ({ topic, partition: 0, key: MARKUP, value, headers, timestamp: 0 })));
    await cluster.close();
  }

  it('shows what lies on each topic, and one record whole, by mouse and by keyboard', async () => {
    await using running = await open();
    const { page, complaints } = running;
    const topics = page.getByRole('navigation', { name: 'Topics' });
    await vi.waitFor(async () => {
      expect(await topics.innerText()).toMatch(/passengers[\s\S]*predictions[\s\S]*outcomes[\s\S]*dead-letters/);
    }, 15_000);
    await choose(running, 'predictions');
    // Not those of the topic that was there before.
    await eventually(() => paneOf(running).locator('h2').first().innerText()).toBe('predictions');
    await eventually(() => rowsOf(running).count()).toBeGreaterThan(3);
    await rowsOf(running).nth(1).locator('td.value').click();
    const detail = detailOf(running);
    await eventually(() => detail.innerText()).toMatch(/"decision": "(survived|died)"/);
    expect(await detail.innerText()).toMatch(
      /titanic\.predictions[\s\S]*schema id|schema id[\s\S]*titanic\.predictions/,
    );
    await detail.getByRole('button', { name: 'Bytes' }).click();
    await eventually(() => detail.locator('pre').innerText()).toMatch(/^000000 {2}00 /);
    await detail.getByRole('button', { name: 'Decoded' }).click();

    // From row to row, into the record, and back.
    const place = async (row: number): Promise<string> => await rowsOf(running).nth(row).locator('button').innerText();
    await rowsOf(running).nth(1).locator('button').focus();
    await page.keyboard.press('ArrowDown');
    const [partition, offset] = (await place(2)).split('/');
    await eventually(() => detail.locator('h2').innerText()).toBe(`Partition ${partition}, offset ${offset}`);
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.tagName')).toBe('PRE');
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.textContent')).toBe(await place(2));

    await paneOf(running).getByRole('radio', { name: 'Oldest' }).check();
    await eventually(() => place(0)).toMatch(/^\d\/0$/);
    await paneOf(running).getByRole('radio', { name: 'At an offset' }).check();
    await paneOf(running).getByRole('spinbutton', { name: 'Offset' }).fill('999999');
    await page.keyboard.press('Enter');
    await eventually(() => page.locator('.pane-said:visible').innerText()).toBe('Nothing lies there or beyond.');
    await paneOf(running).getByRole('radio', { name: 'At a time' }).check();
    await paneOf(running).getByLabel('Time of the records').fill('1912-04-10T00:00:00');
    await eventually(() => place(0)).toMatch(/^\d\/\d+$/);

    // The newest as they come.
    await paneOf(running).getByRole('radio', { name: 'Newest' }).check();
    await paneOf(running).getByRole('button', { name: 'Follow', exact: true }).click();
    const newest = await place(0);
    await eventually(() => place(0)).not.toBe(newest);
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    expect(complaints).toEqual([]);
  }, 150_000);

  it('shows markup in a record as text, bytes as bytes, and sends a dead letter again', async () => {
    await using running = await open(1920);
    const { page, complaints } = running;
    await vi.waitFor(
      async () => expect(await page.getByRole('navigation', { name: 'Topics' }).count()).toBe(1),
      15_000,
    );
    await choose(running, 'dead-letters');
    await eventually(() => page.locator('.pane-said:visible').innerText()).toMatch(/^No record has failed/);
    await poison(running, [Buffer.from(MARKUP), Buffer.from([0, 0, 0, 3, 231, 1, 2, 3])]);
    await page.locator('.records-pane:not([hidden]) .follow').click();
    await eventually(() => rowsOf(running).count()).toBe(2);
    await rowsOf(running).nth(1).click();
    const detail = detailOf(running);
    await eventually(() => detail.locator('pre').innerText()).toBe(MARKUP);
    const text = await detail.innerText();
    expect(text).toContain('<b>header</b>');
    expect(text.split(MARKUP).length - 1).toBe(3);
    expect(await page.locator('.records-view :is(img, script, b)').count()).toBe(0);
    await detail.getByRole('button', { name: 'Replay', exact: true }).click();
    await eventually(() => detail.innerText()).toMatch(/it failed again \(record-undecodable\)/);
    expect(await detail.getByRole('button', { name: 'Replayed' }).isDisabled()).toBe(true);
    await eventually(() => rowsOf(running).allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringMatching(/failed again: 0\/\d/)]),
    );
    await rowsOf(running).filter({ hasText: 'schema 999' }).click();
    await eventually(() => detail.locator('pre').innerText()).toMatch(/^000000 {2}00 00 00 03 e7 01 02 03 /);
    await detail.getByRole('button', { name: 'Where it failed' }).click();
    await eventually(() => page.locator('.records-pane:not([hidden]) h2').first().innerText()).toBe('passengers');
    await eventually(() => rowsOf(running).first().innerText()).toMatch(/not decoded/);
    expect(await page.locator('.records-view :is(img, script, b)').count()).toBe(0);
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    expect(complaints).toEqual([]);
  }, 150_000);

  it('follows one record from what came in to what came true, and says what is missing', async () => {
    await using running = await open();
    const { page, complaints } = running;
    const steps = page.locator('.follow-pane .step');
    const titles = ['What came in', 'What the model got', 'What it said', 'What came true'];
    await vi.waitFor(async () => expect(await page.getByRole('button', { name: /^features/ }).count()).toBe(1), 20_000);
    await choose(running, 'features');
    await eventually(() => rowsOf(running).count()).toBeGreaterThan(0);
    await rowsOf(running).first().locator('td.value').click();
    await detailOf(running).getByRole('button', { name: 'Follow this record' }).click();
    // What came true is there once the ship has sunk, in event time.
    await eventually(() => steps.locator('h3').allInnerTexts()).toEqual(titles);
    const [input, features, prediction, outcome] = await steps.allInnerTexts();
    const id = await page.locator('#follow-title').innerText();
    expect(input).toMatch(new RegExp(`passengers \\d/\\d+[\\s\\S]*sent [\\d:.]+ UTC[\\s\\S]*"id": "${id}"`));
    expect(features).toMatch(/features 0\/\d+[\s\S]*raised the score[\s\S]*"id": /);
    expect(prediction).toMatch(
      /\d\.\d{3}\s+(survived|died)[\s\S]*titanic-logistic 1 · scored [\d:.]+ UTC · [\d.]+ ms after/,
    );
    expect(outcome).toMatch(/No outcome yet|(survived|died)\s+[✓✗]/);
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    await steps.nth(2).getByRole('button').click();
    await eventually(() => paneOf(running).locator('h2').first().innerText()).toBe('predictions');
    // From the live view, by a row.
    await page.evaluate("location.hash = 'live'");
    await eventually(() => page.locator('#latest tbody tr').count()).toBeGreaterThan(0);
    await page.locator('#latest tbody tr').first().click();
    await eventually(() => steps.locator('h3').allInnerTexts()).toEqual(titles);
    expect(await page.getByRole('textbox', { name: 'Follow one record' }).inputValue()).toMatch(/^P\d+/);
    await page.getByRole('textbox', { name: 'Follow one record' }).fill('<b>nobody</b>');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.locator('.follow-pane .pane-said').innerText())
      .toMatch(/^Nothing of <b>nobody<\/b> has been read/);
    expect(complaints).toEqual([]);
  }, 150_000);
});
