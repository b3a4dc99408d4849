import type { Browser } from 'playwright-core';
import { type OpenedPage, openPage } from './in-browser.js';
import { type ProgramProcess, startProgram } from './program-process.js';

/** A running demo, with its page open. */
export interface DemoInBrowser extends OpenedPage, AsyncDisposable {
  readonly program: ProgramProcess;
  readonly url: string;
  /** The text of a region that its heading, or its label, names. */
  region(name: string): Promise<string>;
  /** The big figure of how many were scored. */
  scoredInTotal(): Promise<number>;
  /** The texts of the moments in the strip, the newest first. */
  moments(): Promise<string[]>;
  /** Closes the page and ends the demo as Ctrl-C does; gives back its exit code. */
  close(): Promise<number | string>;
}

/** Starts a demo by its name, on ports of its own, and opens its page: 1280 × 800, or as asked for. */
export async function openDemoInBrowser(
  browser: Browser,
  demo: string,
  args: readonly string[],
  size: { readonly width?: number; readonly height?: number } = {},
): Promise<DemoInBrowser> {
  const program = startProgram(`demos/${demo}/demo.js`, [...args, '--broker-port', '0', '--port', '0']);
  try {
    const url = await program.said(/Live page\s+(\S+)/);
    const opened = await openPage(browser, url, size);
    const { page } = opened;
    const close = async (): Promise<number | string> => {
      await page.context().close();
      program.signal('SIGTERM');
      return program.exited;
    };
    return {
      ...opened,
      program,
      url,
      region: (name) => page.getByRole('region', { name, exact: true }).innerText(),
      scoredInTotal: async () => {
        const text = (await page.locator('#scored').textContent()) ?? '';
        return /^[\d,]+$/.test(text) ? Number(text.replaceAll(',', '')) : 0;
      },
      moments: () => page.locator('#moments .text').allTextContents(),
      close,
      async [Symbol.asyncDispose]() {
        await close();
      },
    };
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}
