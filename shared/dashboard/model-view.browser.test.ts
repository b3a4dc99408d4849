import type { Page } from 'playwright-core';
import { afterEach, expect, it, vi } from 'vitest';
import type { DashboardPage } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import { describeInBrowser, openPage, seriousFindingsInBothSchemes } from '#shared/testing';
import { closeStarted, pageOf, start } from './asked-dashboard.js';
import type { ModelState } from './page/model-state.js';
import { sampleInput, sampleModel, sampleVersion } from './sample-model.js';

type Commands = NonNullable<DashboardPage['commands']>;

describeInBrowser('the view of the model', (browser) => {
  const opened: Page[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((page) => page.context().close()));
    await closeStarted();
  });

  async function open(first: ModelState = sampleModel(), more: { commands?: Commands; controls?: boolean } = {}) {
    let state = first;
    const { commands = {}, controls = true } = more;
    const { url } = await start([pageOf({ parts: { model: () => state }, commands })], { controls });
    const { page, complaints } = await openPage(browser(), `${url}#model`);
    opened.push(page);
    const region = (name: string) => page.getByRole('region', { name, exact: true });
    await region('Versions').waitFor();
    return {
      page,
      complaints,
      region,
      text: async (name: string) => (await region(name).innerText()).replace(/\s+/g, ' '),
      show: (next: Partial<ModelState>) => {
        state = sampleModel(next);
      },
    };
  }

  it('names the version that serves, where it is from, what it promises and what it keeps', async () => {
    const { page, complaints, text } = await open();
    const versions = await text('Versions');
    expect(versions).toContain('flight-delay-gbm 1 Champion in 1 scorer comes with the demo');
    expect(versions).toContain('GBM, H2O 3.46 · sha256 506239af5062…');
    expect(versions).toContain(
      'AUC promised 0.743, bad below 0.643 · kept 0.751 over its last 2,000 outcomes · as the monitor measures 0.740 over 2,000',
    );
    expect(await text('Quality by version')).toContain(
      'flight-delay-gbm 1 0.751 promised 0.743 bad below 0.643 a coin 0.500',
    );
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('says of a refused version why, and of a challenger how it compares', async () => {
    const { page, show, text } = await open();
    const refusal = { role: 'champion', at: 0, by: 'scorer-1', message: 'Its <b>golden</b> rows come out otherwise.' };
    const comparison = { compared: 2_000, disagreed: 90, meanDifference: 0.031, failed: 1, skipped: 0 };
    show({
      versions: [
        sampleVersion({ version: '2', own: false, serves: 0, publishedAt: 0, refusal, measured: null, reported: null }),
        sampleVersion({ roles: [] }),
        sampleVersion({
          version: '3',
          roles: ['challenger'],
          serves: 0,
          challenges: 1,
          own: false,
          comparison,
          measured: null,
        }),
      ],
    });
    await vi.waitUntil(async () => (await text('Versions')).includes('Refused as champion'));
    const versions = await text('Versions');
    expect(versions).toContain('by scorer-1: Its <b>golden</b> rows come out otherwise.');
    expect(versions).toContain('flight-delay-gbm 1 Serving in 1 scorer');
    expect(versions).toContain('flight-delay-gbm 3 Challenger in 1 scorer');
    expect(versions).toContain(
      '2,000 records compared with what serves · 4.5 % decided differently · scores 0.031 apart on average · 1 that it could not score',
    );
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
  });

  it('opens an input into how it is distributed, first the one that has drifted', async () => {
    const { page, region, show, text } = await open();
    const drifting = sampleInput('planeYear', {
      recent: 6.8,
      state: 'drifting',
      bins: {
        labels: ['below 2000', '2000 and more', 'other', 'missing'],
        trained: [0.4, 0.6, 0, 0],
        now: [1, 0, 0, 0],
      },
    });
    const drift = { ...sampleModel().drift, inputs: [drifting, sampleInput('carrier')] } as ModelState['drift'];
    expect(await text('Training and now')).toContain('carrier, in training and now below 10 50.0 % 48.0 %');
    show({ drift });
    await region('Training and now').getByText('planeYear').waitFor();
    expect(await text('Training and now')).toContain('below 2000 40.0 % 100.0 %');
    expect(await text('Drift of the inputs')).toContain('planeYear 0.01 now 6.80 not as in training just now');
    await page.getByRole('button', { name: /^carrier/ }).focus();
    await page.keyboard.press('Enter');
    await region('Training and now').getByText('carrier').waitFor();
    expect(await page.getByRole('button', { name: /^carrier/ }).getAttribute('aria-pressed')).toBe('true');
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
  });

  it('says of a drift that is over that it is, and draws it no more as one', async () => {
    const { show, region, text } = await open();
    const over = sampleInput('planeYear', { index: 3.2, recent: 0.02, state: 'over' });
    show({ drift: { ...sampleModel().drift, inputs: [over] } as ModelState['drift'] });
    await region('Drift of the inputs').getByText('as in training again').waitFor();
    expect(await text('Drift of the inputs')).toContain('planeYear 3.20 now 0.02 as in training again');
    expect(await region('Drift of the inputs').locator('.is-drifted, .is-drifting').count()).toBe(0);
  });

  it('says where nobody measures, and goes on with what was measured last where the monitor is silent', async () => {
    const { page, show, text } = await open();
    const off = { state: 'off', sentence: 'Monitoring is switched off (--monitoring off).' } as const;
    show({ monitor: off, drift: null, delivery: [] });
    await page.getByText('Not measured').waitFor();
    expect(await text('Drift of the inputs')).toContain('Monitoring is switched off (--monitoring off).');
    expect(await text('Delivery of the records')).toContain('Monitoring is switched off (--monitoring off).');
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    show({ monitor: { state: 'silent', sentence: 'The monitor has been silent for 20 s.' } });
    await page.getByText('The monitor has been silent for 20 s.').waitFor();
    expect(await text('Drift of the inputs')).toContain('carrier');
  });

  it('says what was lost, and on which topic', async () => {
    const { show, text } = await open();
    const [delivery] = sampleModel().delivery;
    show({ delivery: [{ ...(delivery as NonNullable<typeof delivery>), consumed: 998, missing: 2 }] });
    await vi.waitUntil(async () => (await text('Delivery of the records')).includes('2 never processed'));
  });

  it('says while the model topic cannot be read what is known only in part', async () => {
    const { page, show } = await open();
    show({ topicMissing: 'There is no model topic yet: the first scorer makes it.' });
    await page.getByText('There is no model topic yet').waitFor();
  });

  const two = {
    versions: [
      sampleVersion({ version: '2', own: false, publishedAt: 0 }),
      sampleVersion({ roles: [], serves: 0, next: ['champion'] }),
    ],
  };

  it('has a version made champion or challenger, or rolled back, when it was asked for twice; and says what came of it', async () => {
    const asked: unknown[] = [];
    const sentences = ['flight-delay-gbm 1 is published as challenger.', 'Scorer <b>a</b> scores with it beside it.'];
    const commands: Commands = {
      'model-publish': async (body) => {
        asked.push(body);
        return { sentences, refused: false };
      },
      'model-rollback': async (body) => {
        asked.push(body);
        throw new KitError('usage', 'There is nothing to roll back.');
      },
    };
    const { page, region, text } = await open(sampleModel(two), { commands });
    const button = (name: string) => region('Versions').getByRole('button', { name, exact: true });
    await button('Shadow as challenger').focus();
    await page.keyboard.press('Enter');
    await region('Versions').getByText('scores beside the champion, for comparison alone').waitFor();
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    await button('Cancel').click();
    expect(asked).toEqual([]);
    await button('Shadow as challenger').click();
    await page.keyboard.press('Enter');
    await vi.waitUntil(async () => (await text('Versions')).includes(sentences.join(' ')));
    await button('Roll back').click();
    await button('Roll back').click();
    await vi.waitUntil(async () => (await text('Versions')).includes('There is nothing to roll back.'));
    expect(asked).toEqual([{ name: 'flight-delay-gbm', version: '1', role: 'challenger' }, { role: 'champion' }]);
  });

  it('lets nobody change anything where controls are off, and says why', async () => {
    const { region } = await open(sampleModel(two), { controls: false });
    const button = region('Versions').getByRole('button', { name: 'Make champion' });
    expect(await button.isDisabled()).toBe(true);
    expect(await button.getAttribute('title')).toContain('--controls off');
  });

  it('says of how many scorers a version is taken while it is', async () => {
    const { show, text } = await open();
    show({ versions: [sampleVersion({ serves: 2, scorers: 3 })] });
    await vi.waitUntil(async () => (await text('Versions')).includes('Champion in 2 of 3 scorers'));
    show({ versions: [sampleVersion({ heard: false })] });
    await vi.waitUntil(async () => (await text('Versions')).includes('Champion, last in 1 scorer: silent now'));
  });
});
