import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { UNDISTURBED } from '#shared/control';
import { controlView, type DashboardPage, faultsState } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import { describeInBrowser, openPage, seriousFindingsInBothSchemes } from '#shared/testing';
import { closeStarted, newView, pageOf, start } from './asked-dashboard.js';
import type { ControlView } from './page/control-state.js';
import { samplePrediction } from './sample-run.js';

const story = [
  { label: 'The storm', at: () => Date.UTC(2013, 9, 7, 10) },
  { label: 'The calm', at: () => Date.UTC(2013, 9, 9, 10) },
];

describeInBrowser('the controls of the demo', (browser) => {
  const opened: Page[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((page) => page.context().close()));
    await closeStarted();
  });

  /** A page of a demo that does at once what it is asked for; `asked` is what that was. */
  async function open(more: Partial<DashboardPage> = {}, options: Parameters<typeof start>[1] = {}) {
    const asked: [string, unknown][] = [];
    let control: ControlView = {
      ...controlView({ state: UNDISTURBED, scorers: [], story, missing: undefined, now: Date.now() }),
      producers: 1,
      obeying: 1,
    };
    const view = newView();
    const commands: DashboardPage['commands'] = {
      pace: async (body) => {
        asked.push(['pace', body]);
        // What the parts would make of it; the page must show what they say, not what it has asked for.
        const { paused, speed, moment } = body as { paused?: 'other'; speed?: 'faster' | 'slower'; moment?: number };
        control = {
          ...control,
          paused: paused === undefined ? control.paused : !control.paused,
          speed: speed === undefined ? control.speed : control.speed * (speed === 'faster' ? 2 : 0.5),
          hurryingTo: moment === 0 ? Date.UTC(2013, 9, 7, 10) : null,
        };
        return { paused: control.paused, speed: control.speed };
      },
      reset: async (body) => {
        asked.push(['reset', body]);
      },
      fault: async (body) => {
        asked.push(['fault', body]);
        throw new KitError('usage', 'No scorer is heard of that could be killed.');
      },
    };
    const page = pageOf({ view, control: () => control, commands, ...more });
    const { url } = await start([page], options);
    const window = await openPage(browser(), url);
    opened.push(window.page);
    await window.page.waitForSelector('html[data-state="waiting"]');
    const change = (to: Partial<ControlView>) => {
      control = { ...control, ...to };
    };
    return { ...window, view, asked, change };
  }

  const bar = (page: Page) => page.getByRole('region', { name: 'Controls of the demo' });
  const said = (page: Page) => page.locator('#said');
  const note = (page: Page) => page.locator('#pace-note');

  it('are folded away until they are wanted, and stay where they were put', async () => {
    const { page, complaints } = await open();
    expect(await bar(page).isVisible()).toBe(false);
    const button = page.getByRole('button', { name: 'Controls' });
    expect(await button.getAttribute('aria-expanded')).toBe('false');
    await button.click();
    await bar(page).waitFor();
    expect(await button.getAttribute('aria-expanded')).toBe('true');
    await page.reload();
    await bar(page).waitFor();
    await page.keyboard.press('c');
    await bar(page).waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
  });

  it('pause, go on, step, and change the speed, by button', async () => {
    const { page, asked } = await open();
    await page.getByRole('button', { name: 'Controls' }).click();
    await bar(page).getByRole('button', { name: 'Pause' }).click();
    await bar(page).getByRole('button', { name: 'Go on' }).waitFor();
    expect(await said(page).innerText()).toBe('Paused: nothing is produced');
    expect(await note(page).innerText()).toBe('Paused');
    await bar(page).getByRole('button', { name: 'Step' }).click();
    await expect.poll(() => asked.at(-1)).toEqual(['pace', { steps: 1 }]);
    await bar(page).getByRole('button', { name: 'Go on' }).click();
    await bar(page).getByRole('button', { name: 'Pause' }).waitFor();
    await bar(page).getByRole('button', { name: 'Faster' }).click();
    await expect.poll(() => note(page).innerText()).toBe('2 ×');
    for (const speed of ['1 ×', '½ ×', '¼ ×']) {
      await bar(page).getByRole('button', { name: 'Slower' }).click();
      await expect.poll(() => page.locator('#pace-speed').innerText()).toBe(speed);
      expect(await said(page).innerText()).toBe(`Played at ${speed}`);
    }
  });

  it('do the same by keys', async () => {
    const { page, asked } = await open();
    for (const [key, body, words] of [
      ['Space', { paused: 'other' }, 'Paused: nothing is produced'],
      ['Space', { paused: 'other' }, 'Going on'],
      ['.', { steps: 1 }, 'One record, and then it stands still'],
      ['+', { speed: 'faster' }, 'Played at 2 ×'],
      ['-', { speed: 'slower' }, 'Played at 1 ×'],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(() => said(page).innerText(), { message: key }).toBe(words);
      expect(asked.at(-1)).toEqual(['pace', body]);
    }
    await page.keyboard.press('Shift+5');
    await expect.poll(() => said(page).innerText()).toBe('No scorer is heard of that could be killed.');
    expect(asked.at(-1)).toEqual(['fault', { name: 'killed-scorer', on: 'other' }]);
    await page.keyboard.press('Shift+7');
    await expect.poll(() => said(page).innerText()).toBe('Only a demo that runs a broker of its own can lose it');
  });

  it('lead to a moment of the story, by keyboard alone', async () => {
    const { page, asked } = await open();
    await page.keyboard.press('j');
    const moments = page.getByRole('list', { name: 'Moments of the story' });
    await moments.waitFor();
    expect(await moments.getByRole('button').allInnerTexts()).toEqual(['The storm', 'The calm']);
    await page.keyboard.press('Escape');
    await moments.waitFor({ state: 'hidden' });
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await expect.poll(() => asked).toEqual([['pace', { moment: 0 }]]);
    await expect.poll(() => note(page).innerText()).toBe('Hurrying to Mon 7 Oct 2013 06:00');
    expect(await moments.isVisible()).toBe(false);
  });

  it('begin anew, where somebody would do that, and only once it is confirmed', async () => {
    const { page, asked, change } = await open();
    await page.keyboard.press('c');
    const dialog = page.getByRole('dialog', { name: 'Begin anew?' });
    await page.keyboard.press('Shift+R');
    expect([await dialog.isVisible(), await page.locator('#anew').isVisible()]).toEqual([false, false]);
    change({ canBeginAnew: true });
    await bar(page).getByRole('button', { name: 'Begin anew' }).click();
    await dialog.waitFor();
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Go on as it is' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(asked).toEqual([]);
    // Who only presses Enter loses nothing.
    await page.keyboard.press('Shift+R');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    expect(asked).toEqual([]);
    await page.keyboard.press('Shift+R');
    await dialog.getByRole('button', { name: 'Begin anew' }).click();
    await expect.poll(() => said(page).innerText()).toBe('The demo begins anew');
    expect(asked).toEqual([['reset', {}]]);
  });

  it('say how many producers have taken up what was asked for', async () => {
    const { page, change } = await open();
    await page.keyboard.press('c');
    const played = () => page.locator('#played').innerText();
    expect(await played()).toBe('The producer plays as asked for');
    change({ producers: 3, obeying: 1 });
    await expect.poll(played).toBe('Asked for; taken up by 1 of 3 producers');
    change({ obeying: 3 });
    await expect.poll(played).toBe('All 3 producers play as asked for');
    change({ producers: 0, obeying: 0 });
    await expect.poll(played).toBe('No producer is heard of that could take it up');
  });

  it('say why they cannot be used, where nobody may change anything', async () => {
    const { page, asked } = await open({}, { controls: false });
    await page.keyboard.press('c');
    const why = 'The demo was started with --controls off: this page only shows.';
    expect(await page.locator('#played').innerText()).toBe(why);
    const pause = bar(page).getByRole('button', { name: 'Pause' });
    expect(await pause.getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('Space');
    await expect.poll(() => said(page).innerText()).toBe(why);
    expect(asked).toEqual([]);
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
  });

  it('are of the view alone where nobody knows how the demo is played', async () => {
    const { url } = await start([pageOf()]);
    const { page, complaints } = await openPage(browser(), url);
    opened.push(page);
    await page.waitForSelector('html[data-state="waiting"]');
    await page.keyboard.press('Space');
    await page.keyboard.press('j');
    await page.keyboard.press('c');
    expect(await bar(page).getByRole('button').allInnerTexts()).toEqual([
      'Hold the view H',
      'Guide G',
      'Full screen F',
      'Keys ?',
    ]);
    expect(await said(page).innerText()).toBe('');
    expect(complaints).toEqual([]);
  });

  it('hold the view, while the demo goes on', async () => {
    const { page, view } = await open();
    view.prediction(samplePrediction(1));
    await expect.poll(() => page.locator('#scored').innerText()).toBe('1');
    await page.keyboard.press('h');
    const hold = page.locator('#hold');
    expect(await hold.getAttribute('aria-pressed')).toBe('true');
    expect(await page.locator('#view-note').innerText()).toBe('View held');
    view.prediction(samplePrediction(2));
    await page.evaluate(nextStates);
    expect(await page.locator('#scored').innerText()).toBe('1');
    await page.keyboard.press('h');
    await expect.poll(() => page.locator('#scored').innerText()).toBe('2');
  });

  it('go to full screen and back', async () => {
    const { page } = await open();
    await page.keyboard.press('f');
    await page.waitForFunction('document.fullscreenElement !== null');
    await expect.poll(() => page.locator('#full-screen').getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('f');
    await page.waitForFunction('document.fullscreenElement === null');
  });

  it('have a list of their keys, and the keys can be switched off', async () => {
    const { page, asked } = await open({ parts: { faults: () => ({ missing: null, patience: null, faults: [] }) } });
    await page.keyboard.press('?');
    const list = page.getByRole('dialog', { name: 'Keys' });
    await list.waitFor();
    const keys = await list.locator('dt').allInnerTexts();
    expect(keys.map((key) => key.replaceAll(/\s+/g, ''))).toEqual([
      'Space',
      '.',
      '+',
      '-',
      'J',
      'ShiftR',
      'H',
      'G',
      'F',
      'C',
      '1…5',
      'Shift1…7',
      '?',
    ]);
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
    // What is pressed while one reads the list is not meant.
    await page.keyboard.press('.');
    await list.getByRole('checkbox').uncheck();
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'hidden' });
    await page.keyboard.press('.');
    await page.keyboard.press('5');
    await page.keyboard.press('?');
    await page.evaluate(nextStates);
    expect([asked, await list.isVisible(), new URL(page.url()).hash]).toEqual([[], false, '']);
    await page.keyboard.press('Tab');
    await page.evaluate('document.getElementById("keys").click()');
    await list.getByRole('checkbox').check();
    await list.getByRole('button', { name: 'Close' }).click();
    await page.keyboard.press('5');
    await expect.poll(() => new URL(page.url()).hash).toBe('#faults');
    await page.keyboard.press('1');
    await expect.poll(() => new URL(page.url()).hash).toBe('#live');
  });

  it('take no key from a field that is typed in, nor from a button, nor from the browser', async () => {
    const { page, asked } = await open();
    await page.evaluate(`document.getElementById('content').append(document.createElement('input'))`);
    const field = page.locator('#content > input');
    await field.focus();
    await page.keyboard.type('. +c?');
    expect(await field.inputValue()).toBe('. +c?');
    await page.locator('#theme').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Control+.');
    await page.keyboard.press('Alt+j');
    await page.evaluate(nextStates);
    expect([asked, await bar(page).isVisible()]).toEqual([[], false]);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  });

  it('have nothing serious for axe to find', async () => {
    const { page, change } = await open();
    await page.keyboard.press('c');
    await page.keyboard.press('j');
    await page.keyboard.press('+');
    change({ hurryingTo: Date.UTC(2013, 9, 7, 10) });
    await note(page).waitFor();
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
  });

  it('tell whoever listens what has become of a fault, and not each second that is left of it', async () => {
    const { faults } = faultsState({ state: UNDISTURBED, scorers: [], story, missing: undefined, now: Date.now() });
    let endsIn = 580;
    const state = () => {
      const [first, ...others] = faults;
      return {
        missing: null,
        patience: null,
        faults: [{ ...first, on: true, askedFor: 20, endsIn, parts: 1, taken: 1 }, ...others],
      };
    };
    const { page } = await open({ parts: { faults: state } });
    await page.evaluate("location.hash = 'faults'");
    const row = page.locator('.fault-row').first();
    await row.waitFor();
    const left = () => row.locator('.fault-state').innerText();
    await expect.poll(left).toBe('In effect · ends in 9 min 40 s');
    endsIn = 579;
    await expect.poll(left, { timeout: 10_000 }).toBe('In effect · ends in 9 min 39 s');
    expect(await row.getByRole('status').allInnerTexts()).toEqual(['In effect']);
    expect(await seriousFindingsInBothSchemes(page)).toEqual([]);
  });
});

/** Resolves after two more of the server's events to all viewers, and the frame in which the page would have drawn them. */
const nextStates = `new Promise((resolve) => {
  const source = new EventSource('/events');
  let seen = 0;
  const count = () => {
    if (++seen < 3) return;
    source.close();
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  };
  source.addEventListener('state', count);
  source.addEventListener('alive', count);
})`;
