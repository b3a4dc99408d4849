import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { findChromium } from '#shared/doctor';
import { chromiumArguments } from './chromium-arguments.js';

/** A page in a window of its own. */
export interface OpenedPage {
  readonly page: Page;
  /** What the browser complained about: errors on its console and in the page's scripts. */
  readonly complaints: readonly string[];
}

interface WindowOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/**
 * Describes something in a real browser, which is handed out once it runs. Left out, with a word, where the machine has no
 * Chromium; under CI that is a failure.
 */
export function describeInBrowser(title: string, specify: (browser: () => Browser) => void): void {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    const reason = `not tested: ${title}; no Chromium was found, install one, or name it by CHROMIUM`;
    if (process.env.CI === 'true') throw new Error(reason);
    console.warn(reason);
  }
  describe.skipIf(executablePath === undefined)(title, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      const { chromium } = await import('playwright-core');
      browser = await chromium.launch({ executablePath: executablePath ?? '', args: chromiumArguments });
    });
    afterAll(async () => {
      await browser?.close();
    });
    specify(() => {
      if (browser === undefined) throw new Error('the browser is there in tests and their hooks only');
      return browser;
    });
  });
}

/** Opens a page in a window of 1280 × 800 and the light scheme, or as asked for; closing its context closes it. */
export async function openPage(
  browser: Browser,
  url: string,
  { width = 1280, height = 800, colorScheme = 'light' }: WindowOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, complaints };
}

let axe: string | undefined;

/** What axe finds serious or critical on a page as it is now, by its rules of a category or by all: the rule, and the elements. */
export async function seriousFindings(page: Page, category?: 'cat.color'): Promise<string[]> {
  axe ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe);
  // What is right is not told of, element by element: of a page with a mark for each passenger that is most of the work.
  const options = {
    resultTypes: ['violations'],
    // A contrast of 7, which is off unless a whole category is asked for.
    ...(category && {
      runOnly: { type: 'tag', values: [category] },
      rules: { 'color-contrast-enhanced': { enabled: false } },
    }),
  };
  const violations = await page.evaluate<AxeResults['violations']>(
    `axe.run(${JSON.stringify(options)}).then(({ violations }) => violations)`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
}

/** The same in the light scheme and, of what depends on colours, in the dark one; each finding says in which. */
export async function seriousFindingsInBothSchemes(page: Page): Promise<string[]> {
  const findings: string[] = [];
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForSelector(`html[data-theme="${colorScheme}"]`);
    const found = await seriousFindings(page, colorScheme === 'dark' ? 'cat.color' : undefined);
    for (const finding of found) findings.push(`${colorScheme}: ${finding}`);
  }
  return findings;
}
