import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chromiumArguments, findChromium, type ProgramProcess, startProgram } from '#shared/testing';

const executablePath = findChromium();
if (executablePath === undefined) {
  const reason =
    'the page of the flight-delay demo is not tested: no Chromium was found; install one, or name it by CHROMIUM';
  if (process.env.CI === 'true') throw new Error(reason);
  console.warn(reason);
}

describe.skipIf(executablePath === undefined)('the page of the running demo', () => {
  let program: ProgramProcess;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  beforeAll(async () => {
    program = startProgram('demos/flight-delay/demo.js', ['--rate', '200', '--broker-port', '0', '--port', '0']);
    const url = await program.said(/Live page\s+(\S+)/);
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: chromiumArguments });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(url);
  });
  afterAll(async () => {
    await browser.close();
    program.signal('SIGTERM');
    expect(await program.exited).toBe(0);
  });

  /** The text of a region that its heading names. */
  const region = (name: string): Promise<string> => page.getByRole('region', { name, exact: true }).innerText();
  const body = (): Promise<string> => page.locator('body').innerText();
  const scoredInTotal = async (): Promise<number> =>
    Number(/Scored in total\s+([\d,]+)/i.exec(await body())?.[1]?.replaceAll(',', '') ?? Number.NaN);

  it('counts up as flights are scored', async () => {
    await vi.waitFor(async () => expect(await scoredInTotal()).toBeGreaterThan(100), 15_000);
    const before = await scoredInTotal();
    await vi.waitFor(async () => expect(await scoredInTotal()).toBeGreaterThan(before + 200), 15_000);
  });

  it('has a board of the three airports, each with how many of its flights are expected late', async () => {
    const airports = page.locator('#board .card');
    await vi.waitFor(async () => {
      const texts = await airports.allInnerTexts();
      expect(texts).toEqual(
        [/^EWR Newark/, /^JFK Kennedy/, /^LGA LaGuardia/].map((name) => expect.stringMatching(name)),
      );
      for (const text of texts) expect(text).toMatch(/\d+\s+of the last 50 flights expected late/);
    }, 15_000);
  });

  it('shows latency, and the running AUC once planes have landed', async () => {
    await vi.waitFor(async () => {
      const text = await body();
      expect(text).toMatch(/99th percentile\s+\d+(\.\d+)?/i);
      expect(text).toMatch(/Running AUC\s+0\.\d{3}/i);
    }, 20_000);
  });

  it('shows flights with their routes, and true outcomes beside what was predicted', async () => {
    await vi.waitFor(async () => {
      expect(await region('Latest predictions')).toMatch(/[A-Z0-9]{2} \d+\s+(EWR|JFK|LGA) → [A-Z]{3}/);
      expect(await region('Outcomes just in')).toMatch(/[+−]?\d+ min\s+\S?\s*(right|wrong)/);
    }, 20_000);
  });

  it('names the model, the guarantee, the scorer that is running, and where things are', async () => {
    const text = await body();
    expect(text).toContain('flight-delay-gbm');
    expect(text).toMatch(/exactly once/i);
    expect(await region('Scorers')).toMatch(/RUNNING/);
    expect(text).toContain('flight-delay.predictions');
    expect(complaints).toEqual([]);
  });
});
