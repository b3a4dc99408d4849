import type { CDPSession, Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { UNDISTURBED } from '#shared/control';
import { describeInBrowser, openPage } from '#shared/testing';
import { closeStarted, pageOf, start } from './asked-dashboard.js';
import { faultsState } from './control-view.js';
import type { DashboardPage } from './dashboard-page.js';
import { LiveView } from './live-view.js';
import type { Signals } from './page/signal-state.js';
import type { PartName } from './page/snapshot.js';
import { sampleModel, sampleVersion } from './sample-model.js';
import { SamplePipeline } from './sample-pipeline.js';
import { sampleBoard, samplePrediction, sampleScorer, sampleStart } from './sample-run.js';

/** All that a page builds is there by then, and each list has been as long as it becomes. */
const FIRST_UPDATES = 40;
const UPDATES = 120;
/** With a frame of a screen each: more would be left out by the browser. */
const UPDATE_MS = 20;

/** Counts the drawings of the page. */
const counting = `
  window.drawn = 0;
  const frame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) =>
    frame((time) => {
      callback(time);
      if (callback.name === 'draw') window.drawn += 1;
    });
`;

/** A demo of which everything changes with each update, and comes round again: what a page holds is the same each time. */
class RestlessDemo {
  readonly page: DashboardPage;
  #update = 0;
  #rests = 0;
  #isResting = false;
  readonly #board = sampleBoard();
  readonly #view = new LiveView(this.#board.definition);
  readonly #pipeline = new SamplePipeline();

  constructor() {
    for (let i = 0; i < 200; i += 1) {
      this.#view.prediction(samplePrediction(i), 20);
      if (i <= 100) this.#view.outcome({ id: String(i), delayMinutes: i });
    }
    this.page = pageOf({
      view: this.#view,
      ready: () => {
        this.#next();
        return { ready: true, reason: '' };
      },
      signals: () => this.#signals,
      parts: {
        pipeline: () => this.#pipeline.view.state(),
        records: () => ({ topics: [this.#topic('inputs'), this.#topic('outcomes')], problem: null, replays: [] }),
        model: () => this.#model,
        faults: () => this.#faults,
      },
      peek: {
        topics: () => ({ topics: [], problem: null }),
        records: () =>
          Promise.resolve({ topic: 'inputs', order: 'newest first', records: [], next: null, incomplete: null }),
        follow: () => Promise.resolve({ id: '', steps: [] }),
      },
    });
  }

  /** Stands still, as it stands each time; gives what the page then says of it. */
  rest(): string {
    this.#isResting = true;
    this.#rests += 1;
    return `rest ${this.#rests}`;
  }

  goOn(): void {
    this.#isResting = false;
  }

  #next(): void {
    if (this.#isResting) return;
    this.#update += 1;
    const i = 200 + this.#update;
    this.#view.input(1, sampleStart + i * 60_000);
    this.#view.prediction(samplePrediction(i), 20 + this.#turn(7));
    this.#view.outcome({ id: String(i - 100), delayMinutes: this.#turn(40) });
    this.#view.scorer(sampleScorer(Date.now(), { instance: `scorer-${this.#turn(3)}`, state: 'RUNNING' }));
    const tone = this.#turn(2) === 0 ? 'alarm' : 'good';
    this.#board.tell({ eventTime: sampleStart, text: `Update ${i}`, tone, place: 'U' });
    this.#pipeline.pass(1, () => {
      this.#pipeline.beat(`scorer-${this.#turn(3)}`, { edges: [i, i, i] });
      this.#pipeline.lag.get('ns.demo.lines')?.waiting.fill(this.#turn(50));
    });
  }

  #turn(of: number): number {
    return this.#isResting ? 0 : this.#update % of;
  }

  get #signals(): Signals {
    const place = this.#turn(2) === 0 ? 'live/latency' : 'model/quality';
    const alert = {
      alert: `Alert${this.#turn(5)}`,
      severity: 'warning',
      place,
      sentence: 'It is so.',
      since: 0,
    } as const;
    return {
      signals: this.#turn(3) === 0 ? [] : [alert],
      checks: [
        { name: 'Latency', place, state: 'well', figure: `rest ${this.#rests}`, about: 'How long a prediction takes.' },
      ],
      recovery: this.#turn(7) === 1 ? { place, sentence: 'Not over yet.', since: 0 } : null,
      past: Array.from({ length: this.#turn(12) }, (_, at) => ({ ...alert, alert: `Past${at}`, until: at })),
      staleSince: this.#turn(11) === 1 ? 0 : null,
      quality: null,
    };
  }

  /** Now three versions and now one, and by turns another one first: each time it is another chart. */
  get #model() {
    const names = ['1', '2', '3'].slice(0, this.#turn(4) === 0 ? 1 : 3);
    const turned = this.#turn(2) === 0 ? names : names.toReversed();
    return sampleModel({ versions: turned.map((version) => sampleVersion({ version, roles: [], serves: 0 })) });
  }

  get #faults() {
    const controlled = { state: UNDISTURBED, scorers: [], story: [], missing: undefined, now: this.#update };
    const state = faultsState(controlled);
    return { ...state, faults: state.faults.map((fault) => ({ ...fault, on: this.#turn(2) === 0 })) };
  }

  #topic(name: string) {
    return { name, kind: 'input', begins: [0], ends: [this.#update], perSecond: this.#turn(90) } as const;
  }
}

describeInBrowser('what a page holds', (browser) => {
  const opened: Page[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((page) => page.context().close()));
    await closeStarted();
  });

  async function held(demo: RestlessDemo, page: Page, devtools: CDPSession, updates: number) {
    await expect.poll(() => page.evaluate<number>('drawn'), { timeout: 90_000 }).toBeGreaterThan(updates);
    const still = demo.rest();
    await expect.poll(() => page.locator('#checks').textContent(), { timeout: 20_000 }).toContain(still);
    // What is freed by one collection may free more with the next.
    for (let time = 0; time < 3; time += 1) await devtools.send('HeapProfiler.collectGarbage');
    const { metrics } = await devtools.send('Performance.getMetrics');
    const of = (name: string): number => metrics.find((each) => each.name === name)?.value ?? Number.NaN;
    demo.goOn();
    return { listeners: of('JSEventListeners'), nodes: of('Nodes'), heap: of('JSHeapUsedSize') };
  }

  const views: readonly ('live' | PartName)[] = ['live', 'pipeline', 'records', 'model', 'faults'];
  it.each(views)(
    'is after a hundred updates what it was before them, in the view %s',
    { timeout: 200_000 },
    async (view) => {
      const demo = new RestlessDemo();
      const { url } = await start([demo.page], { updateMs: UPDATE_MS });
      const { page, complaints } = await openPage(browser(), 'about:blank');
      opened.push(page);
      await page.addInitScript(counting);
      await page.goto(`${url}#${view}`);
      const devtools = await page.context().newCDPSession(page);
      await devtools.send('Performance.enable');
      const before = await held(demo, page, devtools, FIRST_UPDATES);
      const after = await held(demo, page, devtools, FIRST_UPDATES + UPDATES);
      // A list is longer at one time than at another; what was held for each update would be a hundred.
      expect(after.listeners - before.listeners).toBeLessThan(UPDATES / 4);
      expect(after.nodes - before.nodes).toBeLessThan(UPDATES);
      expect(after.heap - before.heap).toBeLessThan(500_000);
      expect(complaints).toEqual([]);
    },
  );
});
