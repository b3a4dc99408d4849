import { expect, it, vi } from 'vitest';
import { describeInBrowser, openDemoInBrowser, seriousFindingsInBothSchemes } from '#shared/testing';

const PATIENCE_MS = 60_000;

describeInBrowser('the view of the model of a running demo', (browser) => {
  it('shows its versions and its inputs, and exchanges the champion and back', { timeout: 240_000 }, async () => {
    await using demo = await openDemoInBrowser(browser(), 'titanic', ['--rate', '100']);
    const { page, complaints } = demo;
    await page.goto(`${demo.url}#model`);
    const versions = page.getByRole('region', { name: 'Versions' });
    const said = async (text: RegExp): Promise<void> => {
      await vi.waitUntil(async () => text.test((await versions.innerText()).replace(/\s+/g, ' ')), PATIENCE_MS);
    };
    const carryOut = async (model: string, action: string): Promise<void> => {
      const version = versions.getByRole('listitem').filter({ has: page.getByRole('heading', { name: model }) });
      await version.getByRole('button', { name: action }).click();
      await version.getByRole('button', { name: action }).click();
    };
    await said(/titanic-logistic 1 Champion in 1 scorer comes with the demo/);
    await said(/titanic-gru 1 Challenger in 1 scorer/);
    await said(/records compared with what serves/);
    // Passengers are judged once, by what served at their first voyage: before another one does.
    await said(/titanic-logistic 1 .*AUC promised 0\.862, bad below 0\.762 · kept 0\.\d+ over its last/);

    await carryOut('titanic-gru 1', 'Make champion');
    await said(/titanic-gru 1 is published as champion\. Scorer \S+ serves titanic-gru 1\./);
    await said(/titanic-gru 1 Champion in 1 scorer/);
    await carryOut('titanic-gru 1', 'Roll back');
    await said(
      /The champion is now the demo's own model, instead of titanic-gru 1\. Scorer \S+ serves titanic-logistic 1\./,
    );
    await said(/titanic-logistic 1 Champion in 1 scorer/);

    // What the monitor measures, and what is met on the page's own server.
    const drift = page.getByRole('region', { name: 'Drift of the inputs' });
    await drift.getByRole('button', { name: /^passengerClass .* as in training/ }).waitFor({ timeout: PATIENCE_MS });
    await drift.getByRole('button', { name: /^passengerClass/ }).click();
    const distribution = page.getByRole('region', { name: 'Training and now' });
    await distribution.getByText('3rd').waitFor();
    await page
      .getByRole('region', { name: 'Delivery of the records' })
      .getByText('none lost, none twice')
      .first()
      .waitFor();
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
