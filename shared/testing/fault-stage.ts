import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expect, vi } from 'vitest';
import { type FaultName, faultOf } from '#shared/control';
import { connectCluster } from '#shared/kafka';
import type { DemoReport } from './demo-contract.js';
import { type DemoInBrowser, openDemoInBrowser } from './demo-in-browser.js';

/** A first signal may need some thousand outcomes or rows, and a scorer that is started anew its seconds. */
const PATIENCE = { timeout: 60_000, interval: 100 };

/** A fault as it is to be seen, by somebody who does not know that it was switched on. */
interface SeenFault {
  /** What the panel at the fault's place says while it is on. */
  readonly shows: RegExp;
  /** What it says again when it is over; where the fault leaves nothing that goes on being told. */
  readonly recovers?: RegExp;
  /** Switches it off once it is seen, unless it is over by itself before. */
  readonly off?: boolean;
}

/** A running demo with its page open, whose faults are switched by somebody else. */
export interface FaultStage extends AsyncDisposable {
  readonly demo: DemoInBrowser;
  /** Waits until nothing is wrong; with `known`, until as much is known of everything that is looked at. */
  untilWell(known?: 'known'): Promise<void>;
  /**
   * Switches a fault on, waits for the page to say so, follows its link to the panel, switches it off and waits until all is well
   * again: of all that is said in the meantime the fault's own alert must be the first, and the others be what may come beside it.
   */
  see(name: FaultName, seen: SeenFault): Promise<void>;
  /** Everything that was said since the page was opened: the alerts, each time they were others than before. */
  told(): Promise<readonly (readonly string[])[]>;
  /** Holds the producer until nothing waits, ends the demo, and gives what it reports and how much poison is on its input. */
  end(inputTopic: string): Promise<{ readonly report: DemoReport; readonly poison: number }>;
}

/** Starts a demo and opens its page for a watcher who never looks at the view of the faults. */
export async function openFaultStage(browser: Browser, name: string, args: readonly string[]): Promise<FaultStage> {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const file = join(folder, 'report.json');
  const demo = await openDemoInBrowser(browser, name, [...args, '--report', file]);
  const { page, program } = demo;
  await page.evaluate(listen);

  const told = (): Promise<readonly (readonly string[])[]> => page.evaluate('stage.told');
  const order = async (command: string, body: object): Promise<void> => {
    await page.evaluate(`stage.order(${JSON.stringify(command)}, ${JSON.stringify(body)})`);
  };
  const untilWell = async (known?: 'known'): Promise<void> => {
    await vi
      .waitUntil(() => page.evaluate<boolean>(`stage.isWell(${known === 'known'})`), PATIENCE)
      .catch(async (error: unknown) => {
        throw new Error(`All is not well: ${await page.evaluate<string>('stage.inWords()')}`, { cause: error });
      });
  };
  const goTo = (view: string): Promise<void> =>
    page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click();

  return {
    demo,
    told,
    untilWell,
    async see(fault, { shows, recovers, off = true }) {
      const { alert, also, panel } = faultOf(fault);
      await goTo('Live');
      await untilWell();
      const before = (await told()).length;
      const since = async (): Promise<readonly (readonly string[])[]> => (await told()).slice(before);
      const place = page.locator(`[data-place="${panel}"]`).filter({ visible: true });
      const shown = async (): Promise<string> => (await place.allInnerTexts()).join('\n').replaceAll(/\s+/g, ' ');
      await order('fault', { name: fault, on: true });
      try {
        await vi
          .waitUntil(async () => (await since()).length > 0, PATIENCE)
          .catch(async (error: unknown) => {
            throw new Error(`${fault} is not said: ${await page.evaluate<string>('stage.inWords()')}`, {
              cause: error,
            });
          });
        expect((await since())[0], `the first that is said of ${fault}`).toEqual([alert]);
        const strip = page.getByRole('region', { name: 'Whether all is well' });
        await strip.getByRole('listitem').filter({ hasText: alert }).getByRole('link').click();
        await expect.poll(shown, { ...PATIENCE, message: `${panel} with ${fault}` }).toMatch(shows);
      } finally {
        if (off) await order('fault', { name: fault, on: false });
      }
      if (recovers) await expect.poll(shown, { ...PATIENCE, message: `${panel} after ${fault}` }).toMatch(recovers);
      await untilWell();
      const others = new Set((await since()).flat());
      for (const each of [alert, ...also]) others.delete(each);
      expect([...others], `said beside ${fault}`).toEqual([]);
    },
    async end(inputTopic) {
      const address = await program.said(/on an embedded Kafka at ([\d.:]+)/);
      await order('pace', { paused: true });
      await vi.waitUntil(() => page.evaluate<boolean>('stage.isStill()'), PATIENCE);
      const poison = await poisonOn(address, inputTopic);
      expect(await demo.close()).toBe(0);
      return { report: JSON.parse(readFileSync(file, 'utf8')) as DemoReport, poison };
    },
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** How many records of a topic say by their header that they are poison. */
async function poisonOn(address: string, topic: string): Promise<number> {
  const cluster = await connectCluster({ brokers: [address], clientId: 'test' });
  try {
    const reader = await cluster.reader({ isolation: 'read_committed' });
    const ends = (await cluster.endOffsets([topic])).get(topic) ?? [];
    reader.seek(ends.map((_, partition) => ({ topic, partition, offset: 0 })));
    let found = 0;
    const next = ends.map(() => 0);
    while (ends.some((end, partition) => (next[partition] ?? 0) < end)) {
      for (const { records } of await reader.poll(200)) {
        for (const { partition, offset, headers } of records) {
          next[partition] = offset + 1;
          if (headers.fault?.toString() === 'poison-records') found += 1;
        }
      }
    }
    await reader.close();
    return found;
  } finally {
    await cluster.close();
  }
}

/** In the page: keeps what the server says of the signals, and orders as the page itself does. */
const listen = `new Promise((resolve) => {
  const stage = { told: [], state: undefined };
  const figures = () => stage.state.signals.checks;
  stage.isWell = (known) => stage.state.snapshot.totals.scored > 0 && stage.state.signals.signals.length === 0
    && stage.state.signals.recovery === null
    && figures().every(({ name, state }) => state === 'well' || (state === 'unknown' && !known)
      // Of a bad day nothing is said, and flights have some.
      || (name === 'Quality' && state === 'affected'));
  stage.isStill = () => {
    const { control, snapshot } = stage.state;
    return control.paused && control.obeying === control.producers && snapshot.rate.input === 0
      && figures().some(({ name, figure }) => name === 'Waiting' && figure === 'paused');
  };
  stage.inWords = () => JSON.stringify([stage.state.signals.signals.map(({ sentence }) => sentence), stage.state.signals.recovery, stage.told.slice(-5),
    figures().map(({ name, figure }) => name + ': ' + figure)]);
  stage.order = async (name, body) => {
    const headers = { 'Content-Type': 'application/json', 'X-Control-Token': stage.state.controls.token };
    const answer = await fetch('commands/' + name, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
  };
  let last = '[]';
  new EventSource('events').addEventListener('state', ({ data }) => {
    stage.state = JSON.parse(data);
    const alerts = stage.state.signals.signals.map(({ alert }) => alert);
    const now = JSON.stringify(alerts);
    if (now !== last) stage.told.push(alerts);
    last = now;
    resolve();
  });
  window.stage = stage;
})`;
