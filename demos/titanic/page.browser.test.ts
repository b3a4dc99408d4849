import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  boardBeyondSight,
  cutTexts,
  type DemoInBrowser,
  describeInBrowser,
  openDemoInBrowser,
  seriousFindingsInBothSchemes,
} from '#shared/testing';

/** The voyage at the demo's own pace takes two minutes. */
const VOYAGE_MS = 150_000;
const PATIENCE_MS = 30_000;

describeInBrowser('the page of the running demo', (browser) => {
  let demo: DemoInBrowser;
  beforeAll(async () => {
    demo = await openDemoInBrowser(browser(), 'titanic', [], { width: 1440, height: 900 });
  });
  afterAll(async () => {
    expect([await demo.close(), demo.program.stderr()]).toEqual([0, '']);
  });

  const text = (selector: string): Promise<string> => demo.page.locator(selector).innerText();
  const reply = (): Promise<string> => text('#board .reply');
  const marks = (state = ''): Promise<number> => demo.page.locator(`#board .marks .mark${state}`).count();
  const told = (moment: RegExp): Promise<void> =>
    vi.waitFor(async () => expect((await demo.moments()).join('\n')).toMatch(moment), VOYAGE_MS);

  it('sees them come aboard, and is pointed at one about whom the two disagree', async () => {
    await told(/The two disagree about M/);
    // The strip may say it before the board's own script is there.
    const row = async () => (await demo.page.locator('#board .disagreements li').allInnerTexts())[0] ?? '';
    await vi.waitUntil(async () => (await row()) !== '', PATIENCE_MS);
    expect(await row()).toMatch(
      /^M.+\n+(1st|2nd|3rd) class, .+\n+Champion [△▽] \d+ % · Challenger [△▽] \d+ %\n+Why: title ↑ · .+[↑↓]/,
    );
    expect(await marks()).toBeGreaterThan(0);
  }, 100_000);

  it("scores a passenger of one's own, by keyboard alone, and says by which way", async () => {
    const { keyboard } = demo.page;
    const next = () => keyboard.press('Tab');
    // Before the board is there, the link to it leads nowhere.
    await demo.page.getByRole('button', { name: 'Ask both models' }).waitFor();
    await next();
    // "Skip to the board", and from there to the first field.
    await keyboard.press('Enter');
    await next();
    await keyboard.type('Mr');
    await next();
    await keyboard.type('Charles Babbage');
    await next();
    await keyboard.type('male');
    await next();
    await next();
    await keyboard.type('40');
    await keyboard.press('Enter');
    await vi.waitFor(async () => expect(await reply()).toContain('Mr Charles Babbage'), PATIENCE_MS);
    expect(await reply()).toMatch(
      /Champion\s+lost \d+ %\s+titanic-logistic\s+Challenger\s+lost \d+ %\s+titanic-gru\s+Why, says the champion: title ↓/,
    );
    expect(await reply()).toMatch(/[\d.]+ ms there and back, .+ as form-[0-9a-f]{8}\. .+: npm run tail/);
    expect(await demo.page.locator('#board .reply').getAttribute('role')).toBe('status');
    expect(demo.complaints).toEqual([]);
  }, 90_000);

  it('says in a sentence what is wrong with what was filled in, and what became a dead letter', async () => {
    const ask = demo.page.getByRole('button', { name: 'Ask both models' });
    const age = demo.page.getByRole('textbox', { name: 'Age' });
    await age.fill('old');
    await ask.click();
    await vi.waitFor(async () => {
      expect(await reply()).toBe('The age must be a number of years from 0 to 120, or left open.');
    }, PATIENCE_MS);
    await age.fill('');
    await demo.page.getByRole('combobox', { name: 'Sex' }).selectOption('unknown');
    await ask.click();
    await vi.waitFor(async () => expect(await reply()).toContain('is a dead letter now'), PATIENCE_MS);
    expect(await reply()).toContain('its "sex" is "unknown", which is none of female, male.');
    // The browser itself writes down each reply that is none of success: these two, and nothing else.
    expect(demo.complaints).toEqual([expect.stringContaining('400'), expect.stringContaining('422')]);
  }, 90_000);

  it(
    'sees the night, and in the morning who is saved and which of the two was right',
    async () => {
      await told(/The ship strikes an iceberg/);
      await vi.waitFor(async () => expect(await marks()).toBe(1_309), VOYAGE_MS);
      expect(await text('#board .when')).toMatch(/^1[45] April 1912, /);
      await told(/The ship goes down/);
      await told(/The Carpathia picks up the boats/);
      await told(/is (saved|lost): the (champion|challenger) was right/);
      expect(await marks('.saved')).toBeGreaterThan(0);
      expect(await marks('.lost')).toBeGreaterThan(0);
      expect(await text('#board .tallies')).toMatch(
        /Champion: titanic-logistic 1\s+\d+\.\d %\s+right: \d+ of \d+ not trained on\s+with those trained on: \d+\.\d % of/,
      );
      expect(await text('#board .disagreements')).toMatch(/58 passengers; right of \d+: champion \d+, challenger \d+/);
      // Of the 245 who were held out, and of nobody else.
      await vi.waitFor(async () => {
        expect(await text('.figures')).toMatch(/0\.8\d\d\s+of late 0\.\d{3}, bad below 0\.\d{3}/);
        expect(await demo.page.locator('#auc-note').getAttribute('title')).toMatch(/: from \d{1,3} outcomes\./);
      }, VOYAGE_MS);
    },
    VOYAGE_MS,
  );

  it('has room for every passenger, on a small screen and on a large one, where the marks are larger', async () => {
    const sizes: number[] = [];
    for (const viewport of [
      { width: 1280, height: 800 },
      { width: 1440, height: 900 },
      { width: 1920, height: 1080 },
    ]) {
      await demo.page.setViewportSize(viewport);
      const room = await demo.page.locator('#board .room').boundingBox();
      const groups = await demo.page.locator('#board .groups').boundingBox();
      expect(groups?.height).toBeLessThanOrEqual(room?.height ?? 0);
      sizes.push((await demo.page.locator('#board .marks .mark').first().boundingBox())?.width ?? 0);
    }
    expect(sizes).toEqual(sizes.toSorted((one, other) => one - other));
    expect(new Set(sizes).size).toBe(3);
  });

  it('has its whole board in sight on a laptop', async () => {
    await demo.page.setViewportSize({ width: 1440, height: 900 });
    await expect.poll(() => boardBeyondSight(demo.page)).toEqual([]);
    expect(await cutTexts(demo.page)).toEqual([]);
  });

  it('has nothing serious for axe to find, light or dark', async () => {
    expect(await seriousFindingsInBothSchemes(demo.page)).toEqual([]);
    expect(demo.complaints).toHaveLength(2);
  }, 120_000);
});
